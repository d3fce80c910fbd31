import { goalOf, type Metric } from '../metrics.ts';
import type { TrainingSettings } from '../settings.ts';

/** What the definitions have in common that are made of arms of another sweep. */

const LONGEST = 100;

/**
 * `SWEEP WHAT`, no longer than a name may be. The name of the sweep is shortened first: cut at the end, the names of
 * two arms of one sweep could become the same.
 */
export function nameAfter(sweep: string, what: string): string {
  const room = Math.max(LONGEST / 2, LONGEST - ` ${what}`.length);
  return cut(`${cut(sweep, room)} ${what}`, LONGEST);
}

/** As many whole code points of a text as fit into a length, without a space at the end. */
function cut(text: string, length: number): string {
  let kept = '';
  for (const point of text) {
    if (kept.length + point.length > length) break;
    kept += point;
  }
  return kept.trimEnd();
}

/**
 * The training settings as a definition may write them: where files give the validation part, no share of the training
 * part may stand beside them.
 */
export function writtenTraining(training: TrainingSettings): object {
  const { dataset } = training;
  if (dataset.name !== 'idx' || dataset.validationImages === null) return training;
  const { validation: _, ...rest } = dataset;
  return { ...training, dataset: rest };
}

/** The metrics that a sweep names itself, as its definition does; nothing where there is none. */
export function writtenMetrics(metrics: readonly Metric[]): { metrics?: Record<string, object> } {
  if (metrics.length === 0) return {};
  const written = metrics.map((metric): [string, object] => [
    metric.name,
    { goal: goalOf(metric), ...(metric.unit === null ? {} : { unit: metric.unit }) },
  ]);
  return { metrics: Object.fromEntries(written) };
}
