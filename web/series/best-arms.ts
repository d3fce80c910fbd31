import type { BestArm } from '../../server/http/schemas/sweep.ts';
import { isAccuracy, metricLabel } from '../format/metric.ts';
import type { ChartSpec, ChartShape } from './chart-spec.ts';

/** Mean ± sd of the best arms by place, numbered as in the table beside the chart; controls are grey. */
export function toBestArmsChart(best: BestArm[], metric: string): ChartSpec {
  const shapes = best.flatMap((score, place): ChartShape[] => {
    const base = { xAxis: 'arm', yAxis: 'value', ink: score.control ? ('control' as const) : 0 };
    const mean: ChartShape = {
      ...base,
      kind: 'points',
      id: `mean/${score.arm}`,
      label: score.name,
      symbol: score.control ? 'rect' : 'circle',
      size: 5,
      x: [place],
      y: [score.mean],
      notes: [`mean of ${score.n}`],
    };
    if (score.sd === null) return [mean];
    return [
      {
        ...base,
        kind: 'line',
        id: `sd/${score.arm}`,
        label: null,
        weight: 'bold',
        x: [place, place],
        y: [score.mean - score.sd, score.mean + score.sd],
      },
      mean,
    ];
  });
  return {
    description: `${metricLabel(metric)} of the best arms, mean and one standard deviation`,
    axes: [
      { id: 'arm', direction: 'x', title: 'place', categories: best.map((_, place) => String(place + 1)) },
      { id: 'value', direction: 'y', title: metricLabel(metric), format: isAccuracy(metric) ? 'percent' : 'number' },
    ],
    shapes,
    marks: [],
  };
}
