import type { RunDiff } from '../../http/schemas/run-diff.ts';
import { type Cell, toColumns } from '../columns.ts';
import type { CliCommand } from '../command.ts';
import type { Session } from '../session.ts';
import { READING, withStorage } from '../with-storage.ts';

export const diffCommand: CliCommand = {
  define(program, run) {
    program
      .command('diff')
      .description('two runs side by side: what differs in settings, data, environment and results')
      .argument('<run>', "a run's id (r41)")
      .argument('<run>', 'another one')
      .option('--all', 'what is the same too')
      .action(run(diff));
  },
};

function diff(session: Session, first: string, second: string, { all = false }: { all?: boolean }): Promise<void> {
  const { output, json } = session;
  return withStorage(session, READING, async (storage) => {
    const { findRun } = await import('../../store/sweeps/find-sweep.ts');
    const { readRunDiff } = await import('../../http/answers/run-diff.ts');
    const answer = await readRunDiff(storage, await findRun(storage, first), await findRun(storage, second));
    const shown = all ? answer : onlyDifferences(answer);
    if (json) output.json(shown);
    else output.data(toText(shown, all));
  });
}

function onlyDifferences(diff: RunDiff): RunDiff {
  const sections = diff.sections.map(({ title, rows }) => ({ title, rows: rows.filter(({ differs }) => differs) }));
  return { ...diff, sections: sections.filter(({ rows }) => rows.length > 0) };
}

function toText({ runs, same, sections }: RunDiff, all: boolean): string {
  const nameOf = ({ arm, seed }: RunDiff['runs'][number]) => `${arm ?? 'in no sweep any more'}, seed ${seed}`;
  const rows = sections.flatMap(({ title, rows: lines }): Cell[][] => [
    [title.toUpperCase(), '', '', ''],
    ...lines.map(({ name, values, differs }): Cell[] => [
      `  ${name}`,
      ...values.map(toCell),
      all && differs ? 'differs' : '',
    ]),
  ]);
  const table = toColumns(['', ...runs.map(({ id }) => id), ''], [['arm', ...runs.map(nameOf), ''], ...rows]);
  return all ? table : `${table}\n\n${same} more are the same (--all shows them)`;
}

function toCell(value: RunDiff['sections'][number]['rows'][number]['values'][number]): Cell {
  return typeof value === 'boolean' ? (value ? 'yes' : 'no') : value === null ? null : String(value);
}
