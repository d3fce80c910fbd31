import type { ParamValue } from '../../sweep/arm.ts';
import { parseMetric } from '../../sweep/metrics.ts';
import type { RunState, SweepResults } from '../../sweep/results.ts';
import { armParams } from '../curves/arm-params.ts';
import { summariseCurve, type CurveSummary } from '../curves/summarise-curve.ts';

/** One run of `cosweep runs`, as its JSON gives it. */
export interface RunLine {
  run: string;
  arm: number;
  armName: string;
  control: boolean;
  seed: number;
  /** Every parameter; null where not in force. */
  params: Record<string, ParamValue>;
  state: RunState;
  engine: string | null;
  device: string | null;
  versions: Record<string, string>;
  bits: string | null;
  seconds: number | null;
  error: string | null;
  metrics: Record<string, CurveSummary>;
}

/** One row per run, in the order of the plan, with last and best of every metric that was loaded. */
export function runsTable(results: SweepResults): RunLine[] {
  const metrics = [...new Set(results.runs.flatMap((run) => Object.keys(run.curves)))].sort();
  const runs = [...results.runs].sort((a, b) => a.arm - b.arm || a.seed - b.seed);
  return runs.map((run) => {
    const arm = results.arms[run.arm]!;
    return {
      run: run.id,
      arm: arm.index,
      armName: arm.name,
      control: arm.control,
      seed: run.seed,
      params: armParams(arm),
      state: run.state,
      engine: run.engine,
      device: run.device,
      versions: run.versions,
      bits: run.bits,
      seconds: run.seconds,
      error: run.error,
      metrics: Object.fromEntries(
        metrics.map((name) => [name, summariseCurve(run.curves[name], directionOf(results, name))]),
      ),
    };
  });
}

/** The direction in which a metric is better; null for a metric that is better in neither and so has no best value. */
function directionOf(results: SweepResults, name: string): 'maximize' | 'minimize' | null {
  if (name === results.metric.name) return results.metric.goal;
  const parsed = parseMetric(name, results.metrics);
  if ('problem' in parsed || parsed.metric.better === null) return null;
  return parsed.metric.better === 'higher' ? 'maximize' : 'minimize';
}
