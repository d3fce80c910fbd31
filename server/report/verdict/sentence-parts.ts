import type { RunState, SweepResults } from '../../sweep/results.ts';
import type { JudgedArm } from './compare-arms.ts';
import type { Facts } from './facts.ts';
import { step } from './next-steps.ts';
import type { NextStep } from './verdict.ts';

export function unstable({ bad }: JudgedArm): string {
  if (bad.arm + bad.control === 0) return '';
  const control = `control ${bad.control} of ${bad.planned}`;
  return ` Unstable: ${bad.arm} of ${bad.planned} runs diverged or fell to chance (${control}).`;
}

/** With Student's own interval. */
export function plain({ row }: JudgedArm): { mean: number; low: number | null; high: number | null } {
  return row.difference!;
}

export function reportStep(facts: Facts): NextStep {
  return step(facts, { action: 'report', text: 'write the report' });
}

export function retryStep(facts: Facts): NextStep {
  return step(facts, { action: 'retry', text: 'look at why the runs failed, and train them again' });
}

export function count(runs: SweepResults['runs'], state: RunState): number {
  return runs.filter((run) => run.state === state).length;
}

export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
