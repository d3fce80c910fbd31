import { goalOf, parseMetric } from '../../sweep/metrics.ts';
import type { SweepResults } from '../../sweep/results.ts';
import { UserError } from '../../sweep/user-error.ts';
import type { Goal } from './table.ts';

/** A metric as a table or picture looks at it. */
export interface MetricView {
  name: string;
  goal: Goal;
  /** False where neither direction is better: then nothing is best and nothing is a target. */
  directed: boolean;
  /** True for shares from 0 to 1 that are shown in percent, as those of correct images. */
  accuracy: boolean;
  /** Behind its values; null: none. */
  unit: string | null;
}

/** @throws UserError on a name that no metric has */
export function viewMetric(results: SweepResults, name: string, attempted: string): MetricView {
  const parsed = parseMetric(name, results.metrics);
  if ('problem' in parsed) throw new UserError(`Cannot ${attempted}: ${parsed.problem}`);
  const isOwn = results.metric.name === name;
  return {
    name,
    goal: isOwn ? results.metric.goal : goalOf(parsed.metric),
    directed: isOwn || parsed.metric.better !== null,
    accuracy: parsed.metric.unit === '%',
    unit: parsed.metric.unit,
  };
}

/** Whether a metric is a share of correct images. */
export function isAccuracy(name: string): boolean {
  return /\/accuracy(Linear|Cosine)?$/.test(name);
}
