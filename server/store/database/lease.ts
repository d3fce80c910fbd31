import { randomUUID } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { OutsideError } from '../../sweep/user-error.ts';
import { Silence } from './silence.ts';
import { transaction, transactionInSteps } from './transaction.ts';
import type { Storage } from './storage.ts';

/** How often the holder should renew. */
export const HEARTBEAT_MS = 3_000;

/**
 * Another process may take a lease that was not renewed for this long. That is longer than the holder waits for a
 * locked database, in which nobody can renew it.
 */
export const STALE_MS = 90_000;

/** Milliseconds between two looks of a process that waits for the lease. */
export const LOOK_MS = 1_000;

/** The right to train on a database. `token` grows with every new holder; every training write names it. */
export interface Lease {
  readonly token: number;
}

export interface LeaseHolder {
  pid: number;
  host: string;
  /** The command line it was started with. */
  command: string;
  takenAt: Date;
  heartbeatAt: Date;
}

/**
 * Another process took the lease meanwhile: this process was suspended, or too busy to renew it. Nothing was written,
 * and training has to stop.
 */
export class LeaseLostError extends OutsideError {
  override name = 'LeaseLostError';
  constructor() {
    super(
      'Cannot go on training: another process has taken over this database, ' +
        'since this process did not answer for too long',
    );
  }
}

interface Row {
  token: number;
  holder: string | null;
  pid: number;
  host: string;
  machine: string;
  command: string;
  takenAt: number;
  heartbeatAt: number;
}

/**
 * A process id means one process only on one host, between two boots and in one process namespace: containers that
 * share a database may all have a process 7. Where the system does not tell boot and namespace, the name of the host
 * has to do.
 */
const MACHINE = toMachine();

