import { basename, dirname, join, resolve } from 'node:path';
import { batchScript } from '../remote/launch/batch-script.ts';
import { submit } from '../remote/launch/submit.ts';
import { readJoinFile } from '../remote/broker/join-file.ts';
import { launcherFile } from './launcher.ts';
import type { WorkerOptions } from './worker-options.ts';
import type { Session } from './session.ts';

/**
 * Has Slurm start the worker: writes a batch script beside the join file and submits it.
 *
 * @param sbatch the user's own options of sbatch
 * @returns the exit code
 */
export async function submitWorker({ output }: Session, options: WorkerOptions, sbatch: string[]): Promise<number> {
  const file = resolve(options.join);
  readJoinFile(file); // what is wrong with it is better said now than in a job's log
  const script = batchScript({
    program: [process.execPath, launcherFile()],
    join: file,
    logs: dirname(file),
    worker: writtenOptions(options),
    sbatch,
  });
  const written = join(dirname(file), `${basename(file)}.sbatch.sh`);
  const id = await submit({ script, file: written, folder: dirname(file) });
  output.say(`Slurm has job ${id}, with ${written}; squeue --job ${id} says how it stands`);
  return 0;
}

function writtenOptions({ engine, slots, device, perDevice, for: time, idle }: WorkerOptions): string[] {
  return [
    ...['--engine', engine, '--slots', String(slots), '--idle', `${idle / 1000}s`],
    ...(device === undefined ? [] : ['--device', device]),
    ...(perDevice === undefined ? [] : ['--per-device', String(perDevice)]),
    ...(time === undefined ? [] : ['--for', `${time / 1000}s`]),
  ];
}
