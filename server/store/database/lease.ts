import { randomUUID } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { OutsideError } from '../../sweep/user-error.ts';
import { transaction } from './transaction.ts';
import type { Storage } from './storage.ts';

/** How often the holder should renew. */
export const HEARTBEAT_MS = 3_000;

/**
 * Another process may take a lease that was not renewed for this long. That is longer than `underLease` waits for a
 * locked database, since nothing renews the lease meanwhile.
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
 * Takes the lease, if need be from a holder that is dead or has not renewed it for `STALE_MS`.
 *
 * @returns the lease, or the living process that holds it
 */
export function takeLease(
  storage: Storage,
  command: string,
  now = Date.now(),
): { lease: Lease } | { holder: LeaseHolder } {
  // The first look does without a transaction, since a process that waits for the lease asks often.
  const holder = leaseHolder(storage, now);
  if (holder) return { holder };
  return transaction(storage, () => {
    const row = read(storage);
    if (alive(row, now)) return { holder: toHolder(row) };
    storage
      .prepare(
        `UPDATE "Lease" SET token = token + 1, holder = ?, pid = ?, host = ?, machine = ?, command = ?,
        takenAt = ?, heartbeatAt = ? WHERE name = 'training'`,
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

/** The living process that trains on this database; null where none does. */
export function leaseHolder(storage: Storage, now = Date.now()): LeaseHolder | null {
  const row = read(storage);
  return alive(row, now) ? toHolder(row) : null;
}

/**
 * A process that has trained for hours waits a minute (six times ten seconds) for another that keeps the database
 * locked, a backup maybe.
 */
const TRIES = 6;

/**
 * Runs `body` in one transaction of the process that trains. Where the lease was lost, the transaction fails as a
 * whole, before anything is written.
 */
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

/** A killed holder is noticed at once where its process can be looked up, and elsewhere by its silence. */
function alive(row: Row, now: number): boolean {
  if (row.holder === null) return false;
  if (Math.abs(now - row.heartbeatAt) > STALE_MS) return false; // in either direction: clocks are set back too
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
