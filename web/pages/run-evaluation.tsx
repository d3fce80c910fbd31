import { useMemo, useState } from 'preact/hooks';
import type { FeatureProjection } from '../../server/http/schemas/evaluation.ts';
import type { RunDetail } from '../../server/http/schemas/run.ts';
import { ChartView } from '../chart/chart.tsx';
import { useResource } from '../data/use-resource.ts';
import { formatCount } from '../format/number.ts';
import { BatchSlider } from '../parts/batch-slider.tsx';
import { Legend } from '../parts/legend.tsx';
import { Loaded } from '../parts/loaded.tsx';
import { toClassName } from '../series/confusion.ts';
import { toProjectionChart } from '../series/projection.ts';
import { RunConfusion } from './run-confusion.tsx';

/** What evaluations saw: which classes are taken for which, and how the features lie. */
export function RunEvaluation({ run }: { run: RunDetail }) {
  if (run.evaluations.length === 0) return null;
  return (
    <section class="card" aria-label="Evaluations">
      <h2>Evaluations</h2>
      <div class="panels panels-wide">
        <RunConfusion run={run} />
        <ProjectionView run={run} />
      </div>
    </section>
  );
}

/** Fewer evaluations keep a projection than a confusion matrix. */
function ProjectionView({ run: { id, classes, evaluations } }: { run: RunDetail }) {
  const [chosen, setChosen] = useState(Infinity);
  const batches = evaluations.filter(({ projection }) => projection).map(({ batch }) => batch);
  const place = Math.min(chosen, batches.length - 1);
  const points = useResource<FeatureProjection>(
    batches.length === 0 ? null : `runs/${id}/projection?batch=${batches[place]!}`,
  );
  if (batches.length === 0) return null;
  return (
    <div class="panel">
      <h3>Features in two dimensions at batch {formatCount(batches[place]!)}</h3>
      <div class="chart-tools">
        <BatchSlider label="Projection" batches={batches} place={place} onChoose={setChosen} />
      </div>
      <Loaded resource={points} what="the projection">
        {(value) => <ProjectionChart projection={value} classes={classes} />}
      </Loaded>
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
