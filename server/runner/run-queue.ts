import { setTimeout as sleep } from 'node:timers/promises';
import { claimCheckpointFolder } from '../store/database/checkpoint-folder.ts';
import { completeFile } from '../store/database/complete-file.ts';
import { sweepName } from '../store/database/ids.ts';
import { takeLease, releaseLease, type Lease } from '../store/database/lease.ts';
import { isToBeTrained, nextQueuedSweep, readProbeSeeds } from '../store/sweeps/queue.ts';
import { refuseFresh } from '../store/sweeps/refuse-fresh.ts';
import { clearLeftovers, finishSweep } from '../store/training/sweep-turn.ts';
import { removeNoted } from './checkpoints/prune-checkpoints.ts';
import { interruptSweep } from './end-sweep.ts';
import type { SweepSummary } from './events.ts';
import { keepLease } from './heartbeat.ts';
import type { RunOptions } from './run-options.ts';
import { runSweep } from './run-sweep.ts';

const POLL_MS = 1000;

/**
 * Trains the queued sweeps of a database in order, the one asked for among them. One process per database does: where
 * another one is at it, this one waits until the lease is free or the other has trained its sweep.
 *
 * @returns how the sweep that was asked for ended; null where another process has it, or it was stopped while waiting
 */
export async function runQueue(options: RunOptions): Promise<SweepSummary | null> {
  const { storage, tell, stop } = options;
  const probeSeeds = readProbeSeeds(storage, options.sweepId);
  const lease = await waitForLease(options);
  if (!lease) return null;
  const { lost, end } = keepLease(storage, lease);
  try {
    for (const id of clearLeftovers(storage, lease, options.sweepId)) {
      if (id !== options.sweepId)
        tell({
          kind: 'log',
          message: `${sweepName(id)} was left by a process that died; \`cosweep run ${sweepName(id)}\` continues it`,
        });
    }
    const log = (message: string): void => tell({ kind: 'log', message });
    claimFolder(options, lease, log);
    await removeNoted(storage, lease, log);
    let asked: SweepSummary | null = null;
    let hadItsTurn = false;
    const next = (): number | null => (stop.aborted || lost.aborted ? null : nextQueuedSweep(storage));
    for (let id = next(); id !== null; id = next()) {
      const isAsked = id === options.sweepId;
      const summary = await runSweep({ ...options, ...(isAsked ? {} : AS_IT_IS), sweepId: id, lease, lost, isAsked });
      await completeFile(storage);
      if (isAsked) asked = summary;
      hadItsTurn ||= isAsked;
    }
    // Where this process never came to the sweep that it was asked for, the next process that trains does not begin it
    // either: the sweep is left as if it had been stopped in training.
    if (!hadItsTurn && stop.aborted && isToBeTrained(storage, options.sweepId))
      interruptSweep({ ...options, lease }, probeSeeds);
    return asked;
  } finally {
    end();
    releaseLease(storage, lease);
  }
}

/** Where the folder is another database's, nothing can be trained: the sweep that was asked for leaves the queue. */
function claimFolder({ storage, sweepId }: RunOptions, lease: Lease, log: (message: string) => void): void {
  try {
    claimCheckpointFolder(storage, log);
  } catch (error) {
    finishSweep(storage, lease, sweepId, 'interrupted', (error as Error).message);
    throw error;
  }
}

/**
 * The options were given for one sweep. Any other sweep of the queue is trained as it was queued, on its own engine.
 */
const AS_IT_IS: Pick<RunOptions, 'engine' | 'device' | 'fresh'> = { engine: 'auto', device: null, fresh: false };

/**
 * null where the sweep is no longer this process's business: stopped, left to the holder, or trained by it meanwhile.
 */
async function waitForLease({ storage, sweepId, fresh, wait, command, tell, stop }: RunOptions): Promise<Lease | null> {
  let told = false;
  for (;;) {
    const taken = takeLease(storage, command);
    if ('lease' in taken) return taken.lease;
    if (fresh) refuseFresh(sweepName(sweepId), taken.holder);
    if (!told) tell({ kind: 'waiting', holder: taken.holder });
    told = true;
    if (!wait || stop.aborted) return null;
    if (!isToBeTrained(storage, sweepId)) return null;
    await sleep(POLL_MS, undefined, { signal: stop }).catch(() => {});
  }
}
