import type { PairItem } from '../../server/http/schemas/pairs.ts';
import type { ForestLine } from '../../server/http/schemas/verdict.ts';
import { isAccuracy } from '../format/metric.ts';
import { formatNumber } from '../format/number.ts';
import type { ChartShape, ChartSpec } from './chart-spec.ts';

/** The difference of an arm to its control on every seed, with their mean and Student's interval behind. */
export function toSeedChart(pairs: readonly PairItem[], line: ForestLine | null, metric: string): ChartSpec {
  const scale = isAccuracy(metric) ? 100 : 1;
  const known = pairs.flatMap(({ seed, difference }) =>
    difference === null ? [] : [{ seed, value: scale * difference }],
  );
  const words = known.map(({ seed, value }) => `${seed}: ${formatNumber(value, 4)}`);
  const base = { xAxis: 'seed', yAxis: 'change' } as const;
  const across = [-0.6, known.length - 0.4];
  return {
    description: `Difference to the control by seed: ${words.join(', ')}`,
    axes: [
      { id: 'seed', direction: 'x', title: 'seed', categories: known.map(({ seed }) => String(seed)) },
      { id: 'change', direction: 'y', title: scale === 100 ? 'points' : null, format: 'signed', ticks: 5 },
    ],
    shapes: [
      ...(line?.interval == null ? [] : [band({ ...base, x: across, low: line.interval[0], high: line.interval[1] })]),
      ...(line === null
        ? []
        : [
            {
              ...base,
              kind: 'line' as const,
              id: 'mean',
              ink: 0,
              label: null,
              weight: 'thin' as const,
              x: across,
              y: [line.mean, line.mean],
            },
          ]),
      {
        ...base,
        kind: 'points',
        id: 'seeds',
        ink: 0,
        label: 'difference',
        symbol: 'circle',
        size: 5,
        x: known.map((_, place) => place),
        y: known.map(({ value }) => value),
      },
    ],
    marks: [{ kind: 'zero', yAxis: 'change' }],
  };
}

function band({
  low,
  high,
  ...rest
}: {
  xAxis: string;
  yAxis: string;
  x: number[];
  low: number;
  high: number;
}): ChartShape {
  return { ...rest, kind: 'band', id: 'interval', ink: 0, label: null, low: [low, low], high: [high, high] };
}
