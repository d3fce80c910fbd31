import { mkdir } from 'node:fs/promises';
import { readSweep } from '../../store/reading/read-sweep.ts';
import { sweepName } from '../../store/database/ids.ts';
import { programsFolderOf } from '../../store/database/programs-folder.ts';
import { isProgram } from '../../sweep/settings.ts';
import { UserError } from '../../sweep/user-error.ts';
import { clearLeftovers } from '../programs/leftovers.ts';
import { isKept, programFolder, stagesFolder } from '../programs/program-files.ts';
import type { SweepOptions } from '../run-options.ts';
import { hireForProgram, type Hire } from './hire-worker.ts';
import { findSeats, type ProgramSeats } from './program-seats.ts';

type Options = Pick<
  SweepOptions,
  'storage' | 'sweepId' | 'device' | 'workers' | 'perDevice' | 'patience' | 'logs' | 'tell'
>;

/** Who can be hired for a sweep that a user's program trains, and on what. */
export interface ProgramOffice extends Pick<ProgramSeats, 'seats' | 'cardOf'> {
  hire: Hire;
}

/**
 * Makes ready to start the program of a sweep, from the copy that was kept of it.
 *
 * @param engine its name, `program:…`
 * @throws {UserError} where the copy is gone or was changed
 */
export async function officeFor(engine: string, options: Options): Promise<ProgramOffice> {
  const { storage, sweepId } = options;
  const sweep = (await readSweep(storage, sweepId))!;
  const { training } = sweep.armList[0]!;
  if (!isProgram(training)) throw new Error(`Found ${engine} for ${sweep.id}, which has no program`);
  await refuseChanged(engine, options);
  const programs = programsFolderOf(storage);
  const stages = stagesFolder(programs);
  await clearLeftovers(stages);
  await mkdir(stages, { recursive: true, mode: 0o700 });
  const folders = { copy: programFolder(programs, engine), folder: sweep.folder, stages };
  const { placeOf, ...seats } = await findSeats(folders, training.program, options, (message) =>
    options.tell({ kind: 'log', message }),
  );
  return { hire: hireForProgram(engine, placeOf, options), ...seats };
}

/** @throws {UserError} where the copy of a sweep's program is gone or was changed */
export async function refuseChanged(
  engine: string,
  { storage, sweepId }: Pick<Options, 'storage' | 'sweepId'>,
): Promise<void> {
  const programs = programsFolderOf(storage);
  if (await isKept(programs, engine)) return;
  throw new UserError(
    `Cannot train ${sweepName(sweepId)}: the copy of its program in ${programFolder(programs, engine)} is gone, ` +
      'or was changed; wanted the files that it was planned with (--fresh takes those of the definition)',
  );
}
