import type { RunQuery } from '../../store/reading/list-runs.ts';
import { readArms } from '../../store/reading/read-arms.ts';
import { onceARevision } from '../../store/reading/once-a-revision.ts';
import { ownMetrics } from '../../store/reading/own-metrics.ts';
import { sweepName } from '../../store/database/ids.ts';
import type { Storage } from '../../store/database/storage.ts';
import type { Filter } from '../../sweep/filter/filter.ts';
import { filterVocabulary, type FilterVocabulary } from '../../sweep/filter/filter-words.ts';
import { parseFilter } from '../../sweep/filter/parse-filter.ts';
import { parseRunColumn, type RunColumn } from '../../sweep/filter/run-column.ts';
import { UserError } from '../../sweep/user-error.ts';

/** The filter of the runs of a sweep, as a person writes it. Throws a `UserError` with the place of the mistake. */
export function readFilter(storage: Storage, sweepId: number, text: string): Filter {
  const parsed = parseFilter(text, vocabularyOf(storage, sweepId));
  if ('filter' in parsed) return parsed.filter;
  throw new UserError(`Cannot filter the runs of ${sweepName(sweepId)}: ${parsed.problem}`);
}

/** Columns of the runs of a sweep. Throws a `UserError` on a word that names none. */
export function readColumns(storage: Storage, sweepId: number, written: readonly string[]): RunColumn[] {
  const vocabulary = vocabularyOf(storage, sweepId);
  return written.map((text) => {
    const parsed = parseRunColumn(text, vocabulary);
    if ('column' in parsed) return parsed.column;
    throw new UserError(`Cannot list the runs of ${sweepName(sweepId)}: ${parsed.problem}`);
  });
}

/** What has to be read for these columns. */
export function toWantedColumns(columns: readonly RunColumn[]): NonNullable<RunQuery['columns']> {
  const metricsOf = (isDelta: boolean): string[] =>
    columns.flatMap((column) =>
      column.kind === 'metric' && (column.which === 'delta') === isDelta ? [column.metric] : [],
    );
  return { metrics: [...new Set(metricsOf(false))], deltas: [...new Set(metricsOf(true))] };
}

function vocabularyOf(storage: Storage, sweepId: number): FilterVocabulary {
  return onceARevision(storage, sweepId, 'words of filters', () =>
    filterVocabulary(readArms(storage, sweepId), ownMetrics(storage, sweepId)),
  );
}
