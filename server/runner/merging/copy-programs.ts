import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, mkdir, rename, rm } from 'node:fs/promises';
import { programsFolderOf } from '../../store/database/programs-folder.ts';
import type { Storage } from '../../store/database/storage.ts';
import { explainFileError } from '../../sweep/file-error.ts';
import { isProgramEngine } from '../../sweep/program-engine.ts';
import { isKept, programFolder } from '../programs/program-files.ts';

/** Copies the users' programs that train the sweeps of a part: whoever continues these needs the same ones. */
export async function copyPrograms(storage: Storage, part: Storage): Promise<void> {
  const [to, from] = [programsFolderOf(storage), programsFolderOf(part)];
  const engines = part
    .prepare('SELECT DISTINCT engine FROM "Sweep" WHERE engine IS NOT NULL')
    .pluck()
    .all() as string[];
  for (const engine of engines.filter(isProgramEngine)) {
    if ((await isKept(to, engine)) || !(await isKept(from, engine))) continue;
    const kept = programFolder(to, engine);
    const unfinished = `${kept}.${randomUUID()}.tmp`;
    try {
      await mkdir(to, { recursive: true, mode: 0o700 });
      await cp(programFolder(from, engine), unfinished, { recursive: true });
      await rm(kept, { recursive: true, force: true });
      if (!existsSync(kept)) await rename(unfinished, kept);
    } catch (error) {
      throw explainFileError(error, `keep a copy of the program in ${kept}`);
    } finally {
      await rm(unfinished, { recursive: true, force: true });
    }
  }
}
