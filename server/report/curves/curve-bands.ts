import type { Curve } from '../../sweep/results.ts';
import { mean, standardDeviation } from '../statistics/moments.ts';
import { summarisePairs } from '../statistics/paired-summary.ts';

/** The values that several curves have at one batch; only the finite ones. */
export interface BatchColumn {
  batch: number;
  values: number[];
}

/** The curves side by side: every batch that any of them has, in rising order. */
export function toColumns(curves: readonly Curve[]): BatchColumn[] {
  const [first] = curves;
  if (first !== undefined && curves.every(({ batches }) => sameBatches(batches, first.batches)))
    return first.batches.map((batch, i) => ({ batch, values: finiteAt(curves, i) }));
  const columns = new Map<number, number[]>();
  for (const { batches, values } of curves) {
    batches.forEach((batch, i) => {
      const column = columns.get(batch) ?? columns.set(batch, []).get(batch)!;
      const value = values[i] ?? null;
      if (value !== null) column.push(value);
    });
  }
  return [...columns].map(([batch, values]) => ({ batch, values })).sort((a, b) => a.batch - b.batch);
}

/** The curves of one sweep mostly have the same batches: then no batch has to be looked up. */
function sameBatches(a: readonly number[], b: readonly number[]): boolean {
  return a === b || (a.length === b.length && a.every((batch, i) => batch === b[i]));
}

function finiteAt(curves: readonly Curve[], i: number): number[] {
  const values: number[] = [];
  for (const curve of curves) {
    const value = curve.values[i] ?? null;
    if (value !== null) values.push(value);
  }
  return values;
}

/** Mean of the curves by batch; null where none has a finite value. */
export function meanCurve(curves: readonly Curve[]): Curve {
  const columns = toColumns(curves);
  return {
    batches: columns.map(({ batch }) => batch),
    values: columns.map(({ values }) => (values.length === 0 ? null : mean(values))),
  };
}

/** Standard deviation of the curves by batch; null where fewer than two have a finite value. */
export function spreadCurve(curves: readonly Curve[]): Curve {
  const columns = toColumns(curves);
  return { batches: columns.map(({ batch }) => batch), values: columns.map(({ values }) => standardDeviation(values)) };
}

export interface Band {
  batches: number[];
  mean: (number | null)[];
  /** Student's 95 % interval of the mean; null where fewer than two curves have a finite value. */
  low: (number | null)[];
  high: (number | null)[];
}

export function intervalBand(curves: readonly Curve[]): Band {
  const columns = toColumns(curves);
  const summaries = columns.map(({ values }) => summarisePairs(values));
  return {
    batches: columns.map(({ batch }) => batch),
    mean: summaries.map((summary) => summary?.mean ?? null),
    low: summaries.map((summary) => summary?.low ?? null),
    high: summaries.map((summary) => summary?.high ?? null),
  };
}

/** The batch from which the band is on one side of zero until its end; null where there is no such batch. */
export function leavesZeroAt({ batches, low, high }: Band): number | null {
  let since: number | null = null;
  let side = 0;
  batches.forEach((batch, i) => {
    const now = sideOfZero(low[i]!, high[i]!);
    if (now === 0) since = null;
    else if (now !== side || since === null) since = batch;
    side = now;
  });
  return since;
}

/** 1 above, −1 below, 0 where the interval holds zero or is not there. */
function sideOfZero(low: number | null, high: number | null): number {
  if (low === null || high === null) return 0;
  return low > 0 ? 1 : high < 0 ? -1 : 0;
}

/** a − b at the batches of both; null where either is not finite. */
export function differenceCurve(a: Curve, b: Curve): Curve {
  const subtract = (first: number | null, second: number | null) =>
    first === null || second === null ? null : first - second;
  if (sameBatches(a.batches, b.batches))
    return { batches: a.batches, values: a.values.map((value, i) => subtract(value, b.values[i] ?? null)) };
  const other = new Map(b.batches.map((batch, i) => [batch, b.values[i] ?? null]));
  const batches = a.batches.filter((batch) => other.has(batch));
  const own = new Map(a.batches.map((batch, i) => [batch, a.values[i] ?? null]));
  return { batches, values: batches.map((batch) => subtract(own.get(batch) ?? null, other.get(batch) ?? null)) };
}
