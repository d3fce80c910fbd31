import type { FactorReport } from './factor-report.ts';

/** The report of a sweep that is not finished: what was measured, and no p, since more runs will change it. */
export function withoutTests(report: FactorReport): FactorReport {
  const { slices, importance, distances, trends, map } = report;
  return {
    ...report,
    slices: slices.map((slice) =>
      slice.isBalanced
        ? { ...slice, levels: slice.levels.map(untested), contrasts: slice.contrasts.map(untested) }
        : slice,
    ),
    importance: importance.map(untested),
    distances: distances?.map(untested) ?? null,
    trends: trends.map(untested),
    map: map && {
      ...map,
      cells: map.cells.map((row) => row.map((cell) => ('summary' in cell ? untested(cell) : cell))),
    },
  };
}

function untested<Tested extends { p: number | null }>(tested: Tested): Tested {
  return { ...tested, p: null };
}
