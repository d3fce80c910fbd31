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

async function remove(session: Session, sweep: string, options: { yes?: true }): Promise<void> {
  const { DiskFullError } = await import('../../store/database/database-error.ts');
  try {
    await removeStored(session, sweep, options.yes === true);
  } catch (error) {
    if (!(error instanceof DiskFullError)) throw error;
    const freed = await freeRoom(session, sweep, options.yes === true);
    if (freed === null) throw error;
    session.output.say(freed);
    await removeStored(session, sweep, true);
  }
}

function removeStored(session: Session, sweep: string, yes: boolean): Promise<void> {
  const { output, json } = session;
  return withStorage(session, WRITING, async (storage) => {
    const { findSweep } = await import('../../store/sweeps/find-sweep.ts');
    const { removeSweep } = await import('../../store/sweeps/remove-sweep.ts');
    const { toStartResponse } = await import('../../http/answers/start-response.ts');
    const sweepId = await findSweep(storage, sweep);
    const { id, name } = await toStartResponse(storage, sweepId);
    if (!yes && !(await confirm(question(id, name)))) return output.say('Nothing was deleted.');
    const removed = removeSweep(storage, sweepId, (message) => output.complain(message));
    if (json) output.json({ id, name, ...removed });
    else output.data(`${id} ${name}: deleted, with ${removed.runs} runs and ${removed.checkpoints} checkpoints`);
  });
}

/** @returns what was deleted to make room; null where nothing was */
async function freeRoom({ db }: Session, sweep: string, yes: boolean): Promise<string | null> {
  const { roomOf } = await import('../../store/sweeps/free-room.ts');
  const room = roomOf(db, sweep);
  if (room === null || (!yes && !(await confirm(question(room.id, room.name))))) return null;
  const count = room.free();
  return count === 0 ? null : `The disk is full: the ${count} checkpoints of ${room.id} were deleted first`;
}

const question = (id: string, name: string): string => `Delete ${id} ${name}, its runs and its curves?`;

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
