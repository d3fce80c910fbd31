import { findArm } from '../../sweep/find-arm.ts';
import { isLossParameter, LOSS_PARAMETERS, toParameterName } from '../../sweep/parameter-names.ts';
import type { SweepResults } from '../../sweep/results.ts';
import { toSuggestion } from '../../sweep/suggest.ts';
import { UserError } from '../../sweep/user-error.ts';
import { DIGITS } from '../number-format.ts';
import { viewMetric, type MetricView } from './metric-view.ts';
import { CORRECTIONS, type Correction } from './shown-p.ts';
import { checkTarget, hasTarget } from './target.ts';
import type { TableOptions } from './table.ts';

/** More digits of a half-width than its own luck has. */
export const MOST_DIGITS = 6;

export interface ParsedOptions {
  metrics: MetricView[];
  at: 'last' | 'best';
  rows: string;
  cols: string | null;
  /** Index of the arm; null: every arm has its own control. */
  baseline: number | null;
  target: number | null;
  correction: Correction;
  digits: number;
  ids: boolean;
}

/** @throws UserError on an option that does not fit the sweep */
export function parseTableOptions(results: SweepResults, options: TableOptions): ParsedOptions {
  const attempted = `make the table of sweep "${results.name}"`;
  const names = options.metrics?.length ? options.metrics : [results.metric.name];
  const metrics = [...new Set(names)].map((name) => viewMetric(results, name, attempted));
  const at = options.at ?? 'last';
  if (at !== 'last' && at !== 'best')
    throw new UserError(`Cannot ${attempted}: found at = ${JSON.stringify(at)}, wanted "last" or "best"`);
  const rows =
    options.rows === undefined || options.rows === 'arm'
      ? 'arm'
      : parseParameter(results, options.rows, `${attempted}: rows`);
  const cols = options.cols === undefined ? null : parseParameter(results, options.cols, `${attempted}: cols`);
  if (cols !== null && rows === 'arm')
    throw new UserError(
      `Cannot ${attempted}: found columns by ${cols} and one row per arm, ` +
        'wanted rows by another parameter (--rows PARAM)',
    );
  if (cols === rows)
    throw new UserError(`Cannot ${attempted}: found ${rows} as rows and as columns, wanted two different parameters`);
  const target = options.target ?? null;
  if (target !== null && !Number.isFinite(target))
    throw new UserError(`Cannot ${attempted}: found target = ${target}, wanted a finite number`);
  if (target !== null && !metrics.some(hasTarget))
    throw new UserError(`Cannot ${attempted}: found a target for ${metrics[0]!.name}, wanted a metric to maximise`);
  if (target !== null) for (const metric of metrics.filter(hasTarget)) checkTarget(metric, target, attempted);
  const baseline = options.baseline === undefined ? null : parseArm(results, options.baseline, attempted);
  const correction = options.correction ?? 'maxT';
  if (!CORRECTIONS.includes(correction))
    throw new UserError(
      `Cannot ${attempted}: found correction = ${JSON.stringify(correction)}, wanted ${CORRECTIONS.join(', ')}`,
    );
  const digits = options.digits ?? DIGITS;
  if (!Number.isInteger(digits) || digits < 1 || digits > MOST_DIGITS)
    throw new UserError(`Cannot ${attempted}: found digits = ${digits}, wanted 1 to ${MOST_DIGITS}`);
  return { metrics, at, rows, cols, baseline, target, correction, digits, ids: options.ids ?? false };
}

/** The index of an arm given by index or name. */
export function parseArm(results: SweepResults, written: string | number, attempted: string): number {
  const text = String(written);
  const arm = findArm(results.arms, written, `Cannot ${attempted}`);
  if (arm) return arm.index;
  const suggestion = toSuggestion(
    text,
    results.arms.map(({ name }) => name),
  );
  throw new UserError(
    `Cannot ${attempted}: found arm ${JSON.stringify(text)}, ` +
      `wanted the name of an arm or its index (0 to ${results.arms.length - 1})${suggestion}`,
  );
}

function parseParameter(results: SweepResults, written: string, attempted: string): string {
  const name = toParameterName(written);
  const known = [...LOSS_PARAMETERS, ...new Set(results.arms.flatMap((arm) => Object.keys(arm.swept)))];
  if (isLossParameter(name) || known.includes(name)) return name;
  throw new UserError(
    `Cannot ${attempted}: found ${JSON.stringify(written)}, ` +
      `wanted a parameter of the sweep (${known.join(', ')})${toSuggestion(name, known)}`,
  );
}
