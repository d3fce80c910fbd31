import type { SweepItem } from '../../http/schemas/sweep.ts';
import { toColumns } from '../columns.ts';
import type { CliCommand } from '../command.ts';
import { toMoment } from '../moment.ts';
import type { Session } from '../session.ts';
import { READING, withStorage } from '../with-storage.ts';

export const listCommand: CliCommand = {
  define(program, run) {
    program.command('list').description('the sweeps in the database, newest first').action(run(list));
  },
};

function list(session: Session): Promise<void> {
  const { output, json } = session;
  return withStorage(session, READING, async (storage) => {
    const { listSweeps } = await import('../../store/reading/list-sweeps.ts');
    const { toSweepItem } = await import('../../http/answers/list-items.ts');
    const items = (await listSweeps(storage)).items.map(toSweepItem);
    if (json) output.json(items);
    else if (items.length === 0) output.say('No sweeps yet; `cosweep run FILE` makes one.');
    else
      output.data(
        toColumns(['ID', 'NAME', 'STATE', 'RUNS', 'DONE', 'FAILED', 'DIVERGED', 'ENGINE', 'CREATED'], items.map(toRow)),
      );
  });
}

function toRow({ id, name, state, cancelling, arms, seeds, counts, engine, createdAt }: SweepItem) {
  const done = counts.complete + counts.failed + counts.diverged;
  return [
    id,
    name,
    cancelling ? 'stopping' : state,
    arms * seeds,
    done,
    counts.failed,
    counts.diverged,
    engine,
    toMoment(new Date(createdAt)),
  ];
}
