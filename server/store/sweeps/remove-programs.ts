import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileReason } from '../../sweep/file-error.ts';
import { hashOfEngine, isProgramEngine } from '../../sweep/program-engine.ts';
import { programsFolderOf } from '../database/programs-folder.ts';
import type { Storage } from '../database/storage.ts';
import { transaction } from '../database/transaction.ts';

/** Within a transaction: of these engines the users' programs that train no sweep any more. */
export function unusedPrograms(storage: Storage, engines: readonly (string | null)[]): string[] {
  const isUsed = storage.prepare('SELECT 1 FROM "Sweep" WHERE engine = ?').pluck();
  return [...new Set(engines)].filter(isProgramEngine).filter((engine) => isUsed.get(engine) === undefined);
}

/**
 * Deletes the copies of programs, of those that no sweep has taken up meanwhile. What stands in the database is a name,
 * and no path out of their folder.
 */
export function removePrograms(
  storage: Storage,
  engines: readonly string[],
  complain: (message: string) => void,
): void {
  for (const engine of engines.filter((name) => /^[0-9a-f]+$/.test(hashOfEngine(name)))) {
    const copy = join(programsFolderOf(storage), hashOfEngine(engine));
    try {
      // Nobody stores a sweep before the copy is gone.
      transaction(storage, () => {
        if (unusedPrograms(storage, [engine]).length > 0) rmSync(copy, { recursive: true, force: true });
      });
    } catch (error) {
      complain(`Cannot delete the copy of a program in ${copy}: ${fileReason(error)}`);
    }
  }
}
