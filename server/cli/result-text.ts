import { decimalsOfHalf, toFixed, toSigned, withMinus } from '../report/number-format.ts';
import { isAccuracy } from '../report/table/metric-view.ts';
import type { RunResult } from '../runner/events.ts';

/** A line names so many arms that have waited for their control. */
const MOST_NAMED = 3;

/** `val/accuracy 97.21 %, Δ +0.22 points`: a complete run, and by how much it differs from its control. */
export function resultText({ metric, value, changes }: RunResult): string {
  const [scale, unit, points] = isAccuracy(metric) ? [100, ' %', ' points'] : [1, '', ''];
  const delta = (change: number) =>
    `${withMinus(toSigned(scale * change, decimalsOfHalf(null, { value: scale * value })))}${points}`;
  const shown = `${metric} ${withMinus(toFixed(scale * value, decimalsOfHalf(null, { value: scale * value })))}${unit}`;
  const [first] = changes;
  if (first === undefined) return shown;
  if (changes.length === 1) return `${shown}, Δ ${delta(first.change)}`;
  const named = changes.slice(0, MOST_NAMED).map(({ arm, change }) => `${arm} ${delta(change)}`);
  const more = changes.length - named.length;
  return `${shown}, Δ of ${named.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
