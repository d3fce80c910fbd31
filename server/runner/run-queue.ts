import { setTimeout as sleep } from 'node:timers/promises';
import { claimCheckpointFolder } from '../store/database/checkpoint-folder.ts';
import { completeFile } from '../store/database/complete-file.ts';
import { sweepName } from '../store/database/ids.ts';
import {
  HolderWatch,
  leaseHolder,
  LOOK_MS,
  releaseLease,
  takeLease,
  type Lease,
  type Taken,
} from '../store/database/lease.ts';
import { refuseReplaced } from '../store/database/replaced.ts';
import { isToBeTrained, nextQueuedSweep, readProbeSeeds } from '../store/sweeps/queue.ts';
import { refuseFresh } from '../store/sweeps/refuse-fresh.ts';
import { noteFile } from '../store/training/note-files.ts';
import { clearLeftovers } from '../store/training/sweep-turn.ts';
import { removeNoted } from './checkpoints/prune-checkpoints.ts';
import { endBroken, interruptSweep } from './end-sweep.ts';
import type { SweepSummary } from './events.ts';
import { keepLease } from './heartbeat.ts';
import { Logs } from './logs/logs.ts';
import { patiently, type Waiter } from './patiently.ts';
import type { RunOptions } from './run-options.ts';
import { runSweep } from './run-sweep.ts';
import { Patience } from './patience.ts';
import { keepWorkers } from './workers/keep-workers.ts';
import type { Elsewhere } from './workers/remote-workers.ts';

interface Looking {
  watch: HolderWatch;
  every: number;
}

/**
 * Trains the queued sweeps of a database in order, the one asked for among them. One process per database does: where
 * another one is at it, this one waits until the lease is free or the other has trained its sweep.
 *
 * @param looking how it watches a process that holds the lease: by which clock, and how many milliseconds lie between
 * two looks
 * @returns how the sweep that was asked for ended; null where another process has it, or it was stopped while waiting
 */
export async function runQueue(
  options: RunOptions & Elsewhere,
  looking: Looking = { watch: new HolderWatch(), every: LOOK_MS },
): Promise<SweepSummary | null> {
  const { storage, tell, stop, kill } = options;
  const probeSeeds = readProbeSeeds(storage, options.sweepId);
  const taken = await waitForLease(options, looking);
  if (!taken) return null;
  const { lease, left } = taken;
  const { lost, end } = keepLease(storage, lease);
  const waiter = { storage, giveUp: AbortSignal.any([kill, lost]) };
  const patience = new Patience(options.watchdog);
  const log = (message: string): void => tell({ kind: 'log', message });
  let logs: Logs | null = null;
  let forget = (): void => {};
  try {
    for (const id of await patiently(waiter, () => clearLeftovers(storage, lease, options.sweepId, left))) {
      if (id !== options.sweepId)
        tell({
          kind: 'log',
          message:
            `${sweepName(id)} was left: ${left ?? 'its process died'}; ` +
            `\`cosweep run ${sweepName(id)}\` continues it`,
        });
    }
    await claimFolder({ ...options, lease, lost }, waiter, log);
    await removeNoted(waiter, lease, log);
    await beginRemote(options, waiter, lease);
    if (options.remote) forget = keepWorkers(storage, lease, options.remote);
    logs = Logs.open(storage, log);
    let asked: SweepSummary | null = null;
    let hadItsTurn = false;
    const next = (): number | null =>
      stop.aborted || lost.aborted ? null : nextQueuedSweep(storage, options.programs);
    for (let id = next(); id !== null; id = next()) {
      const isAsked = id === options.sweepId;
      const own = isAsked ? options : { ...options, ...AS_IT_IS };
      const summary = await runSweep({ ...own, sweepId: id, lease, lost, isAsked, patience, logs });
      await completeFile(storage);
      if (isAsked) asked = summary;
      hadItsTurn ||= isAsked;
    }
    // Where this process never came to the sweep that it was asked for, the next process that trains does not begin it
    // either: the sweep is left as if it had been stopped in training.
    if (!hadItsTurn && stop.aborted && isToBeTrained(storage, options.sweepId))
      await interruptSweep({ ...options, lease, lost }, probeSeeds);
    return asked;
  } finally {
    await logs?.close();
    forget();
    await endRemote(options, lost);
    end();
    releaseLease(storage, lease);
  }
}

/** Workers on other machines may begin to bring files. */
async function beginRemote({ storage, remote }: RunOptions & Elsewhere, waiter: Waiter, lease: Lease): Promise<void> {
  if (!remote) return;
  await patiently(waiter, () => noteFile(storage, lease, remote.temporaries));
  remote.begin(lease.token);
}

/** Whoever trains next may have the same queues: they are left under the lease. */
async function endRemote({ remote }: Elsewhere, lost: AbortSignal): Promise<void> {
  // Whoever has opened the head closes it once more, and meets what is wrong.
  await remote?.close(null, { isReplaced: lost.aborted }).catch(() => {});
}

/** Where the folder is another database's, nothing can be trained: the sweep that was asked for leaves the queue. */
async function claimFolder(
  options: RunOptions & { lease: Lease; lost: AbortSignal },
  waiter: Waiter,
  log: (message: string) => void,
): Promise<void> {
  try {
    await patiently(waiter, () => claimCheckpointFolder(options.storage, log));
  } catch (error) {
    await endBroken({ ...options, isAsked: true }, error);
    throw error;
  }
}

/**
 * The options were given for one sweep. Any other sweep of the queue is trained as it was queued, on its own engine.
 */
const AS_IT_IS: Pick<RunOptions, 'engine' | 'device' | 'perDevice' | 'fresh' | 'trustsProgram' | 'audit'> = {
  engine: 'auto',
  device: null,
  perDevice: undefined,
  fresh: false,
  trustsProgram: false,
  audit: false,
};

/**
 * null where the sweep is no longer this process's business: stopped, left to the holder, or trained by it meanwhile.
 */
async function waitForLease(
  options: RunOptions,
  { watch, every }: Looking,
): Promise<Extract<Taken, { lease: Lease }> | null> {
  const { storage, sweepId, fresh, wait, command, tell, stop } = options;
  const waiter = { storage, giveUp: stop };
  let told = false;
  for (;;) {
    refuseReplaced(storage);
    const taken = await patiently(waiter, () => takeLease(storage, command, { watch }));
    if ('lease' in taken) return taken;
    const answers = leaseHolder(storage) !== null;
    if (fresh && answers) refuseFresh(sweepName(sweepId), taken.holder);
    if (!told) tell({ kind: 'waiting', holder: taken.holder, answers });
    told = true;
    // A holder that seems to be silent for long is watched even by a process that waits for nobody at work.
    if ((!wait && answers) || stop.aborted) return null;
    if (!isToBeTrained(storage, sweepId)) return null;
    await sleep(every, undefined, { signal: stop }).catch(() => {});
  }
}
