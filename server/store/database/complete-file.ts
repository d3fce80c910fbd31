import { setTimeout as sleep } from 'node:timers/promises';
import { currentRevision } from './changes.ts';
import { isReplaced } from './replaced.ts';
import type { Storage } from './storage.ts';

/** Somebody who reads at this moment keeps a part of the log in use: so often it is tried again. */
const TRIES = 20;
const PAUSE_MS = 50;

/**
 * Moves everything that is in the log beside the database (-wal) into the database itself, so that its file alone is a
 * whole copy of it. Nobody is kept waiting, neither readers nor who writes.
 *
 * @returns whether the file is complete now
 */
export async function completeFile(storage: Storage, tries = TRIES): Promise<boolean> {
  for (let attempt = 1; ; attempt++) {
    if (storage.readOnly || isReplaced(storage)) return false;
    if (moveLog(storage)) return true;
    if (attempt >= tries) return false;
    await sleep(PAUSE_MS);
  }
}

/** So long nothing has to change before the file is completed, in milliseconds. */
const IDLE_MS = 2000;

/**
 * Completes the file whenever nothing has changed for a while. For a process that keeps a database open for long: while
 * it does, other processes that end leave what they wrote in the log.
 */
export function completeWhenIdle(storage: Storage, every = IDLE_MS): { end: () => void } {
  let before: number | null = null;
  const timer = setInterval(() => {
    try {
      const now = currentRevision(storage);
      if (now === before) void completeFile(storage, 1);
      before = now;
    } catch {
      before = null; // whoever asks for something next is told
    }
  }, every);
  timer.unref();
  return { end: () => clearInterval(timer) };
}

/** @returns true where nothing is left in the log that is not in the database */
function moveLog(storage: Storage): boolean {
  try {
    const [found] = storage.raw.pragma('wal_checkpoint(PASSIVE)') as [
      { busy: number; log: number; checkpointed: number },
    ];
    return found.busy === 0 && found.log === found.checkpointed;
  } catch (error) {
    // The log stays complete with the database as long as it is there: what fails here (a full disk) fails nobody.
    if (String((error as { code?: unknown }).code).startsWith('SQLITE_')) return false;
    throw error;
  }
}
