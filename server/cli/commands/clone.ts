import { writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { explainFileError } from '../../sweep/file-error.ts';
import { UserError } from '../../sweep/user-error.ts';
import type { CliCommand } from '../command.ts';
import type { Session } from '../session.ts';
import { READING, withStorage } from '../with-storage.ts';

export const cloneCommand: CliCommand = {
  define(program, run) {
    program
      .command('clone')
      .description('the definition of a sweep, to be edited and run as another one')
      .argument('<sweep>', 'id, name, definition or "latest"')
      .option('--out <file>', 'a new file, instead of stdout')
      .action(run(clone));
  },
};

function clone(session: Session, sweep: string, { out }: { out?: string }): Promise<void> {
  const { output } = session;
  return withStorage(session, READING, async (storage) => {
    const { findSweep } = await import('../../store/sweeps/find-sweep.ts');
    const { readSweep } = await import('../../store/reading/read-sweep.ts');
    const { checkOutput } = await import('../check-output.ts');
    const { id, definition, folder } = (await readSweep(storage, await findSweep(storage, sweep)))!;
    const text = definition.endsWith('\n') ? definition : `${definition}\n`;
    if (out === undefined) output.data(text);
    else {
      const place = checkOutput(out, storage);
      writeNew(place, text);
      output.say(`${id} cloned to ${place}`);
      if (dirname(place) === folder) return;
    }
    output.say(`Relative paths in it start at the folder of its file; those of ${id} start at ${folder}`);
  });
}

function writeNew(place: string, text: string): void {
  try {
    writeFileSync(place, text, { flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST')
      throw new UserError(`Cannot clone to ${place}: there is a file already; wanted a new one`);
    throw explainFileError(error, `write ${place}`);
  }
}
