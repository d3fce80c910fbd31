import { putBack, finishProbe, finishSweep } from '../store/training/sweep-turn.ts';
import type { SweepRecord } from '../store/reading/read-sweep.ts';
import type { SweepSummary } from './events.ts';
import type { SweepOptions } from './run-queue.ts';

/**
 * A sweep has come to its end, or this process was stopped.
 *
 * @param cut what was asked of it is trained, and that is not all
 * @returns the state that it is in now
 */
export function endSweep(
  { probeSeeds }: SweepRecord,
  options: SweepOptions,
  cancelled: AbortSignal,
  cut = false,
): SweepSummary['state'] {
  const { storage, lease, sweepId, stop, kill } = options;
  const state = cancelled.aborted ? 'cancelled' : stop.aborted || kill.aborted || cut ? 'interrupted' : 'complete';
  if (state === 'interrupted')
    return isLeftToOthers(options) ? putBack(storage, lease, sweepId) : interruptSweep(options, probeSeeds);
  finishSweep(storage, lease, sweepId, state);
  return state;
}

/**
 * What was asked of a sweep is not trained to its end.
 *
 * @param probeSeeds what was asked: only its trunks, of so many seeds; null: all of it
 */
export function interruptSweep(
  { storage, lease, sweepId }: Pick<SweepOptions, 'storage' | 'lease' | 'sweepId'>,
  probeSeeds: number | null,
): SweepSummary['state'] {
  if (probeSeeds !== null) return finishProbe(storage, lease, sweepId);
  finishSweep(storage, lease, sweepId, 'interrupted');
  return 'interrupted';
}

/** Something broke: it leaves the queue, with the reason. */
export function endBroken(options: SweepOptions, error: unknown): void {
  const { storage, lease, sweepId } = options;
  try {
    if (isLeftToOthers(options)) putBack(storage, lease, sweepId);
    else finishSweep(storage, lease, sweepId, 'interrupted', error instanceof Error ? error.message : String(error));
  } catch {
    // The database itself is the trouble, or the lease is lost: the first error says more than this one would.
  }
}

/**
 * Who stops this process does not stop what others asked for, and may be waiting for: that stays in the queue, as it
 * does before its turn.
 */
function isLeftToOthers({ isAsked, stop, kill }: SweepOptions): boolean {
  return !isAsked && (stop.aborted || kill.aborted);
}
