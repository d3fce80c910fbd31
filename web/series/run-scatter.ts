import type { RunRow } from '../../server/http/schemas/run.ts';
import { isAccuracy, metricLabel } from '../format/metric.ts';
import type { Axis, ChartSpec, Ink } from './chart-spec.ts';

/** Every run by two metrics at its last batch; controls are grey. */
export function toRunScatter(runs: readonly RunRow[], x: string, y: string): ChartSpec {
  const known = runs.filter(
    ({ metrics, state }) => state !== 'diverged' && metrics[x]?.last != null && metrics[y]?.last != null,
  );
  const groups: { id: string; ink: Ink; label: string; own: RunRow[] }[] = [
    { id: 'control', ink: 'control', label: 'without the phase', own: known.filter(({ control }) => control) },
    { id: 'with', ink: 0, label: 'with the phase', own: known.filter(({ control }) => !control) },
  ];
  return {
    description: `${metricLabel(y)} by ${metricLabel(x)} of ${known.length} runs`,
    axes: [axisOf('x', x), axisOf('y', y)],
    shapes: groups.map(({ id, ink, label, own }) => ({
      kind: 'points',
      id,
      xAxis: 'x',
      yAxis: 'y',
      ink,
      label,
      symbol: ink === 'control' ? 'rect' : 'circle',
      size: 3.5,
      x: own.map(({ metrics }) => metrics[x]!.last!),
      y: own.map(({ metrics }) => metrics[y]!.last!),
      notes: own.map(({ id: run, armName, seed }) => `${run}, ${armName}, seed ${seed}`),
    })),
    marks: [],
  };
}

function axisOf(id: 'x' | 'y', metric: string): Axis {
  return { id, direction: id, title: metricLabel(metric), format: isAccuracy(metric) ? 'percent' : 'number' };
}
