import { resolve } from 'node:path';
import { OutsideError, UserError } from '../../sweep/user-error.ts';
import { command, findProgram, lastLines } from '../../training/engines/tensorflow/command.ts';
import { writePrivate } from '../broker/write-private.ts';
import { shellWord } from '../shell-word.ts';

export interface SubmitOptions {
  script: string;
  /** Where the script is kept, so that it can be read and submitted again. */
  file: string;
  /** The folder that the job works in, where its logs are too. */
  folder?: string;
}

/** Writes a batch script and hands it to Slurm. @returns the job's id, as sbatch says it */
export async function submit({ script, file, folder = process.cwd() }: SubmitOptions): Promise<string> {
  const path = resolve(file);
  writePrivate(path, script, 'the batch script');
  const sbatch = findProgram('sbatch');
  if (sbatch === null)
    throw new UserError(
      'Cannot submit the batch script: the PATH has no sbatch. ' +
        `It is written: on a machine of the cluster, sbatch ${shellWord(path)}`,
    );
  const { code, output } = await command(sbatch, ['--parsable', path], { cwd: folder });
  const [, id] = /^(\d+)(?:;.*)?$/m.exec(output) ?? [];
  if (code === 0 && id !== undefined) return id;
  const ended = code === null ? 'could not be run' : `ended with status ${code}`;
  throw new OutsideError(`Cannot submit the batch script ${path}: sbatch ${ended}:\n${lastLines(output)}`);
}
