import { TRUNK_METRICS } from '../../report/curves/trunks.ts';
import { metricsOfConfirmation } from '../../report/confirm/confirm-report.ts';
import { buildVerdict } from '../../report/verdict/build-verdict.ts';
import type { Attempt } from '../../report/verdict/confirmations.ts';
import type { Verdict } from '../../report/verdict/verdict.ts';
import { parseSweepId } from '../../store/database/ids.ts';
import { listConfirmations } from '../../store/reading/list-confirmations.ts';
import { readLazyResults } from '../../store/reading/lazy-results.ts';
import { readResults } from '../../store/reading/read-results.ts';
import { readSweep, type SweepRecord } from '../../store/reading/read-sweep.ts';
import type { Storage } from '../../store/database/storage.ts';
import { parseJson } from '../../sweep/definition/json.ts';
import type { SweepResults } from '../../sweep/results.ts';
import { readConfirmed } from './confirmation.ts';

export interface VerdictQuestion {
  /** Default: the sweep's own. */
  metric?: string | undefined;
  at?: 'last' | 'best' | undefined;
  /** Default: the definition's, where the metric is the sweep's own. In points for accuracies. */
  smallestEffect?: number | undefined;
}

/**
 * The answer of a sweep, with the sweeps that confirm arms of it.
 *
 * @param read reads the results of the sweep itself
 */
export async function readVerdict(
  storage: Storage,
  sweep: SweepRecord,
  { metric = sweep.metric.name, at = 'last', smallestEffect }: VerdictQuestion,
  read = (metrics: string[]): SweepResults => readResults(storage, parseSweepId(sweep.id)!, metrics)!,
): Promise<Verdict> {
  const attempts = isConfirmable(metric) ? await readAttempts(storage, sweep, metric) : [];
  const readTrunks = () => readLazyResults(storage, parseSweepId(sweep.id)!, TRUNK_METRICS);
  return buildVerdict(read([metric]), {
    metric,
    at,
    smallestEffect: smallestEffect ?? smallestEffectOf(sweep, metric),
    attempts,
    readTrunks,
  });
}

/** The smallest change of a metric that matters: the definition may name one for the sweep's own. */
export function smallestEffectOf({ definition, metric: own }: SweepRecord, metric: string): number | null {
  if (metric !== own.name) return null;
  const parsed = parseJson(definition);
  if ('problem' in parsed) return null;
  const { smallestEffect } = parsed.value as { smallestEffect?: unknown };
  return typeof smallestEffect === 'number' && smallestEffect > 0 ? smallestEffect : null;
}

/** The confirmations by the same metric; of an arm that the sweep has no more nothing is said. */
async function readAttempts(storage: Storage, { id, plan }: SweepRecord, metric: string): Promise<Attempt[]> {
  const attempts: Attempt[] = [];
  for (const each of listConfirmations(storage, parseSweepId(id)!)) {
    const sweepId = parseSweepId(each.id)!;
    const confirmation = (await readSweep(storage, sweepId))!;
    const arm = readConfirmed(storage, confirmation)?.arm ?? null;
    if (arm === null || !isSameMeasure(confirmation.metric.name, metric)) continue;
    const { test, validation } = metricsOfConfirmation(metric, plan.metrics);
    attempts.push({ arm, results: readResults(storage, sweepId, [test, validation], { confusion: false })! });
  }
  return attempts;
}

function isConfirmable(metric: string): boolean {
  return /^(val|test)\//.test(metric);
}

/** `val/accuracy` and `test/accuracy` are one measure. */
function isSameMeasure(a: string, b: string): boolean {
  return a.replace(/^(val|test)\//, '') === b.replace(/^(val|test)\//, '');
}
