import { Option } from 'commander';
import { UserError } from '../../sweep/user-error.ts';
import type { Storage } from '../../store/database/storage.ts';
import type { SweepResults } from '../../sweep/results.ts';
import type { CliCommand } from '../command.ts';
import type { Session } from '../session.ts';
import { apartFromMetrics, checkMetrics } from '../metric-option.ts';
import { READING, withStorage } from '../with-storage.ts';

interface Options {
  format: 'csv' | 'json';
  metric?: string[];
}

export const curvesCommand: CliCommand = {
  define(program, run) {
    program
      .command('curves')
      .description('curves, one point a line')
      .usage('[options] <sweep|run>')
      .argument('[sweep|run]', 'a run\'s id (r41), or a sweep\'s id (s3), name, definition or "latest"')
      .addOption(new Option('--format <format>').choices(['csv', 'json']).default('csv'))
      .option('--metric <name...>', 'default: all that are recorded')
      .action(run(curves));
  },
};

function curves(session: Session, given: string | undefined, { format, metric: names }: Options): Promise<void> {
  const { output, json } = session;
  const { what: subjects, metric } = apartFromMetrics(given === undefined ? [] : [given], names, 'sweep|run');
  const [what, another] = subjects as [string, ...string[]];
  if (another !== undefined)
    throw new UserError(`Cannot give curves: found ${subjects.join(', ')}, wanted one sweep or run at a time`);
  return withStorage(session, READING, async (storage) => {
    const { curvesToCsv, curvesToJson } = await import('../../report/formats/curves-table.ts');
    const results = await (/^r\d+$/.test(what) ? resultsOfRun : resultsOfSweep)(storage, what, metric);
    await output.pieces(json || format === 'json' ? curvesToJson(results) : curvesToCsv(results));
  });
}

async function resultsOfRun(storage: Storage, what: string, metrics: string[] | undefined): Promise<SweepResults> {
  const { findRun } = await import('../../store/sweeps/find-sweep.ts');
  const { readRun } = await import('../../store/reading/read-run.ts');
  const run = await findRun(storage, what);
  const { id, sweeps } = (await readRun(storage, run))!;
  const newest = sweeps.at(-1);
  if (newest === undefined) throw new UserError(`Cannot give the curves of ${id}: no sweep refers to it any more`);
  return resultsOfSweep(storage, newest.id, metrics, run);
}

async function resultsOfSweep(
  storage: Storage,
  what: string,
  metrics: string[] | undefined,
  run?: number,
): Promise<SweepResults> {
  const { findSweep } = await import('../../store/sweeps/find-sweep.ts');
  const { readSweep } = await import('../../store/reading/read-sweep.ts');
  const { readLazyResults } = await import('../../store/reading/lazy-results.ts');
  const id = await findSweep(storage, what);
  const { metrics: recorded, plan } = (await readSweep(storage, id))!;
  checkMetrics(metrics ?? [], plan.metrics, `give the curves of ${what}`);
  return readLazyResults(storage, id, metrics ?? recorded, run);
}
