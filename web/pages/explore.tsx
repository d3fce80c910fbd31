import { useMemo } from 'preact/hooks';
import type { RunList } from '../../server/http/schemas/run.ts';
import type { SweepDetail } from '../../server/http/schemas/sweep.ts';
import { ChartView } from '../chart/chart.tsx';
import { ApiError, query } from '../data/api.ts';
import { aboutSweep, useResource } from '../data/use-resource.ts';
import { formatAmount, formatCount } from '../format/number.ts';
import { FilterLine, useRunFilter } from '../parts/filter-line.tsx';
import { Legend } from '../parts/legend.tsx';
import { Loaded } from '../parts/loaded.tsx';
import { Message } from '../parts/message.tsx';
import { MetricSelect } from '../parts/metric-select.tsx';
import { SweepFrame } from '../parts/sweep-frame.tsx';
import { useChoice } from '../routing/location.ts';
import { toRunScatter } from '../series/run-scatter.ts';
import { ParallelPlot } from './parallel-plot.tsx';

export function ExplorePage({ id }: { id: string }) {
  return (
    <SweepFrame id={id} page="explore">
      {(sweep) => <Explore sweep={sweep} />}
    </SweepFrame>
  );
}

/** More lines are one surface. */
const MOST_RUNS = 500;

/** Runs across all parameters at once. What is brushed becomes the filter, which the other pages share. */
function Explore({ sweep }: { sweep: SweepDetail }) {
  const filter = useRunFilter();
  const [metric, setMetric] = useChoice('metric', sweep.metric.name);
  const others = sweep.metrics.filter((name) => name !== metric);
  const [x, setX] = useChoice('x', others.find((name) => name.startsWith('val/')) ?? metric);
  const [y, setY] = useChoice('y', metric);
  const columns = [...[...new Set([metric, x, y])].map((name) => `last:${name}`), `delta:${metric}`].join(',');
  const path = (only: string) => `sweeps/${sweep.id}/runs${query({ filter: only, columns, size: MOST_RUNS })}`;
  const all = useResource<RunList>(path(''), aboutSweep(sweep.id));
  // Without a filter all runs pass.
  const filtered = useResource<RunList>(filter === '' ? null : path(filter), aboutSweep(sweep.id));
  const passing = filter === '' ? all : filtered;
  const isFilterWrong = passing.error instanceof ApiError && passing.error.status === 400 && filter !== '';
  return (
    <>
      <FilterLine sweep={sweep} problem={isFilterWrong ? passing.error!.message : null} />
      <div class="controls">
        <MetricSelect metrics={sweep.metrics} value={metric} onChange={setMetric} />
      </div>
      <Loaded resource={all} what="the runs">
        {(every) =>
          every.total === 0 ? (
            <Message kind="empty" title="No runs yet" />
          ) : (
            <>
              <section class="card" aria-labelledby="parallel">
                <h2 id="parallel">All parameters at once</h2>
                <p class="small quiet">
                  One line a run{shownWords(every)}. Drag along an axis to keep a range of it: this becomes the filter
                  above, which Runs shares. Blue: better than its control, orange: worse, grey: left out.
                </p>
                <ParallelPlot
                  sweep={sweep}
                  metric={metric}
                  filter={filter}
                  runs={every.items}
                  passing={passing.value?.items ?? []}
                />
                <p class="small numbers">
                  {filter === ''
                    ? ''
                    : `${formatAmount(passing.value?.total ?? 0, 'run')} of ${formatCount(every.total)} pass.`}
                </p>
              </section>
              <Scatter sweep={sweep} runs={passing.value?.items ?? []} {...{ x, setX, y, setY }} />
            </>
          )
        }
      </Loaded>
    </>
  );
}

function shownWords({ items, total }: RunList): string {
  return items.length < total ? `, the first ${formatCount(items.length)} of ${formatCount(total)}` : '';
}

interface ScatterProps {
  sweep: SweepDetail;
  runs: RunList['items'];
  x: string;
  setX: (metric: string) => void;
  y: string;
  setY: (metric: string) => void;
}

function Scatter({ sweep, runs, x, setX, y, setY }: ScatterProps) {
  const spec = useMemo(() => toRunScatter(runs, x, y), [runs, x, y]);
  return (
    <section class="card" aria-labelledby="scatter">
      <h2 id="scatter">Two metrics of the runs that pass</h2>
      <div class="controls">
        <MetricSelect metrics={sweep.metrics} value={x} onChange={setX} label="Across" />
        <MetricSelect metrics={sweep.metrics} value={y} onChange={setY} label="Upwards" />
      </div>
      <Legend
        items={[
          { label: 'with the phase', ink: 0, look: 'dot' },
          { label: 'without', ink: 'control', look: 'dot' },
        ]}
      />
      <ChartView key={`${x}/${y}`} spec={spec} size="large" />
    </section>
  );
}
