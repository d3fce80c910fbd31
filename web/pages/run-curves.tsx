import { useMemo, useState } from 'preact/hooks';
import type { CurvesResponse } from '../../server/http/schemas/curves.ts';
import type { RunDetail } from '../../server/http/schemas/run.ts';
import { ChartView } from '../chart/chart.tsx';
import { query } from '../data/api.ts';
import { aboutRun, useResource } from '../data/use-resource.ts';
import { metricLabel } from '../format/metric.ts';
import { Legend } from '../parts/legend.tsx';
import { Loaded } from '../parts/loaded.tsx';
import { MetricSelect } from '../parts/metric-select.tsx';
import { PointsDrawn } from '../parts/points-drawn.tsx';
import { RangeFields, type ChosenRange } from '../parts/range-fields.tsx';
import { useChoice } from '../routing/location.ts';
import { ofCurve } from '../series/points-drawn.ts';
import { RunTerms } from './run-terms.tsx';
import { toCurveChart, toMetricLooks, withControl } from '../series/curves.ts';

interface MetricGroup {
  title: string;
  metrics: string[];
  /** With the curves of its control behind them: a few lines alone can be told apart. */
  besideControl?: boolean;
  /** Losses and gradient norms span powers of ten. */
  logarithmic: boolean;
}

const TERMS: MetricGroup = {
  title: 'Terms of the loss',
  logarithmic: true,
  metrics: ['train/total', 'train/crossEntropy', 'train/interClass', 'train/intraClass', 'train/truncated'],
};
const GRADIENTS: MetricGroup = {
  title: 'Gradient norms at the features',
  logarithmic: true,
  metrics: ['train/gradient/crossEntropy', 'train/gradient/interClass', 'train/gradient/intraClass'],
};
const ACCURACIES: MetricGroup = {
  title: 'Accuracy',
  logarithmic: false,
  besideControl: true,
  metrics: ['train/accuracy', 'val/accuracy', 'val/accuracyLinear', 'val/accuracyCosine'],
};

/** The curves of one run in groups that share an axis, one group of the reader's choice, and the loss in its parts. */
export function RunCurves({ run }: { run: RunDetail }) {
  const [range, setRange] = useState<ChosenRange | null>(null);
  const recorded = Object.keys(run.metrics);
  const others = recorded.filter(
    (metric) => ![TERMS, GRADIENTS, ACCURACIES].some(({ metrics }) => metrics.includes(metric)),
  );
  const [chosen, setChosen] = useChoice(
    'metric',
    others.includes('val/intraClassCosine') ? 'val/intraClassCosine' : (others[0] ?? ''),
  );
  if (recorded.length === 0)
    return (
      <section class="card">
        <h2>Curves</h2>
        <p class="quiet">This run has not recorded anything yet.</p>
      </section>
    );
  const free: MetricGroup = { title: metricLabel(chosen), metrics: [chosen], logarithmic: false, besideControl: true };
  const groups = [TERMS, GRADIENTS, ACCURACIES, free].map((group) => ({
    ...group,
    metrics: group.metrics.filter((metric) => recorded.includes(metric)),
  }));
  return (
    <section class="card" aria-label="Curves">
      <div class="chart-tools">
        <h2>Curves</h2>
        <RangeFields range={range} onChange={setRange} />
      </div>
      <div class="panels">
        <RunTerms run={run} range={range} onRange={setRange} />
        {groups
          .filter(({ metrics }) => metrics.length > 0)
          .map((group, place) => (
            <div key={place} class="panel">
              {group.title === free.title ? (
                <MetricSelect metrics={others} value={chosen} onChange={setChosen} label="Other metric" />
              ) : (
                <h3>{group.title}</h3>
              )}
              <GroupChart run={run} group={group} range={range} onRange={setRange} />
            </div>
          ))}
      </div>
    </section>
  );
}

interface GroupChartProps {
  run: RunDetail;
  group: MetricGroup;
  range: ChosenRange | null;
  onRange: (range: ChosenRange) => void;
}

function GroupChart({ run, group, range, onRange }: GroupChartProps) {
  const control = group.besideControl === true && run.controlRun !== run.id ? run.controlRun : null;
  const runs = control === null ? run.id : `${run.id},${control}`;
  const curves = useResource<CurvesResponse>(
    `curves${query({ runs, metric: group.metrics.join(','), from: range?.from, to: range?.to, width: 800 })}`,
    aboutRun(run.id),
  );
  const looks = useMemo(
    () => withControl(toMetricLooks(run.id, group.metrics), control),
    [run.id, group.metrics.join(), control],
  );
  return (
    <Loaded resource={curves} what={group.title}>
      {(answer) => (
        <>
          {looks.length > 1 && (
            <Legend
              items={looks.map(({ label, ink, dash }) => ({
                label,
                ink,
                ...(dash === undefined ? {} : { look: dash }),
              }))}
            />
          )}
          <GroupView run={run} group={group} looks={looks} answer={answer} range={range} onRange={onRange} />
          <PointsDrawn lines={answer.curves.map(ofCurve)} />
        </>
      )}
    </Loaded>
  );
}

function GroupView({
  run,
  group,
  looks,
  answer,
  range,
  onRange,
}: GroupChartProps & { looks: ReturnType<typeof toMetricLooks>; answer: CurvesResponse }) {
  const N = run.arm?.params.N ?? null;
  const spec = useMemo(
    () => toCurveChart({ title: group.title, looks, curves: answer.curves, range, N, logarithmic: group.logarithmic }),
    [looks, answer, range, N],
  );
  return (
    <ChartView
      spec={spec}
      size="medium"
      onRange={(from, to) => onRange({ from: Math.max(0, Math.floor(from)), to: Math.ceil(to) })}
    />
  );
}
