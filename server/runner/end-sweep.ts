import { finishProbe, finishSweep, putBack } from '../store/training/sweep-turn.ts';
import type { SweepRecord } from '../store/reading/read-sweep.ts';
import type { SweepSummary } from './events.ts';
import type { SweepOptions } from './run-options.ts';

type Ender = Pick<SweepOptions, 'storage' | 'lease' | 'sweepId' | 'isAsked' | 'stop' | 'kill' | 'lost'>;

/** Why a sweep ends: somebody cancelled it, or only a part of it was asked for (`cut`) and that is trained. */
interface Ending {
  cancelled: boolean;
  cut: boolean;
}

/**
 * A sweep has come to its end, or this process was stopped.
 *
 * @returns the state that it is in now
 */
export function endSweep(
  { probeSeeds }: Pick<SweepRecord, 'probeSeeds'>,
  options: Ender,
  { cancelled, cut }: Ending,
): SweepSummary['state'] {
  const { storage, lease, sweepId } = options;
  const state = cancelled ? 'cancelled' : isStopped(options) || cut ? 'interrupted' : 'complete';
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
  { storage, lease, sweepId }: Pick<Ender, 'storage' | 'lease' | 'sweepId'>,
  probeSeeds: number | null,
): SweepSummary['state'] {
  if (probeSeeds !== null) return finishProbe(storage, lease, sweepId);
  finishSweep(storage, lease, sweepId, 'interrupted');
  return 'interrupted';
}

/** Something broke: the sweep leaves the queue, with the reason. */
export function endBroken(options: Ender, error: unknown): void {
  const { storage, lease, sweepId } = options;
  try {
    if (isLeftToOthers(options)) putBack(storage, lease, sweepId);
    else finishSweep(storage, lease, sweepId, 'interrupted', error instanceof Error ? error.message : String(error));
  } catch {
    // The database itself is the trouble, or the lease is lost: the first error says more than this one would.
  }
}

/**
 * The user who stops this process does not stop what others asked for, and may be waiting for: such a sweep stays in
 * the queue, as it does before its turn.
 */
function isLeftToOthers(options: Ender): boolean {
  return !options.isAsked && isStopped(options);
}

function isStopped({ stop, kill, lost }: Ender): boolean {
  return stop.aborted || kill.aborted || lost.aborted;
}
