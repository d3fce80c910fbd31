import { LONGEST_NOTE, WANTED_NOTE } from '../../sweep/marks.ts';
import { UserError } from '../../sweep/user-error.ts';
import { printable } from '../../sweep/printable.ts';
import type { CliCommand } from '../command.ts';
import { findSubject } from '../find-subject.ts';
import type { Session } from '../session.ts';
import { READING, WRITING, withStorage } from '../with-storage.ts';

export const noteCommand: CliCommand = {
  define(program, run) {
    program
      .command('note')
      .description('the note on a sweep, an arm or a run; a text replaces it')
      .argument('<sweep|run>', 'a run\'s id (r41), or a sweep\'s id (s3), name, definition or "latest"')
      .argument('[text]', '"-": from stdin; "": none any more; left out, the note is shown')
      .option('--arm <arm>', 'an arm of the sweep, by index or name')
      .action(run(note));
  },
};

async function note(
  session: Session,
  what: string,
  written: string | undefined,
  { arm }: { arm?: string },
): Promise<void> {
  const { output, json } = session;
  const text = written === '-' ? await readStdin(what) : written;
  await withStorage(session, text === undefined ? READING : WRITING, async (storage) => {
    const { writeMark } = await import('../../store/sweeps/write-mark.ts');
    const { subject, name, ids, readMark } = await findSubject(storage, what, arm, 'Cannot keep a note on');
    if (text !== undefined) writeMark(storage, subject, { note: text });
    const { note: kept } = readMark();
    if (json) output.json({ ...ids, note: kept });
    else if (kept === null) output.say(printable(`${name}: no note`));
    else output.data(toLines(kept));
  });
}

/** Text of others cannot steer the terminal. */
function toLines(text: string): string {
  return text
    .split('\n')
    .map((line) => printable(line.replaceAll('\t', '    ')))
    .join('\n');
}

/** No more is read than a note may have: a device such as /dev/zero never ends. */
async function readStdin(what: string): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > 2 * LONGEST_NOTE) break;
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks));
  } catch {
    throw new UserError(`Cannot keep a note on ${what}: stdin is not text in UTF-8; wanted ${WANTED_NOTE}`);
  }
}
