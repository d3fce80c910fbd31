import type { RunResult, SweepResults } from '../../sweep/results.ts';

/** The runs of every arm, by the arm's index. */
export function runsByArm(results: SweepResults): RunResult[][] {
  const runs: RunResult[][] = results.arms.map(() => []);
  for (const run of results.runs) runs[run.arm]!.push(run);
  return runs;
}
