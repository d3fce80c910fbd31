import { mean } from './moments.ts';

/**
 * The honest difference of an arm that was chosen as the best of several: for each seed the arm is chosen by the other
 * seeds, and its difference on this one seed counts. The differences on which an arm was chosen flatter it: without any
 * effect the best of 27 arms shows 0.58 standard deviations on six seeds, and 0 by this estimate. It has no interval
 * and no test.
 *
 * @param rows candidates × seeds, oriented so that larger is better; every candidate has every seed
 * @returns null with fewer than three seeds, or without candidates
 */
export function chosenEffect(rows: readonly (readonly number[])[]): number | null {
  const seeds = rows[0]?.length ?? 0;
  if (seeds < 3) return null;
  const sums = rows.map((row) => row.reduce((sum, value) => sum + value, 0));
  const onLeftOut = Array.from({ length: seeds }, (_, seed) => {
    let best = 0;
    for (let k = 1; k < rows.length; k++) if (sums[k]! - rows[k]![seed]! > sums[best]! - rows[best]![seed]!) best = k;
    return rows[best]![seed]!;
  });
  return mean(onLeftOut);
}
