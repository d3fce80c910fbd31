import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { programsFolderOf } from '../../store/database/programs-folder.ts';
import type { Storage } from '../../store/database/storage.ts';
import { explainFileError } from '../../sweep/file-error.ts';
import { copyKept, isCopyOf, programFolder } from '../programs/program-files.ts';

/**
 * Copies the users' programs that train the sweeps of a part: whoever continues these needs the same ones. A copy whose
 * files and command do not make the engine's name is another program, and is left where it is.
 */
export async function copyPrograms(storage: Storage, part: Storage): Promise<void> {
  const [to, from] = [programsFolderOf(storage), programsFolderOf(part)];
  for (const { engine, command } of programsOf(part)) {
    if ((await isCopyOf(to, engine, command)) || !(await isCopyOf(from, engine, command))) continue;
    const kept = programFolder(to, engine);
    const unfinished = `${kept}.${randomUUID()}.tmp`;
    try {
      await copyKept(programFolder(from, engine), unfinished);
      await rm(kept, { recursive: true, force: true });
      if (!existsSync(kept)) await rename(unfinished, kept);
    } catch (error) {
      throw explainFileError(error, `keep a copy of the program in ${kept}`);
    } finally {
      await rm(unfinished, { recursive: true, force: true });
    }
  }
}

function programsOf(part: Storage): { engine: string; command: unknown }[] {
  const rows = part
    .prepare(
      `SELECT DISTINCT w.engine, a.settings -> '$.training.program.command' AS command
      FROM "Sweep" w JOIN "Arm" a ON a.sweepId = w.id WHERE w.engine LIKE 'program:%'`,
    )
    .all() as { engine: string; command: string | null }[];
  return rows.map(({ engine, command }) => ({ engine, command: command === null ? null : JSON.parse(command) }));
}
