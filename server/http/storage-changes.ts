import { changesSince, currentRevision } from '../store/changes.ts';
import type { Storage } from '../store/storage.ts';
import type { ChangeSource } from './change-feed.ts';

/** The database's own change counter, which triggers raise whichever process writes. */
export function storageChanges(storage: Storage): ChangeSource {
  return {
    revision: () => currentRevision(storage),
    since: (revision) => changesSince(storage, revision),
  };
}
