import type { Curve } from '../../sweep/results.ts';

export interface CurveSummary {
  last: number | null;
  best: number | null;
  bestBatch: number | null;
}

/** The last value (null where it was not finite), and the best finite value; of several equal ones the earliest. */
export function summariseCurve(curve: Curve | undefined, goal: 'maximize' | 'minimize' | null): CurveSummary {
  const summary: CurveSummary = { last: curve?.values.at(-1) ?? null, best: null, bestBatch: null };
  if (!curve || goal === null) return summary;
  curve.values.forEach((value, i) => {
    if (value === null) return;
    if (summary.best === null || (goal === 'maximize' ? value > summary.best : value < summary.best)) {
      summary.best = value;
      summary.bestBatch = curve.batches[i]!;
    }
  });
  return summary;
}
