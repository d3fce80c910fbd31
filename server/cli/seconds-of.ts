import { UserError } from '../sweep/user-error.ts';

/**
 * A time that the environment sets, in seconds.
 *
 * @param name of the variable
 * @param wanted the smallest and the largest that may be set, and how that is said
 * @returns milliseconds; undefined where it is not set
 */
export function secondsOf(
  name: string,
  { least, most, words }: { least: number; most: number; words: string },
): number | undefined {
  const text = process.env[name];
  if (!text) return undefined;
  const seconds = Number(text);
  if (seconds >= least && seconds <= most) return 1_000 * seconds;
  throw new UserError(`Cannot read ${name}: found ${JSON.stringify(text)}, wanted a number of seconds ${words}`);
}

/** So long a worker elsewhere may give no sign of life. The head and its workers have the same. */
export function lockTime(): number {
  return secondsOf('COSWEEP_LOCK', { least: 1, most: 3_600, words: 'from 1 to 3600' }) ?? LOCK;
}

/** So long a worker process may give no sign of life, at least; undefined: as long as a worker is given anyway. */
export function watchdogTime(): number | undefined {
  return secondsOf('COSWEEP_WATCHDOG', {
    least: Number.MIN_VALUE,
    most: Number.MAX_VALUE,
    words: 'above 0',
  });
}

/** In milliseconds. */
const LOCK = 30_000;
