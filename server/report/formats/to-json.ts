import type { Usage } from '../../sweep/results.ts';
import type { TrainedOn } from '../table/machines.ts';
import type { AblationTable, Difference, MetricTable, TableRow } from '../table/table.ts';

/** One metric's table as `export --format json` and the API give it. */
export interface MetricJson {
  sweepId: string;
  name: string;
  metric: string;
  goal: MetricTable['goal'];
  at: 'last' | 'best';
  baseline: string | null;
  test: string;
  correction: string;
  dataHash: string | null;
  trainedOn: TrainedOn[];
  /** Left out where nothing was measured. */
  usage?: Usage;
  rows: RowJson[];
  missing: MetricTable['missing'];
  note: string;
}

/**
 * In a cell that averages over several arms `arm` is null, and `arms` says which they are. `runs` is there where ids
 * were asked for.
 */
export type RowJson = Omit<TableRow, 'difference' | 'runs'> & {
  difference: Omit<Difference, 'sd' | 'shown' | 'isToParents'> | null;
  runs?: string[];
};

export type AblationJson =
  | MetricJson
  | (Pick<MetricJson, 'sweepId' | 'name' | 'at' | 'baseline' | 'dataHash' | 'trainedOn' | 'usage'> & {
      tables: MetricJson[];
    });

/** The table with its numbers in full; several metrics stand side by side in `tables`. */
export function toJson(table: AblationTable): AblationJson {
  const { sweepId, name, at, baseline, dataHash, trainedOn } = table;
  const used = table.usage === null ? {} : { usage: table.usage };
  const tables = table.tables.map(({ metric, goal, test, correction, rows, missing, note }): MetricJson => ({
    sweepId,
    name,
    metric,
    goal,
    at,
    baseline,
    test,
    correction,
    dataHash,
    trainedOn,
    ...used,
    rows: rows.map(rowJson),
    missing,
    note: note.join(' '),
  }));
  return tables.length === 1 ? tables[0]! : { sweepId, name, at, baseline, dataHash, trainedOn, ...used, tables };
}

export function rowJson({ difference, runs, ...row }: TableRow): RowJson {
  return { ...row, difference: difference && ofJson(difference), ...(runs === null ? {} : { runs }) };
}

function ofJson({ sd: _, shown: __, isToParents: ___, ...rest }: Difference): RowJson['difference'] {
  return rest;
}
