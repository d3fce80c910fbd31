import type { Ink } from './chart-spec.ts';

/** Steps of colour on either side of 0. */
const STEPS = 4;

/**
 * The tone of a difference: nine equal steps from the worst to the best.
 *
 * @param limit the end of the scale on either side of 0; above 0
 * @param sign −1 where a smaller value of the metric is better
 */
export function toneOf(difference: number, limit: number, sign: 1 | -1): Extract<Ink, { tone: number }> {
  const step = Math.round((sign * (STEPS + 0.5) * difference) / limit);
  return { tone: Math.max(-STEPS, Math.min(STEPS, step)) };
}
