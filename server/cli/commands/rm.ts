import { createInterface } from 'node:readline/promises';
import { UserError } from '../../sweep/user-error.ts';
import type { CliCommand } from '../command.ts';
import type { Session } from '../session.ts';
import { WRITING, withStorage } from '../with-storage.ts';

export const rmCommand: CliCommand = {
  define(program, run) {
    program
      .command('rm')
      .description('deletes a sweep, and the runs and checkpoints that no other sweep refers to')
      .argument('<sweep>', 'id, name, definition or "latest"')
      .option('--yes', 'without asking')
      .action(run(remove));
  },
};

function remove(session: Session, sweep: string, options: { yes?: true }): Promise<void> {
  const { output, json } = session;
  return withStorage(session, WRITING, async (storage) => {
    const { findSweep } = await import('../../store/sweeps/find-sweep.ts');
    const { removeSweep } = await import('../../store/sweeps/remove-sweep.ts');
    const { toStartResponse } = await import('../../http/answers/start-response.ts');
    const sweepId = await findSweep(storage, sweep);
    const { id, name } = await toStartResponse(storage, sweepId);
    if (options.yes !== true && !(await confirm(`Delete ${id} ${name}, its runs and its curves?`))) {
      return output.say('Nothing was deleted.');
    }
    const removed = removeSweep(storage, sweepId, (message) => output.complain(message));
    if (json) output.json({ id, name, ...removed });
    else output.data(`${id} ${name}: deleted, with ${removed.runs} runs and ${removed.checkpoints} checkpoints`);
  });
}

async function confirm(question: string): Promise<boolean> {
  if (process.stdin.isTTY !== true) {
    throw new UserError('Cannot delete without asking, and there is no terminal to ask on: want --yes');
  }
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test((await lines.question(`${question} [y/N] `)).trim());
  } finally {
    lines.close();
  }
}
