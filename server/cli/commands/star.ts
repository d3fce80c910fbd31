import { printable } from '../../sweep/printable.ts';
import type { CliCommand } from '../command.ts';
import { findSubject } from '../find-subject.ts';
import type { Session } from '../session.ts';
import { WRITING, withStorage } from '../with-storage.ts';

export const starCommand = makeCommand('star', 'stars a sweep, an arm or a run', true);
export const unstarCommand = makeCommand('unstar', 'takes the star of a sweep, an arm or a run away', false);

function makeCommand(word: string, description: string, star: boolean): CliCommand {
  return {
    define(program, run) {
      program
        .command(word)
        .description(description)
        .argument('<sweep|run>', 'a run\'s id (r41), or a sweep\'s id (s3), name, definition or "latest"')
        .option('--arm <arm>', 'an arm of the sweep, by index or name')
        .action(run((session: Session, what: string, { arm }: { arm?: string }) => setStar(session, what, arm, star)));
    },
  };
}

function setStar(session: Session, what: string, arm: string | undefined, star: boolean): Promise<void> {
  const { output, json } = session;
  return withStorage(session, WRITING, async (storage) => {
    const { writeMark } = await import('../../store/sweeps/write-mark.ts');
    const { subject, name, ids } = await findSubject(storage, what, arm, star ? 'Cannot star' : 'Cannot unstar');
    writeMark(storage, subject, { star });
    if (json) output.json({ ...ids, star });
    else output.data(printable(`${name}: ${star ? 'starred' : 'no star'}`));
  });
}
