import { existsSync } from 'node:fs';
import { programFolder } from '../runner/programs/program-files.ts';
import { isTrusted, trustProgram } from '../runner/programs/trusted.ts';
import { programsFolderOf } from '../store/database/programs-folder.ts';
import { readSweep, type SweepRecord } from '../store/reading/read-sweep.ts';
import type { Storage } from '../store/database/storage.ts';
import type { Plan } from '../sweep/plan/plan.ts';
import { isProgramEngine } from '../sweep/program-engine.ts';

/** The program of a plan that this user has asked for by its definition is the user's own. */
export async function trustPlanned(storage: Pick<Storage, 'file'>, { engine, arms }: Pick<Plan, 'engine' | 'arms'>) {
  const copy = copyOf(storage, engine);
  if (copy !== null) await trustProgram(copy, arms);
}

/** What a command makes of a sweep whose program is the user's own is so too. */
export async function keepingTrust(storage: Storage, sweepId: number, change: () => Promise<void>): Promise<void> {
  const isOwn = await isOwnProgram(storage, (await readSweep(storage, sweepId))!);
  await change();
  if (!isOwn) return;
  const { engine, armList: arms } = (await readSweep(storage, sweepId))!;
  if (engine !== null) await trustPlanned(storage, { engine, arms });
}

async function isOwnProgram(storage: Storage, { engine, armList }: SweepRecord): Promise<boolean> {
  const copy = copyOf(storage, engine);
  return copy !== null && isTrusted(copy, armList);
}

/** null where there is none. */
function copyOf(storage: Pick<Storage, 'file'>, engine: string | null | undefined): string | null {
  if (!isProgramEngine(engine)) return null;
  const copy = programFolder(programsFolderOf(storage), engine);
  return existsSync(copy) ? copy : null;
}
