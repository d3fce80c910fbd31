import { setTimeout as sleep } from 'node:timers/promises';
import { sweepName } from '../store/database/ids.ts';
import { takeLease, releaseLease, type Lease } from '../store/database/lease.ts';
import { isToBeTrained, nextQueuedSweep, readProbeSeeds } from '../store/sweeps/queue.ts';
import { clearLeftovers } from '../store/training/sweep-turn.ts';
import { refuseFresh } from '../store/sweeps/refuse-fresh.ts';
import { checkpointFiles } from '../store/reading/read-checkpoints.ts';
import type { Storage } from '../store/database/storage.ts';
import type { EngineName } from '../training/engine.ts';
import { removeLeftovers } from './checkpoints/checkpoint-files.ts';
import { interruptSweep } from './end-sweep.ts';
import type { RunnerEvent, SweepSummary } from './events.ts';
import { keepLease } from './heartbeat.ts';
import { runSweep } from './run-sweep.ts';

export interface RunOptions {
  storage: Storage;
  /** The queued sweep that was asked for. */
  sweepId: number;
  engine: EngineName | 'auto';
  /** Which device of the engine, as the user names it; null leaves it to the engine. */
  device: string | null;
  workers: number | 'auto';
  /** Train every run of this sweep anew, whatever the database holds. */
  fresh: boolean;
  /** False: where another process trains, leave the sweep queued and return at once. */
  wait: boolean;
  /** The command line, for others to see who trains. */
  command: string;
  tell: (event: RunnerEvent) => void;
  /** Aborted: stop at the next checkpoint. */
  stop: AbortSignal;
  /** Aborted: stop now. */
  kill: AbortSignal;
}

export interface SweepOptions extends RunOptions {
  lease: Lease;
  /** False for a sweep that only stands in the same queue as the one that was asked for: its errors are its own. */
  isAsked: boolean;
}

const POLL_MS = 1000;

/**
 * Trains the queued sweeps of a database in order, the one asked for among them. One process per database does: where
 * another one is at it, this one waits until the lease is free or the other has trained its sweep.
 *
 * @returns how the sweep that was asked for ended; null where another process has it, or it was stopped while waiting
 */
export async function runQueue(options: RunOptions): Promise<SweepSummary | null> {
  const { storage, tell } = options;
  const probeSeeds = readProbeSeeds(storage, options.sweepId);
  const lease = await waitForLease(options);
  if (!lease) return null;
  const heartbeat = keepLease(storage, lease);
  const stop = AbortSignal.any([options.stop, heartbeat.lost]);
  const kill = AbortSignal.any([options.kill, heartbeat.lost]);
  try {
    for (const id of clearLeftovers(storage, lease, options.sweepId)) {
      if (id !== options.sweepId)
        tell({
          kind: 'log',
          message: `${sweepName(id)} was left by a process that died; \`cosweep run ${sweepName(id)}\` continues it`,
        });
    }
    await removeLeftovers(storage.checkpointFolder, checkpointFiles(storage));
    let asked: SweepSummary | null = null;
    let hadItsTurn = false;
    for (let id = nextQueuedSweep(storage); id !== null && !stop.aborted; id = nextQueuedSweep(storage)) {
      const isAsked = id === options.sweepId;
      // What was asked for, was asked for one sweep: another one in the queue is trained as it is, on its own engine.
      const { engine, device, fresh }: Pick<RunOptions, 'engine' | 'device' | 'fresh'> = isAsked
        ? options
        : { engine: 'auto', device: null, fresh: false };
      const summary = await runSweep({ ...options, sweepId: id, engine, device, fresh, lease, stop, kill, isAsked });
      if (isAsked) asked = summary;
      hadItsTurn ||= isAsked;
    }
    // What this process was asked for and never came to is not for whoever trains next to begin: it stands as if it had
    // been stopped in training.
    if (!hadItsTurn && options.stop.aborted && isToBeTrained(storage, options.sweepId))
      interruptSweep({ ...options, lease }, probeSeeds);
    return asked;
  } finally {
    heartbeat.end();
    releaseLease(storage, lease);
  }
}

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
