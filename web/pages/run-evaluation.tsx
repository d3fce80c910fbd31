import { useMemo, useState } from 'preact/hooks';
import type { ConfusionMatrix, FeatureProjection } from '../../server/http/schemas/evaluation.ts';
import type { RunDetail } from '../../server/http/schemas/run.ts';
import { ChartView } from '../chart/chart.tsx';
import { useResource } from '../data/use-resource.ts';
import { formatCount } from '../format/number.ts';
import { ConfusionTable, MostConfused } from '../parts/confusion-table.tsx';
import { Legend } from '../parts/legend.tsx';
import { Loaded } from '../parts/loaded.tsx';
import { toClassName } from '../series/confusion.ts';
import { toProjectionChart } from '../series/projection.ts';

type Evaluation = RunDetail['evaluations'][number];

/** What each evaluation saw: which classes are taken for which, and how the features lie. */
export function RunEvaluation({ run }: { run: RunDetail }) {
  const [chosen, setChosen] = useState<number | null>(null);
  const { evaluations } = run;
  if (evaluations.length === 0) return null;
  // Until the reader chooses, the page stays on the newest evaluation of a run that trains.
  const place = Math.min(chosen ?? evaluations.length - 1, evaluations.length - 1);
  const evaluation = evaluations[place]!;
  return (
    <section class="card" aria-label="Evaluations">
      <div class="chart-tools">
        <h2>Evaluation at batch {formatCount(evaluation.batch)}</h2>
        <label class="field slider">
          <span class="field-label">
            Evaluation {place + 1} of {evaluations.length}
          </span>
          <input
            type="range"
            min="0"
            max={evaluations.length - 1}
            step="1"
            value={place}
            disabled={evaluations.length === 1}
            aria-valuetext={`batch ${evaluation.batch}`}
            onInput={(event) => setChosen(Number(event.currentTarget.value))}
          />
        </label>
      </div>
      <div class="panels panels-wide">
        <Confusion run={run} evaluation={evaluation} />
        <ProjectionView run={run} evaluation={evaluation} />
      </div>
    </section>
  );
}

function Confusion({ run, evaluation: { batch, confusion } }: { run: RunDetail; evaluation: Evaluation }) {
  const matrix = useResource<ConfusionMatrix>(confusion ? `runs/${run.id}/confusion?batch=${batch}` : null);
  return (
    <div class="panel">
      <h3>Confusion matrix</h3>
      {!confusion ? (
        <p class="quiet">Not recorded at this batch.</p>
      ) : (
        <Loaded resource={matrix} what="the confusion matrix">
          {({ counts }) => (
            <>
              <ConfusionTable counts={counts} classes={run.classes} />
              <MostConfused counts={counts} classes={run.classes} />
            </>
          )}
        </Loaded>
      )}
    </div>
  );
}

function ProjectionView({ run, evaluation: { batch, projection } }: { run: RunDetail; evaluation: Evaluation }) {
  const points = useResource<FeatureProjection>(projection ? `runs/${run.id}/projection?batch=${batch}` : null);
  return (
    <div class="panel">
      <h3>Features in two dimensions</h3>
      {!projection ? (
        <p class="quiet">Not recorded at this batch.</p>
      ) : (
        <Loaded resource={points} what="the projection">
          {(value) => <ProjectionChart projection={value} classes={run.classes} />}
        </Loaded>
      )}
    </div>
  );
}

function ProjectionChart({ projection, classes }: { projection: FeatureProjection; classes: string[] | null }) {
  const spec = useMemo(() => toProjectionChart(projection, classes), [projection, classes]);
  const present = [...new Set(projection.labels)].sort((a, b) => a - b);
  return (
    <>
      <ChartView spec={spec} size="large" />
      {present.length <= 30 && (
        <Legend items={present.map((label) => ({ label: toClassName(label, classes), ink: label, look: 'dot' }))} />
      )}
      <p class="small quiet">
        A fixed sample of validation features (PCA, or the features themselves where there are two).
      </p>
    </>
  );
}
