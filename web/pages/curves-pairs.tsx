import { useMemo, useState } from 'preact/hooks';
import type { CurvesResponse } from '../../server/http/schemas/curves.ts';
import type { PairItem } from '../../server/http/schemas/pairs.ts';
import type { SweepDetail } from '../../server/http/schemas/sweep.ts';
import { ChartView } from '../chart/chart.tsx';
import { query } from '../data/api.ts';
import { aboutSweep, useResource } from '../data/use-resource.ts';
import { formatMetricDifference, metricLabel } from '../format/metric.ts';
import { AtSelect } from '../parts/at-select.tsx';
import { Select } from '../parts/field.tsx';
import { FirstOf } from '../parts/first-of.tsx';
import { Legend } from '../parts/legend.tsx';
import { Loaded } from '../parts/loaded.tsx';
import { PairTable } from '../parts/pair-table.tsx';
import { PointsDrawn } from '../parts/points-drawn.tsx';
import { ofCurve } from '../series/points-drawn.ts';
import { RangeFields, type ChosenRange } from '../parts/range-fields.tsx';
import { useChoice } from '../routing/location.ts';
import { choosePairs } from '../series/choose-pairs.ts';
import { toCurveChart, toPairLooks } from '../series/curves.ts';

interface PairsProps {
  pairs: PairItem[];
  sweep: SweepDetail;
  metric: string;
  late: boolean;
}

/** Every pair of one arm: a small chart per seed, with and without. */
export function PairsSection({ pairs, sweep, metric, late }: PairsProps) {
  const arms = [...new Map(pairs.map(({ arm, armName }) => [arm, armName]))];
  const [pair, setPair] = useChoice('pair', String(arms[0]![0]));
  const [pairSeed, setPairSeed] = useChoice('pairSeed', '');
  const [at, setAt] = useChoice('at', 'last');
  const { arm: chosen, seed, ofArm, shown } = choosePairs(pairs, pair, pairSeed);
  return (
    <section class="card" aria-label="Pair by pair">
      <h2>Pair by pair</h2>
      <div class="controls">
        <Select
          label="Arm"
          value={String(chosen)}
          onChange={setPair}
          options={arms.map(([arm, name]) => ({ value: String(arm), label: name }))}
        />
        <Select
          label="Seed"
          value={seed}
          onChange={setPairSeed}
          options={[
            { value: '', label: 'all' },
            ...ofArm.map((each) => ({ value: String(each.seed), label: String(each.seed) })),
          ]}
        />
        <AtSelect value={at} onChange={setAt} />
      </div>
      <PairCharts pairs={shown} sweep={sweep} metric={metric} late={late} />
      <PairTable pairs={shown} metric={metric} />
    </section>
  );
}

/** Small charts ask for no more columns than they have; one chart alone gets its full width. */
const COLUMNS = { many: 300, one: 1200 };

function PairCharts({ pairs, sweep, metric, late }: PairsProps) {
  const [range, setRange] = useState<ChosenRange | null>(null);
  const runs = [...new Set(pairs.flatMap(({ run, controlRun }) => [run, controlRun]))];
  const width = pairs.length === 1 ? COLUMNS.one : COLUMNS.many;
  const path =
    runs.length === 0
      ? null
      : `curves${query({ runs: runs.join(','), metric, from: range?.from, to: range?.to, width })}`;
  const curves = useResource<CurvesResponse>(path, aboutSweep(sweep.id));
  const zoom = (from: number, to: number): void => setRange({ from: Math.max(0, Math.floor(from)), to: Math.ceil(to) });
  return (
    <>
      <div class="chart-tools">
        <Legend
          items={[
            { label: 'with the intra-class phase', ink: 0 },
            { label: 'without', ink: 'control', look: 'dashed' },
          ]}
        />
        <RangeFields range={range} onChange={setRange} />
      </div>
      <Loaded resource={curves} what="the curves">
        {(answer) => (
          <FirstOf items={pairs} most={24} noun="pairs">
            {(shown) => (
              <>
                <div class={pairs.length === 1 ? 'panels panels-one' : 'panels panels-small'}>
                  {shown.map((pair) => (
                    <PairChart
                      key={`${pair.arm}/${pair.seed}`}
                      pair={pair}
                      answer={answer}
                      metric={metric}
                      late={late}
                      range={range}
                      large={pairs.length === 1}
                      onRange={zoom}
                    />
                  ))}
                </div>
                <PointsDrawn lines={curvesOf(shown, answer).map(ofCurve)} />
              </>
            )}
          </FirstOf>
        )}
      </Loaded>
    </>
  );
}

function curvesOf(pairs: readonly PairItem[], { curves }: CurvesResponse): CurvesResponse['curves'] {
  const runs = new Set(pairs.flatMap(({ run, controlRun }) => [run, controlRun]));
  return curves.filter(({ run }) => runs.has(run));
}

interface PairChartProps {
  pair: PairItem;
  answer: CurvesResponse;
  metric: string;
  late: boolean;
  range: ChosenRange | null;
  large: boolean;
  onRange: (from: number, to: number) => void;
}

function PairChart({ pair, answer, metric, late, range, large, onRange }: PairChartProps) {
  const spec = useMemo(
    () =>
      toCurveChart({
        title: `${metricLabel(metric)} of ${pair.armName}, seed ${pair.seed}, with and without`,
        looks: toPairLooks(pair, metric, 0),
        curves: answer.curves,
        range,
        N: pair.N,
        late,
      }),
    [pair.run, pair.controlRun, pair.N, answer, metric, range, late],
  );
  return (
    <figure class="panel">
      <figcaption>
        seed {pair.seed} <span class="quiet">{formatMetricDifference(metric, pair.difference)}</span>
      </figcaption>
      <ChartView spec={spec} size={large ? 'large' : 'small'} onRange={onRange} />
    </figure>
  );
}
