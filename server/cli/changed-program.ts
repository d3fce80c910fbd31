import { existsSync } from 'node:fs';
import { isProgramEngine } from '../sweep/program-engine.ts';
import { differencesOf, readProgram } from '../runner/programs/program-files.ts';
import { programsFolderOf } from '../store/database/programs-folder.ts';
import { readSweep } from '../store/reading/read-sweep.ts';
import type { Storage } from '../store/database/storage.ts';
import { isProgram, type ProgramSettings } from '../sweep/settings.ts';
import { UserError } from '../sweep/user-error.ts';

/**
 * A sweep is trained to its end by the program that it was planned with. Where the files beside its definition are
 * others by now, its user says which are meant. Where there is no such folder, as after a database was sent elsewhere,
 * the copy is all there is of it.
 *
 * @param wanted the program as the definition has it now; left out for a sweep that is continued as it is stored
 * @throws {UserError} which names the files that differ
 */
export async function refuseChangedProgram(
  storage: Storage,
  sweepId: number,
  wanted?: { program: ProgramSettings; folder: string },
): Promise<void> {
  const sweep = (await readSweep(storage, sweepId))!;
  const { engine, armList, folder, id, name } = sweep;
  const training = armList[0]?.training;
  if (!isProgramEngine(engine) || training === undefined || !isProgram(training)) return;
  if (wanted === undefined && !existsSync(folder)) return;
  const now = await readProgram(wanted?.program ?? training.program, wanted?.folder ?? folder);
  if (now.engine === engine) return;
  const differences = await differencesOf(programsFolderOf(storage), engine, now);
  throw new UserError(
    `Cannot continue ${id} ${name}: its program has changed since it was planned ` +
      `(${differences.join(', ') || 'its command differs'}), and runs of two programs cannot be paired. ` +
      'Wanted: the files as they were, --fresh to train everything anew, or another name for another sweep',
  );
}
