import { Option } from 'commander';
import type { RunLine } from '../../report/formats/runs-table.ts';
import type { ListedRun as StoredRow } from '../../store/reading/list-runs.ts';
import type { CliCommand } from '../command.ts';
import type { Session } from '../session.ts';
import { READING, withStorage } from '../with-storage.ts';

export const runsCommand: CliCommand = {
  define(program, run) {
    program
      .command('runs')
      .description('one row per run: parameters, seed, state, engine, seconds, last and best of each metric')
      .argument('<sweep>', 'id, name, definition or "latest"')
      .addOption(new Option('--format <format>').choices(['csv', 'json']).default('csv'))
      .action(run(runs));
  },
};

function runs(session: Session, sweep: string, { format }: { format: 'csv' | 'json' }): Promise<void> {
  const { output, json } = session;
  return withStorage(session, READING, async (storage) => {
    const { findSweep } = await import('../../store/sweeps/find-sweep.ts');
    const { listRuns } = await import('../../store/reading/list-runs.ts');
    const { readSweep } = await import('../../store/reading/read-sweep.ts');
    const { runRowsToCsv } = await import('../../report/formats/runs-csv.ts');
    const id = await findSweep(storage, sweep);
    const { metrics } = (await readSweep(storage, id))!;
    const rows = listRuns(storage, id, { sort: 'arm' }).items.map((row) => toRow(row, metrics));
    if (json || format === 'json') output.json(rows);
    else output.data(runRowsToCsv(rows));
  });
}

/** Made from the stored summaries. The curves themselves, millions of points, are not read. */
function toRow(
  {
    id,
    arm,
    armName,
    control,
    seed,
    params,
    state,
    engine,
    device,
    versions,
    bits,
    seconds,
    error,
    metrics,
  }: StoredRow,
  names: string[],
): RunLine {
  const none = { last: null, best: null, bestBatch: null };
  return {
    run: id,
    arm,
    armName,
    control,
    seed,
    params,
    state,
    engine,
    device,
    versions,
    bits,
    seconds,
    error,
    metrics: Object.fromEntries(names.map((name) => [name, metrics[name] ?? none])),
  };
}
