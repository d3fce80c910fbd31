import { UserError } from '../../sweep/user-error.ts';
import { printable } from '../../sweep/printable.ts';
import type { CliCommand } from '../command.ts';
import { findSubject } from '../find-subject.ts';
import type { Session } from '../session.ts';
import { READING, WRITING, withStorage } from '../with-storage.ts';

export const tagCommand: CliCommand = {
  define(program, run) {
    program
      .command('tag')
      .description('the tags of a sweep, an arm or a run; +WORD adds one, -WORD takes it away')
      .argument('<sweep|run>', 'a run\'s id (r41), or a sweep\'s id (s3), name, definition or "latest"')
      .argument('[changes...]', '+WORD or -WORD; none shows the tags')
      .option('--arm <arm>', 'an arm of the sweep, by index or name')
      .allowUnknownOption() // -WORD reads as one
      .action(run(tag));
  },
};

function tag(session: Session, what: string, changes: string[], { arm }: { arm?: string }): Promise<void> {
  const { output, json } = session;
  const add = changes.filter((word) => word.startsWith('+')).map((word) => word.slice(1));
  const remove = changes.filter((word) => /^-(?!-)/.test(word)).map((word) => word.slice(1));
  const other = changes.find((word) => !/^(\+|-(?!-))/.test(word));
  if (other !== undefined)
    throw new UserError(`Cannot tag ${what}: found ${JSON.stringify(other)}, wanted +WORD or -WORD`);
  return withStorage(session, changes.length === 0 ? READING : WRITING, async (storage) => {
    const { writeMark } = await import('../../store/sweeps/write-mark.ts');
    const { subject, name, ids, readMark } = await findSubject(storage, what, arm, 'Cannot tag');
    if (changes.length > 0) writeMark(storage, subject, { add, remove });
    const { tags } = readMark();
    if (json) output.json({ ...ids, tags });
    else output.data(printable(`${name}: ${tags.length === 0 ? 'no tags' : tags.join(', ')}`));
  });
}
