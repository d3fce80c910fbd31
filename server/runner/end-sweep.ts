import { finishProbe, finishSweep, putBack } from '../store/training/sweep-turn.ts';
import type { SweepRecord } from '../store/reading/read-sweep.ts';
import type { SweepSummary } from './events.ts';
import { patiently, type Waiter } from './patiently.ts';
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
export async function endSweep(
  { probeSeeds }: Pick<SweepRecord, 'probeSeeds'>,
  options: Ender,
  { cancelled, cut }: Ending,
): Promise<SweepSummary['state']> {
  const { storage, lease, sweepId } = options;
  const state = cancelled ? 'cancelled' : isStopped(options) || cut ? 'interrupted' : 'complete';
  if (state === 'interrupted' && !isLeftToOthers(options)) return interruptSweep(options, probeSeeds);
  return patiently(waiterOf(options), () => {
    if (state === 'interrupted') return putBack(storage, lease, sweepId);
    finishSweep(storage, lease, sweepId, state);
    return state;
  });
}

/**
 * What was asked of a sweep is not trained to its end.
 *
 * @param probeSeeds what was asked: only its trunks, of so many seeds; null: all of it
 */
export function interruptSweep(
  options: Pick<Ender, 'storage' | 'lease' | 'sweepId' | 'kill' | 'lost'>,
  probeSeeds: number | null,
): Promise<SweepSummary['state']> {
  const { storage, lease, sweepId } = options;
  return patiently(waiterOf(options), () => {
    if (probeSeeds !== null) return finishProbe(storage, lease, sweepId);
    finishSweep(storage, lease, sweepId, 'interrupted');
    return 'interrupted';
  });
}

export function waiterOf({ storage, kill, lost }: Pick<Ender, 'storage' | 'kill' | 'lost'>): Waiter {
  return { storage, giveUp: AbortSignal.any([kill, lost]) };
}

/** Something broke: the sweep leaves the queue, with the reason. */
export async function endBroken(options: Ender, error: unknown): Promise<void> {
  const { storage, lease, sweepId } = options;
  const reason = error instanceof Error ? error.message : String(error);
  try {
    await patiently(waiterOf(options), () => {
      if (isLeftToOthers(options)) putBack(storage, lease, sweepId);
      else finishSweep(storage, lease, sweepId, 'interrupted', reason);
    });
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
