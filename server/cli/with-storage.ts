import type { OpenOptions, Storage } from '../store/database/storage.ts';
import type { Session } from './session.ts';

/** What a command opens the database for, and whether it makes one that is not there. */
type Purpose = Required<Pick<OpenOptions, 'access'>> & Partial<Pick<OpenOptions, 'create'>>;

/** A command that only reads: it reads a copy where the database's place is read-only. */
export const READING: Purpose = { access: 'maybe' };
/** A command that changes a database that must be there. */
export const WRITING: Purpose = { access: 'write' };

/**
 * Opens a database, and closes it whatever happens. What goes wrong meanwhile because of the database's file, its place
 * or another process is told in these words.
 */
export async function withStorage<T>(
  { db, checkpoints, output }: Session,
  { access, create = false }: Purpose,
  use: (storage: Storage) => Promise<T>,
): Promise<T> {
  const { openStorage } = await import('../store/database/storage.ts');
  const { explainFailure } = await import('../store/database/explain-failure.ts');
  const storage = await openStorage({ file: db, create, access, checkpoints, tell: (message) => output.say(message) });
  try {
    return await use(storage);
  } catch (error) {
    throw explainFailure(storage, error);
  } finally {
    await storage.close();
  }
}
