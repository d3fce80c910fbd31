import type { CurveItem } from '../../server/http/schemas/curves.ts';
import type { RunDetail } from '../../server/http/schemas/run.ts';
import { metricShortLabel } from '../format/metric.ts';
import type { BandShape, ChartSpec } from './chart-spec.ts';
import { markSwitch, toBatchAxis } from './curves.ts';

type Term = RunDetail['terms'][number];

/**
 * The terms of a loss, each times its weight, one on the other: the upper edge is the total. A term counts from the
 * batch on from which it is in force.
 */
export function toStackedTerms(
  terms: readonly Term[],
  curves: readonly CurveItem[],
  range: { from: number; to: number | null } | null,
  N: number | null,
): ChartSpec {
  const found = terms.flatMap((term) => {
    const curve = curves.find(({ metric }) => metric === term.metric);
    return curve === undefined || curve.batches.length === 0 ? [] : [{ term, at: stepReader(curve) }];
  });
  const batches = [...new Set(curves.flatMap((curve) => curve.batches))].sort((a, b) => a - b);
  let floor: (number | null)[] = batches.map(() => 0);
  const shapes = found.map(({ term, at }): BandShape => {
    const ink = terms.indexOf(term);
    const low = floor;
    const high = batches.map((batch, i) => {
      const below = low[i]!;
      if (below === null || batch < term.from) return below;
      const value = at(batch);
      return value === null ? null : below + term.weight * value;
    });
    floor = high;
    const label = labelOf(term);
    return { kind: 'band', id: term.metric, xAxis: 'batch', yAxis: 'value', label, ink, x: batches, low, high };
  });
  const names = found.map(({ term }) => labelOf(term));
  return {
    description: `Weighted terms of the loss, one on the other, by batch: ${names.join(', ')}`,
    axes: [toBatchAxis(shapes, range), { id: 'value', direction: 'y', title: null, min: 0, format: 'number' }],
    shapes,
    marks: N === null ? [] : [markSwitch(N)],
  };
}

/** `α · inter-class term` */
export function labelOf({ metric, symbol }: Term): string {
  return `${symbol} · ${metricShortLabel(metric)}`;
}

/** The value at a batch, or that of the nearest batch before that has one: curves are reduced each by itself. */
function stepReader({ batches, values }: CurveItem): (batch: number) => number | null {
  let place = 0;
  return (batch) => {
    while (place + 1 < batches.length && batches[place + 1]! <= batch) place++;
    return values[place] ?? null;
  };
}
