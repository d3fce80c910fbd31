import { toTwelveDigits } from '../../sweep/twelve-digits.ts';
import type { Goal } from '../table/table.ts';

/**
 * The mean of the ranks of each line over the columns. Ranks count from 1, which is best; equal values share the mean
 * of their ranks. Only lines with a value in every column are ranked: a line that is missing where all are bad would
 * look better for it (Demšar, "Statistical comparisons of classifiers over multiple data sets", JMLR 2006).
 *
 * @param values by line, then by column; null where there is none
 * @returns null for a line that is not ranked
 */
export function averageRanks(values: readonly (readonly (number | null)[])[], goal: Goal): (number | null)[] {
  const isRanked = values.map((line) => line.every((value) => value !== null));
  const ranked = values.filter((_, index) => isRanked[index]) as number[][];
  const columns = values[0]?.length ?? 0;
  const sign = goal === 'maximize' ? -1 : 1;
  const ranksBy = Array.from({ length: columns }, (_, column) =>
    ranksOf(ranked.map((line) => sign * toTwelveDigits(line[column]!))),
  );
  let next = 0;
  return isRanked.map((is) => {
    if (!is) return null;
    const place = next++;
    return ranksBy.reduce((sum, ranks) => sum + ranks[place]!, 0) / columns;
  });
}

/** 1 for the smallest. */
function ranksOf(values: readonly number[]): number[] {
  return values.map((value) => {
    const below = values.filter((other) => other < value).length;
    const equal = values.filter((other) => other === value).length;
    return below + (equal + 1) / 2;
  });
}
