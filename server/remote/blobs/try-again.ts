import { setTimeout as sleep } from 'node:timers/promises';
import { PassingFailure } from './http-failure.ts';

/** So long it is waited for a server that is busy. In milliseconds. */
const BUSY_FOR = 600_000;

/** In milliseconds. */
const BUSY_DELAY = 1000;

/**
 * Does something again where it fails with what may pass. A server that is there, and is busy, uses up no try.
 *
 * @param delays before each further try, in milliseconds
 * @param failed it has failed already, so that the first delay comes first
 */
export async function tryAgain<T>(
  delays: readonly number[],
  signal: AbortSignal | undefined,
  work: () => Promise<T>,
  failed?: Error,
): Promise<T> {
  const left = [...delays];
  const busyUntil = performance.now() + BUSY_FOR;
  for (let failure: unknown = failed; ;) {
    if (failure !== undefined) {
      signal?.throwIfAborted();
      if (!(failure instanceof PassingFailure)) throw failure;
      const waits = failure.isBusy && performance.now() < busyUntil;
      const delay = waits ? BUSY_DELAY : left.shift();
      if (delay === undefined) throw failure;
      await sleep(delay, undefined, { signal }).catch(() => signal?.throwIfAborted());
    }
    try {
      return await work();
    } catch (error) {
      failure = error;
    }
  }
}
