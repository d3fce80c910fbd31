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

export interface ConfusedPair {
  first: number;
  second: number;
  /** Images of either class taken for the other, as a share of both. */
  error: number;
  wrong: number;
}

/** Unordered pairs of classes by their error, worst first; pairs never confused are left out. */
export function mostConfused(counts: number[][], most: number): ConfusedPair[] {
  const size = counts.map((row) => row.reduce((sum, count) => sum + count, 0));
  const pairs = counts.flatMap((row, first) =>
    row.slice(first + 1).map((count, offset) => {
      const second = first + 1 + offset;
      const wrong = count + counts[second]![first]!;
      const images = size[first]! + size[second]!;
      return { first, second, wrong, error: images === 0 ? 0 : wrong / images };
    }),
  );
  return pairs
    .filter(({ wrong }) => wrong > 0)
    .sort((a, b) => b.error - a.error)
    .slice(0, most);
}

export function toClassName(index: number, classes: string[] | null): string {
  return classes?.[index] ?? String(index);
}
