import type { ListedRun } from '../../store/reading/list-runs.ts';
import type { PlainColumn, RunColumn } from '../../sweep/filter/run-column.ts';

/** What a table of runs shows of a run in a column; a value that the run does not have is null. */
export function cellOf(run: ListedRun, column: RunColumn): string | number | boolean | null {
  if (column.kind === 'parameter') return run.params[column.name] ?? null;
  if (column.kind === 'plain') return PLAIN[column.name](run);
  if (column.which === 'delta') return run.deltas[column.metric] ?? null;
  return run.metrics[column.metric]?.[column.which] ?? null;
}

const PLAIN: Record<PlainColumn, (run: ListedRun) => string | number | boolean | null> = {
  id: ({ id }) => id,
  arm: ({ arm }) => arm,
  name: ({ armName }) => armName,
  control: ({ control }) => control,
  seed: ({ seed }) => seed,
  state: ({ state }) => state,
  engine: ({ engine }) => engine,
  device: ({ device }) => device,
  seconds: ({ seconds }) => seconds,
  batch: ({ batch }) => batch,
  batches: ({ batches }) => batches,
  error: ({ error }) => error,
  startedAt: ({ startedAt }) => startedAt?.toISOString() ?? null,
  finishedAt: ({ finishedAt }) => finishedAt?.toISOString() ?? null,
};
