import type { Lease } from '../../store/database/lease.ts';
import type { Storage } from '../../store/database/storage.ts';
import { clearWorkers, noteWorkers } from '../../store/training/note-workers.ts';
import { impatiently } from '../patiently.ts';
import type { RemoteWorkers } from './remote-workers.ts';
import { steadyNow } from './steady-now.ts';

/** Milliseconds between two looks at who is there. */
const LOOK_MS = 1_000;

/** What has not changed is noted again after so many milliseconds, so that a silent worker is seen to be silent. */
const AGAIN_MS = 3_000;

/**
 * Notes in the database which workers on other machines are there, until it is ended. A note that fails is made at the
 * next look: no result depends on it.
 *
 * @returns ends it; nobody is noted any more
 */
export function keepWorkers(storage: Storage, lease: Lease, remote: Pick<RemoteWorkers, 'present'>): () => void {
  let noted = '';
  let notedAt = -Infinity;
  const look = (): void => {
    attempt(() => {
      const present = remote.present();
      const text = JSON.stringify(present);
      if (text === noted && performance.now() - notedAt < AGAIN_MS) return;
      impatiently(storage, () => noteWorkers(storage, lease, present, steadyNow()));
      [noted, notedAt] = [text, performance.now()];
    });
  };
  attempt(() => clearWorkers(storage, lease));
  look();
  const timer = setInterval(look, LOOK_MS);
  return () => {
    clearInterval(timer);
    attempt(() => clearWorkers(storage, lease));
  };
}

/** A lost lease and a full disk are met by whatever stores results. */
function attempt(note: () => void): void {
  try {
    note();
  } catch {
    // it is noted at the next look
  }
}
