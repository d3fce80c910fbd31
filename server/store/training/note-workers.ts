import { underLease, type Lease } from '../database/lease.ts';
import type { Storage } from '../database/storage.ts';
import type { Machine } from './run-state.ts';

/** `opening`: it opens the engine of the sweep, and measures its bits. `unable`: it cannot train the sweep. */
export type RemoteState = 'opening' | 'ready' | 'training' | 'unable' | 'gone';

/** A worker on another machine, as the process that trains knows it. */
export interface NotedWorker {
  /** Its name as a sender. */
  id: string;
  host: string;
  pid: number;
  slots: number;
  /** What it trains on; until that is open, what it would take by itself. */
  engine: string;
  /** null until it has opened the engine. */
  machine: Machine | null;
  /** The name of its class of bits; null until it is known. */
  bits: string | null;
  state: RemoteState;
  /** Ids of the stages that it trains. */
  stages: readonly number[];
  /** In milliseconds since 1970, as `heardAt`: both by one clock, which nobody sets. */
  cameAt: number;
  heardAt: number;
  /** Why it is gone, or cannot train the sweep. */
  reason: string | null;
}

/** A seed that nobody of those who are there may train. */
export interface WaitingSeed {
  seed: number;
  /** The name of the class of bits that it belongs to; null where none of that class was there yet. */
  bits: string | null;
}

/** Who is there, all at once. */
export interface NotedWorkers {
  /** The sweep that they train; null where none has begun. */
  sweepId: number | null;
  workers: readonly NotedWorker[];
  waiting: readonly WaitingSeed[];
}

/**
 * Notes who is there, in place of whoever was noted before.
 *
 * @param now by the same clock as the times of the workers
 */
export function noteWorkers(
  storage: Storage,
  lease: Lease,
  { sweepId, workers, waiting }: NotedWorkers,
  now: number,
): void {
  underLease(storage, lease, () => {
    storage
      .prepare(
        `INSERT INTO "RemoteHead" (id, token, sweepId, writtenAt, waiting)
        VALUES (1, @token, @sweepId, @now, @waiting)
        ON CONFLICT DO UPDATE SET token = @token, sweepId = @sweepId, writtenAt = @now, waiting = @waiting`,
      )
      .run({ token: lease.token, sweepId, now, waiting: JSON.stringify(waiting) });
    storage.prepare('DELETE FROM "RemoteWorker"').run();
    const insert = storage.prepare(
      `INSERT INTO "RemoteWorker"
      (id, host, pid, slots, engine, device, versions, bits, state, stages, cameAt, heardAt, reason) VALUES
      (@id, @host, @pid, @slots, @engine, @device, @versions, @bits, @state, @stages, @cameAt, @heardAt, @reason)`,
    );
    for (const { machine, stages, ...worker } of workers)
      insert.run({
        ...worker,
        device: machine && machine.device,
        versions: machine && JSON.stringify(machine.versions),
        stages: JSON.stringify(stages),
      });
  });
}

/** Nobody is there: a process begins or ends to let workers on other machines train. */
export function clearWorkers(storage: Storage, lease: Lease): void {
  underLease(storage, lease, () => {
    storage.prepare('DELETE FROM "RemoteHead"').run();
    storage.prepare('DELETE FROM "RemoteWorker"').run();
  });
}
