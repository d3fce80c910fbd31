export interface ConfusionCell {
  count: number;
  /** The share of the images of the true class; 0 for a class without images. */
  share: number;
  correct: boolean;
}

/** Rows are true classes, columns predicted ones. */
export function toConfusionCells(counts: number[][]): ConfusionCell[][] {
  return counts.map((row, truth) => {
    const total = row.reduce((sum, count) => sum + count, 0);
    return row.map((count, predicted) => ({
      count,
      share: total === 0 ? 0 : count / total,
      correct: truth === predicted,
    }));
  });
}

export function toClassName(index: number, classes: string[] | null): string {
  return classes?.[index] ?? String(index);
}
