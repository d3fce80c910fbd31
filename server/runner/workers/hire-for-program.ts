import { mkdir } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { readSweep } from '../../store/reading/read-sweep.ts';
import { programsFolderOf } from '../../store/database/programs-folder.ts';
import { isProgram, type ProgramSettings } from '../../sweep/settings.ts';
import { UserError } from '../../sweep/user-error.ts';
import { clearLeftovers } from '../programs/leftovers.ts';
import { seatsOf, visibleDevices } from '../programs/devices.ts';
import { isKept, programFolder } from '../programs/program-files.ts';
import type { SweepOptions } from '../run-options.ts';
import { hireForProgram, type Hire } from './hire-worker.ts';

type Options = Pick<SweepOptions, 'storage' | 'sweepId' | 'workers' | 'perGpu' | 'patience' | 'logs'>;

/** Who can be hired for a sweep that a user's program trains. */
export interface ProgramOffice {
  hire: Hire;
  /** Programs that may be at work at the same time. */
  seats: number;
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
  const programs = programsFolderOf(storage);
  if (!(await isKept(programs, engine)))
    throw new UserError(
      `Cannot train ${sweep.id}: the copy of its program in ${programFolder(programs, engine)} is gone, ` +
        'or was changed; wanted the files that it was planned with (--fresh takes those of the definition)',
    );
  const stages = join(programs, 'stages');
  await clearLeftovers(stages);
  await mkdir(stages, { recursive: true, mode: 0o700 });
  const devices = await devicesOf(training.program, options);
  const seats = options.workers === 'auto' ? (devices?.length ?? 1) : options.workers;
  const threads = Math.max(1, Math.floor(availableParallelism() / seats));
  const placeOf = (seat: number) => {
    const own = devices === null ? null : devices[seat % devices.length]!;
    const device = own === null ? 'its own choice' : own.join(', ');
    return { copy: programFolder(programs, engine), folder: sweep.folder, stages, devices: own, threads, device };
  };
  return { hire: hireForProgram(engine, placeOf, options), seats };
}

/** By seat; null for a program that asks for none, and sees what there is. */
async function devicesOf({ gpus }: ProgramSettings, { perGpu }: Options): Promise<string[][] | null> {
  return gpus === 0 ? null : seatsOf(await visibleDevices(), gpus, perGpu ?? 1);
}
