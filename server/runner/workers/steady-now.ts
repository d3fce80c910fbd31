/**
 * Milliseconds since 1970 by a clock that nobody sets while this process lives. How long ago something was heard stays
 * right where the clock of the day jumps, and where the clocks of workers differ.
 *
 * @param at by `performance.now()`
 */
export function steadyNow(at = performance.now()): number {
  return performance.timeOrigin + at;
}
