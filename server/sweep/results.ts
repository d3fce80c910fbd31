import type { Arm } from './arm.ts';

/**
 * What a finished (or half finished) sweep is to the report: filled by the store, read by the report, stored by nobody.
 */

export type RunState = 'waiting' | 'running' | 'complete' | 'failed' | 'diverged' | 'cancelled';
export type SweepState = 'queued' | 'running' | 'complete' | 'interrupted' | 'cancelled';

/** One metric of one run by batch; `values[i]` belongs to `batches[i]`; null where it was not finite. */
export interface Curve {
  batches: number[];
  values: (number | null)[];
}

export interface RunResult {
  /** `r41` */
  id: string;
  /** Index of the arm in the plan. */
  arm: number;
  seed: number;
  state: RunState;
  engine: string | null;
  /** Seconds of training, evaluation included, from batch 0 on; null before it has trained. */
  seconds: number | null;
  error: string | null;
  /** Only the metrics that were asked for. */
  curves: Record<string, Curve>;
  /** Confusion matrix of the last evaluation, rows = true class; null where there is none. */
  confusion: number[][] | null;
  /** Images in the validation and test part, for the finest step that an accuracy can make. */
  evaluated: { val: number; test: number } | null;
  /** True where the truncated term was 0 from N to the end; null where the phase was not in force. */
  intraDead: boolean | null;
  dataFingerprint: string | null;
}

export interface SweepResults {
  /** `s3` */
  id: string;
  name: string;
  state: SweepState;
  metric: { name: string; goal: 'maximize' | 'minimize' };
  arms: Arm[];
  seeds: number[];
  runs: RunResult[];
  /** Seconds that training them took: a stage that several runs share counts once. */
  seconds: number;
}
