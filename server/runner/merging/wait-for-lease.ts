import { setTimeout as sleep } from 'node:timers/promises';
import {
  type HolderWatch,
  type Lease,
  leaseHolder,
  type LeaseHolder,
  STALE_MS,
  type Taken,
  takeLease,
} from '../../store/database/lease.ts';
import { refuseReplaced } from '../../store/database/replaced.ts';
import type { Storage } from '../../store/database/storage.ts';
import { OutsideError } from '../../sweep/user-error.ts';
import { patiently } from '../patiently.ts';
import { MergeStopped } from './merge-stopped.ts';

export interface Looking {
  watch: HolderWatch;
  /** Milliseconds between two looks. */
  every: number;
}

/**
 * Takes the lease of the database that gets everything. A holder that lives is waited for by nobody. One that seems to
 * be dead is watched, as whoever trains watches it: after a restart, or in another container, its process cannot be
 * looked up.
 *
 * @throws {OutsideError} where another process trains on it
 */
export async function waitForLease(
  { storage, command, tell, stop }: { storage: Storage; command: string; tell: Tell; stop: AbortSignal },
  { watch, every }: Looking,
): Promise<Extract<Taken, { lease: Lease }>> {
  for (let isTold = false; ; isTold = true) {
    refuseReplaced(storage);
    const taken = await patiently({ storage, giveUp: stop }, () => takeLease(storage, command, { watch }));
    if ('lease' in taken) return taken;
    if (leaseHolder(storage) !== null) throw atWork(storage, taken.holder);
    if (!isTold) tell(waitingFor(storage, taken.holder));
    await sleep(every, undefined, { signal: stop }).catch(() => {});
    if (stop.aborted) throw new MergeStopped();
  }
}

type Tell = (message: string) => void;

function atWork({ file }: Storage, { pid, host }: LeaseHolder): OutsideError {
  return new OutsideError(
    `Cannot merge into database ${file}: process ${pid} on ${host} trains on it; wait until it is done, or stop it`,
  );
}

function waitingFor({ file }: Storage, { pid, host, heartbeatAt }: LeaseHolder): string {
  return (
    `Process ${pid} on ${host} trains on ${file}, but its last sign of life is of ${heartbeatAt.toISOString()}; ` +
    `if it gives none for ${STALE_MS / 1000} seconds from now, this merge takes over`
  );
}
