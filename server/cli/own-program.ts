import { existsSync } from 'node:fs';
import { programFolder } from '../runner/programs/program-files.ts';
import { trustOwnProgram, type ProgramUse } from '../runner/programs/trusted.ts';
import { isOwnProgram } from '../runner/refuse-stranger.ts';
import { programsFolderOf } from '../store/database/programs-folder.ts';
import { readSweep } from '../store/reading/read-sweep.ts';
import type { Storage } from '../store/database/storage.ts';
import { isProgramEngine } from '../sweep/program-engine.ts';

/**
 * The program of a plan that this user has asked for by its definition is the user's own. Its copy has been compared
 * with the files by then.
 *
 * @param engine of the plan
 * @returns why later processes do not know of it; null where they do, or there is no program
 */
export async function trustPlanned(
  storage: Pick<Storage, 'file'>,
  engine: string | null | undefined,
  use: ProgramUse,
): Promise<string | null> {
  if (!isProgramEngine(engine)) return null;
  const copy = programFolder(programsFolderOf(storage), engine);
  return existsSync(copy) ? trustOwnProgram(copy, use) : null;
}

/** What a command makes of a sweep whose program is the user's own is so too. */
export async function keepingTrust(storage: Storage, sweepId: number, change: () => Promise<void>): Promise<void> {
  const isOwn = await isOwnProgram(storage, sweepId);
  await change();
  if (!isOwn) return;
  const { engine, folder, armList: arms } = (await readSweep(storage, sweepId))!;
  await trustPlanned(storage, engine, { folder, arms });
}
