import type { Arm } from '../../sweep/arm.ts';
import type { SweepResults } from '../../sweep/results.ts';
import { trainedOn } from './machines.ts';
import { metricTable } from './metric-table.ts';
import { worstPairValues } from './run-values.ts';
import { findSameArms } from '../curves/same-runs.ts';
import { makeContext } from './table-context.ts';
import { entriesByArm, entriesByParameters } from './table-entries.ts';
import { parseTableOptions } from './table-options.ts';
import type { AblationTable, TableOptions } from './table.ts';

/**
 * The ablation table of a sweep as data: one line per arm, or rows × columns of two parameters; for each, the metric
 * over the complete runs and the difference to the control, paired by seed. Half a sweep is a table too.
 *
 * @throws UserError on a metric, parameter or arm that the sweep does not have
 */
export function buildAblationTable(results: SweepResults, options: TableOptions = {}): AblationTable {
  const parsed = parseTableOptions(results, options);
  const { entries, matrix } =
    parsed.rows === 'arm'
      ? { entries: entriesByArm(results.arms), matrix: null }
      : entriesByParameters(results, parsed.rows, parsed.cols);
  const same = findSameArms(results);
  const worst5 = worstPairValues(results, parsed.baseline);
  return {
    sweepId: results.id,
    name: results.name,
    at: parsed.at,
    baseline: parsed.baseline === null ? null : results.arms[parsed.baseline]!.name,
    rows: parsed.rows,
    cols: parsed.cols,
    armNames: results.arms.map(({ name: armName }) => armName),
    correction: parsed.correction,
    digits: parsed.digits,
    ids: parsed.ids,
    batches: commonBatches(results.arms),
    dataHash: dataHash(results),
    trainedOn: trainedOn(results),
    usage: results.usage,
    matrix,
    tables: parsed.metrics.map((metric) =>
      metricTable(entries, makeContext(results, metric, parsed, worst5, same, matrix?.balance)),
    ),
  };
}

function commonBatches(arms: readonly Arm[]): number | null {
  const batches = new Set(arms.map((arm) => arm.training.batches));
  return batches.size === 1 ? [...batches][0]! : null;
}

function dataHash(results: SweepResults): string | null {
  const hashes = [...new Set(results.runs.map((run) => run.dataFingerprint).filter((hash) => hash !== null))].sort();
  return hashes.length === 0 ? null : hashes.join('+');
}
