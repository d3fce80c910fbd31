import { randomUUID } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { OutsideError } from '../../sweep/user-error.ts';
import { transaction } from './transaction.ts';
import type { Storage } from './storage.ts';

/** How often the holder should renew. */
export const HEARTBEAT_MS = 3_000;

/**
 * A lease that was not renewed for this long may be taken by another process. Longer than `training` waits, in which
 * nothing renews it.
 */
export const STALE_MS = 90_000;

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
 * Another process took the lease meanwhile (this one was suspended, or too busy to renew): nothing was written, stop
 * training.
 */
export class LeaseLostError extends OutsideError {
  override name = 'LeaseLostError';
  constructor() {
    super(
      'Cannot go on training: another process has taken over this database, since this one did not answer for too long',
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
 * Process ids mean the same only on one host, between two boots, in one process namespace: containers that share a
 * database may all have process 7. Where the system does not tell, the host's name has to do.
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

/** The lease, or who holds it. Taken from a holder that is dead or has not renewed for `STALE_MS`. */
export function takeLease(
  storage: Storage,
  command: string,
  now = Date.now(),
): { lease: Lease } | { holder: LeaseHolder } {
  const holder = leaseHolder(storage, now); // looked at first without a transaction: who waits asks often
  if (holder) return { holder };
  return transaction(storage, () => {
    const row = read(storage);
    if (alive(row, now)) return { holder: toHolder(row) };
    storage
      .prepare(
        `UPDATE "Lease" SET token = token + 1, holder = ?, pid = ?, host = ?, machine = ?, command = ?, takenAt = ?, heartbeatAt = ?
      WHERE name = 'training'`,
      )
      .run(PROCESS, process.pid, hostname(), MACHINE, command, now, now);
    return { lease: { token: row.token + 1 } };
  });
}

/** The heartbeat. Throws `LeaseLostError` where another process has taken over. */
export function renewLease(storage: Storage, lease: Lease, now = Date.now()): void {
  const { changes } = storage
    .prepare(`UPDATE "Lease" SET heartbeatAt = ? WHERE name = 'training' AND token = ? AND holder IS NOT NULL`)
    .run(now, lease.token);
  if (changes !== 1) throw new LeaseLostError();
}

/**
 * Gives the lease back; does nothing where it is already lost. Never fails: on a disk that is full it cannot be written
 * down, and need not be, since the lease of a process that has ended is there for the taking. What filled the disk was
 * told before.
 */
export function releaseLease(storage: Storage, lease: Lease): void {
  try {
    storage.prepare(`UPDATE "Lease" SET holder = NULL WHERE name = 'training' AND token = ?`).run(lease.token);
  } catch {
    // see above
  }
}

/** The living process that trains on this database; null where none does. */
export function leaseHolder(storage: Storage, now = Date.now()): LeaseHolder | null {
  const row = read(storage);
  return alive(row, now) ? toHolder(row) : null;
}

/** What has trained for hours waits a minute for whoever keeps the database locked, a backup maybe. */
const TRIES = 6;

/** One transaction of the process that trains: fails as a whole, before writing, where the lease was lost. */
export function underLease<T>(storage: Storage, lease: Lease, body: () => T): T {
  return transaction(
    storage,
    () => {
      const row = read(storage);
      if (row.token !== lease.token || row.holder === null) throw new LeaseLostError();
      return body();
    },
    TRIES,
  );
}

function read(storage: Storage): Row {
  return storage.prepare(`SELECT * FROM "Lease" WHERE name = 'training'`).get() as Row;
}

function toHolder({ pid, host, command, takenAt, heartbeatAt }: Row): LeaseHolder {
  return { pid, host, command, takenAt: new Date(takenAt), heartbeatAt: new Date(heartbeatAt) };
}

/** A killed holder is noticed at once where its process can be looked up, by its silence where it cannot. */
function alive(row: Row, now: number): boolean {
  if (row.holder === null) return false;
  if (Math.abs(now - row.heartbeatAt) > STALE_MS) return false; // either way: clocks are set back too
  if (row.holder === PROCESS || row.machine !== MACHINE) return true;
  return row.pid !== process.pid && processExists(row.pid);
}

function processExists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
