import { isReplaced } from '../store/database/replaced.ts';
import { changesSince, currentRevision, workersRevision } from '../store/database/changes.ts';
import { leaseHolder } from '../store/database/lease.ts';
import { storedAsRunning } from '../store/reading/seen-state.ts';
import type { Storage } from '../store/database/storage.ts';
import type { ChangeSource, News } from './change-feed.ts';

/**
 * Reads the database's own change counter, which triggers raise whichever process writes. A process that is killed
 * writes nothing, although its runs stop. So when the lease is lost, everything stored as running is told as changed;
 * and once more if the lease is renewed after all.
 *
 * Where the database's file is replaced, nothing more is read from the one that is open. It is told once that
 * everything has to be asked for anew: the answers then say what happened.
 */
export function storageChanges(storage: Storage): ChangeSource {
  let held = false;
  let workers = 0;
  let replaced = false;
  const isHeld = (): boolean => leaseHolder(storage) !== null;
  const withWorkers = (changes: News): News => {
    const before = workers;
    workers = workersRevision(storage);
    return workers === before ? changes : { ...changes, workers: true };
  };
  return {
    revision() {
      held = isHeld();
      workers = workersRevision(storage);
      return currentRevision(storage);
    },
    since(revision): News {
      const nothing = { revision, sweeps: [], runs: [], list: false };
      const before = replaced;
      replaced = isReplaced(storage) !== null;
      if (replaced !== before) return { ...nothing, everything: true };
      if (replaced) return nothing;
      const changes = withWorkers(changesSince(storage, revision));
      const now = isHeld();
      if (now === held) return changes;
      const { sweeps, runs } = storedAsRunning(storage);
      held = now;
      return {
        ...changes,
        sweeps: [...new Set([...changes.sweeps, ...sweeps])],
        runs: [...new Set([...changes.runs, ...runs])],
      };
    },
  };
}
