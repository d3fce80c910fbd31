import type { SweepItem } from '../../http/schemas/sweep.ts';
import { toColumns } from '../columns.ts';
import type { CliCommand } from '../command.ts';
import { toMoment } from '../moment.ts';
import type { Session } from '../session.ts';
import { READING, withStorage } from '../with-storage.ts';

interface Options {
  archived?: true;
  tag?: string[];
  star?: true;
}

export const listCommand: CliCommand = {
  define(program, run) {
    program
      .command('list')
      .description('the sweeps in the database, newest first, without archived ones')
      .option('--archived', 'archived ones as well')
      .option('--tag <word...>', 'only those that have all these tags')
      .option('--star', 'only those with a star')
      .action(run(list));
  },
};

function list(session: Session, { archived, tag = [], star }: Options): Promise<void> {
  const { output, json } = session;
  return withStorage(session, READING, async (storage) => {
    const { listSweeps } = await import('../../store/reading/list-sweeps.ts');
    const { toSweepItem } = await import('../../http/answers/list-items.ts');
    const chosen = await listSweeps(storage, {
      archived: archived ? 'with' : 'without',
      tags: tag.map((word) => word.normalize('NFC').trim()),
      ...(star ? { starred: true } : {}),
    });
    const items = chosen.items.map(toSweepItem);
    if (json) output.json(items);
    else if (items.length > 0) output.data(toTable(items));
    else output.say(whyNone((await listSweeps(storage, { limit: 0 })).total));
  });
}

/** @param all how many sweeps there are */
function whyNone(all: number): string {
  return all === 0
    ? 'No sweeps yet; `cosweep run FILE` makes one.'
    : `None of ${all} sweeps is one of these; \`cosweep list --archived\` lists all of them.`;
}

const HEAD = ['ID', 'NAME', 'STATE', 'RUNS', 'COMPLETE', 'FAILED', 'DIVERGED', 'ENGINE', 'CREATED'];

/** A last column for stars and tags, where there are any. */
function toTable(items: SweepItem[]): string {
  const marks = items.map(({ mark }) => [...(mark.star ? ['★'] : []), mark.tags.join(', ')].join(' '));
  const isMarked = marks.some((text) => text !== '');
  return toColumns(
    isMarked ? [...HEAD, 'MARKS'] : HEAD,
    items.map((item, place) => [...toRow(item), ...(isMarked ? [marks[place]!] : [])]),
  );
}

function toRow({ id, name, standing, archived, arms, seeds, counts, engine, createdAt }: SweepItem) {
  return [
    id,
    name,
    archived ? `${standing}, archived` : standing,
    arms * seeds,
    counts.complete,
    counts.failed,
    counts.diverged,
    engine,
    toMoment(new Date(createdAt)),
  ];
}
