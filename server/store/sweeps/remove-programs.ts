import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileReason } from '../../sweep/file-error.ts';
import { hashOfEngine, isProgramEngine } from '../../sweep/program-engine.ts';
import { programsFolderOf } from '../database/programs-folder.ts';
import type { Storage } from '../database/storage.ts';

/** Within a transaction: of these engines the users' programs that train no sweep any more. */
export function unusedPrograms(storage: Storage, engines: readonly (string | null)[]): string[] {
  const isUsed = storage.prepare('SELECT 1 FROM "Sweep" WHERE engine = ?').pluck();
  return [...new Set(engines)].filter(isProgramEngine).filter((engine) => isUsed.get(engine) === undefined);
}

/** Deletes the copies of programs. What stands in the database is a name, and no path out of their folder. */
export function removePrograms(
  storage: Pick<Storage, 'file'>,
  engines: readonly string[],
  complain: (message: string) => void,
): void {
  for (const hash of engines.map(hashOfEngine).filter((name) => /^[0-9a-f]+$/.test(name))) {
    const copy = join(programsFolderOf(storage), hash);
    try {
      rmSync(copy, { recursive: true, force: true });
    } catch (error) {
      complain(`Cannot delete the copy of a program in ${copy}: ${fileReason(error)}`);
    }
  }
}