function toMachine(): string {
  const ask = (read: () => string): string => {
    try {
      return read().trim();
    } catch {
      return '';
    }
  };
  const boot = ask(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8'));
  const namespace = ask(() => readlinkSync('/proc/self/ns/pid'));
  return [hostname(), boot, namespace].join(' ');
}

/** Tells this process from an earlier one that had the same process id. */
const PROCESS = randomUUID();

/**
 * What a process that waits for the lease has seen of its holder. The holder writes the time of its own clock with
 * every heartbeat. Whoever waits only looks whether that changes, and measures for how long it does not by a clock that
 * nobody sets. So neither a clock that jumps nor two that differ cost a living holder its lease.
 */
export class HolderWatch {
  readonly #silence: Silence;
  #heartbeat = '';

  /** @param clock milliseconds of a clock that only goes forward */
  constructor(clock?: () => number) {
    this.#silence = new Silence(5 * LOOK_MS, clock);
  }

  /** @returns milliseconds for which this heartbeat has stood still while it was watched */
  look({ token, heartbeatAt }: Pick<Row, 'token' | 'heartbeatAt'>): number {
    const heartbeat = `${token} ${heartbeatAt}`;
    if (heartbeat === this.#heartbeat) return this.#silence.look();
    this.#heartbeat = heartbeat;
    this.#silence.end();
    return 0;
  }
}

/** What `takeLease` gives. */
export type Taken =
  | {
      lease: Lease;
      /** What became of the holder before, as the end of a sentence; left out where the lease was free. */
      left?: string;
    }
  | { holder: LeaseHolder };

interface TakeOptions {
  /** Kept between the looks of one process; a new one takes the lease from nobody but the dead. */
  watch?: HolderWatch;
  now?: number;
}

/**
 * Takes the lease, if need be from a holder that is seen to be dead, or that was watched for `STALE_MS` and did not
 * renew it.
 *
 * @returns the lease, or the process that holds it
 */
export function takeLease(
  storage: Storage,
  command: string,
  { watch = new HolderWatch(), now = Date.now() }: TakeOptions = {},
): Taken {
  // The first look does without a transaction, since a process that waits for the lease asks often.
  const seen = read(storage);
  if (!mayBeTaken(seen, watch)) return { holder: toHolder(seen) };
  return transaction(storage, () => {
    const row = read(storage);
    if (!mayBeTaken(row, watch)) return { holder: toHolder(row) };
    storage
      .prepare(
        `UPDATE "Lease" SET token = token + 1, holder = ?, pid = ?, host = ?, machine = ?, command = ?,
        takenAt = ?, heartbeatAt = ? WHERE name = 'training'`,
      )
      .run(PROCESS, process.pid, hostname(), MACHINE, command, now, now);
    const lease = { token: row.token + 1 };
    return row.holder === null ? { lease } : { lease, left: whatBecameOf(row) };
  });
}

function mayBeTaken(row: Row, watch: HolderWatch): boolean {
  return row.holder === null || isSeenDead(row) || watch.look(row) >= STALE_MS;
}

function whatBecameOf(row: Row): string {
  const process = `process ${row.pid} on ${row.host}`;
  return isSeenDead(row)
    ? `${process}, which trained it, died`
    : `${process}, which trained it, gave no sign of life for ${STALE_MS / 1000} seconds, ` +
        'and another process took over';
}

/** The heartbeat. Throws `LeaseLostError` where another process has taken over. */
export function renewLease(storage: Storage, lease: Lease, now = Date.now()): void {
  const { changes } = storage
    .prepare(`UPDATE "Lease" SET heartbeatAt = ? WHERE name = 'training' AND token = ? AND holder IS NOT NULL`)
    .run(now, lease.token);
  if (changes !== 1) throw new LeaseLostError();
}

/**
 * Gives the lease back; does nothing where it is already lost. Never fails. On a full disk the release cannot be
 * written down, and need not be: the lease of a process that has ended is there for the taking. The full disk itself
 * was reported before.
 */
export function releaseLease(storage: Storage, lease: Lease): void {
  try {
    storage.prepare(`UPDATE "Lease" SET holder = NULL WHERE name = 'training' AND token = ?`).run(lease.token);
  } catch {
    // see above
  }
}

/**
 * The process that trains on this database, as one look shows it; null where none seems to. The look goes by the clocks
 * of the day: it is for whoever asks once. The lease itself is taken only from a holder that was watched.
 */
export function leaseHolder(storage: Storage, now = Date.now()): LeaseHolder | null {
  const row = read(storage);
  return seemsAlive(row, now) ? toHolder(row) : null;
}

/** The process that took the lease last and did not give it back, dead or alive; null where it was given back. */
export function lastHolder(storage: Storage): LeaseHolder | null {
  const row = read(storage);
  return row.holder === null ? null : toHolder(row);
}

/**
 * Runs `body` in one transaction of the process that trains. Where the lease was lost, the transaction fails as a
 * whole, before anything is written.
 */
export function underLease<T>(storage: Storage, lease: Lease, body: () => T): T {
  return transaction(storage, () => {
    refuseLost(storage, lease);
    return body();
  });
}

/** The same for much that is written in many steps. */
export function underLeaseInSteps<T>(storage: Storage, lease: Lease, body: () => Promise<T>): Promise<T> {
  return transactionInSteps(storage, () => {
    refuseLost(storage, lease);
    return body();
  });
}

function refuseLost(storage: Storage, lease: Lease): void {
  const row = read(storage);
  if (row.token !== lease.token || row.holder === null) throw new LeaseLostError();
}

function read(storage: Storage): Row {
  return storage.prepare(`SELECT * FROM "Lease" WHERE name = 'training'`).get() as Row;
}

function toHolder({ pid, host, command, takenAt, heartbeatAt }: Row): LeaseHolder {
  return { pid, host, command, takenAt: new Date(takenAt), heartbeatAt: new Date(heartbeatAt) };
}

function seemsAlive(row: Row, now: number): boolean {
  if (row.holder === null || isSeenDead(row)) return false;
  return Math.abs(now - row.heartbeatAt) <= STALE_MS; // in either direction: clocks are set back too
}

/** A killed holder is noticed at once where its process can be looked up. Elsewhere only its silence tells. */
function isSeenDead(row: Row): boolean {
  if (row.holder === PROCESS || row.machine !== MACHINE) return false;
  return row.pid === process.pid || !processExists(row.pid);
}

function processExists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
