import type { SweepResults } from '../../sweep/results.ts';
import { toParameterName } from '../../sweep/parameter-names.ts';
import { toSuggestion } from '../../sweep/suggest.ts';
import { UserError } from '../../sweep/user-error.ts';
import { parseTableOptions, type ParsedOptions } from '../table/table-options.ts';
import type { ComparisonOptions } from './comparison.ts';
import { settingsOf, toSettingName } from './setting-of.ts';

/** More columns are not read. */
export const MOST_SWEEPS = 20;

export interface ParsedComparison {
  rows: string;
  cols: string;
  /** What each sweep's own table would be made with. */
  tables: ParsedOptions[];
}

/** @throws UserError on an option that does not fit every sweep, and on fewer than two sweeps */
export function parseComparison(all: readonly SweepResults[], options: ComparisonOptions): ParsedComparison {
  const ids = all.map(({ id }) => id);
  const attempted = `compare ${ids.join(', ')}`;
  const twice = ids.find((id, index) => ids.indexOf(id) !== index);
  if (twice !== undefined) throw new UserError(`Cannot ${attempted}: found ${twice} twice, wanted different sweeps`);
  if (all.length < 2 || all.length > MOST_SWEEPS)
    throw new UserError(`Cannot ${attempted}: found ${all.length}, wanted 2 to ${MOST_SWEEPS} sweeps`);
  const metric = options.metric ?? sharedMetric(all, attempted);
  const { at, correction, digits } = options;
  const given = {
    metrics: [metric],
    ...(at === undefined ? {} : { at }),
    ...(correction === undefined ? {} : { correction }),
    ...(digits === undefined ? {} : { digits }),
  };
  return {
    rows: parseRows(all, options.rows ?? 'arm', attempted),
    cols: parseCols(all, options.cols ?? 'sweep', attempted),
    tables: all.map((results) => parseTableOptions(results, given)),
  };
}

function sharedMetric(all: readonly SweepResults[], attempted: string): string {
  const own = all.map(({ id, metric }) => `${id} decides by ${metric.name}`);
  const names = new Set(all.map(({ metric }) => metric.name));
  if (names.size === 1) return all[0]!.metric.name;
  throw new UserError(`Cannot ${attempted}: ${own.join(', ')}; wanted the metric to compare them by`);
}

function parseRows(all: readonly SweepResults[], written: string, attempted: string): string {
  if (written === 'arm') return written;
  const name = toSettingName(toParameterName(written));
  const known = [...new Set(all.flatMap(({ arms }) => arms.flatMap((arm) => Object.keys(settingsOf(arm)))))];
  if (known.includes(name)) return name;
  throw new UserError(
    `Cannot ${attempted}: rows: found ${JSON.stringify(written)}, ` +
      `wanted arm, or a parameter such as beta${toSuggestion(name, known)}`,
  );
}

/** Columns are sweeps; a setting that varies within one cannot be what its column is called by. */
function parseCols(all: readonly SweepResults[], written: string, attempted: string): string {
  if (written === 'sweep') return written;
  const name = toSettingName(toParameterName(written));
  for (const { id, arms } of all) {
    const values = new Set(arms.map((arm) => settingsOf(arm)[name]));
    if (values.has(undefined))
      throw new UserError(
        `Cannot ${attempted}: cols: found ${JSON.stringify(written)}, which ${id} does not have; wanted sweep, ` +
          `or a setting such as dataset or model${toSuggestion(name, Object.keys(settingsOf(arms[0]!)))}`,
      );
    if (values.size > 1)
      throw new UserError(
        `Cannot ${attempted}: cols: found ${JSON.stringify(written)}, which has ${values.size} values in ${id}; ` +
          'wanted sweep, or a setting with one value in each sweep, such as dataset or model',
      );
  }
  return name;
}
