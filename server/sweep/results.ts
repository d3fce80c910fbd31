import type { Arm } from './arm.ts';
import type { Metric } from './metrics.ts';

/**
 * The results of a sweep, finished or half finished, as the report reads them. The store puts them together for each
 * reading; nobody stores them in this form.
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
  /** What it was computed on; null before it has trained. */
  device: string | null;
  /** Cosweep's version and those of the libraries, by name. */
  versions: Record<string, string>;
  /** The signature of the bits that its machine computes; null where it is unknown. */
  bits: string | null;
  /** Seconds of training, evaluation included, from batch 0 on; null before it has trained. */
  seconds: number | null;
  /** What the graphics card drew in that time, what is taken from a trunk aside; left out where none was measured. */
  energy?: NonNullable<Usage['energy']>;
  error: string | null;
  /** Curves by the name of their metric; only of the metrics that were asked for. */
  curves: Record<string, Curve>;
  /** Confusion matrix of the last evaluation, rows = true class; null where there is none. */
  confusion: number[][] | null;
  /** Images in the validation and the test part, which decide the finest step that an accuracy can make. */
  evaluated: { val: number; test: number } | null;
  /** True where the truncated term was 0 from N to the end; null where the phase was not in force. */
  intraDead: boolean | null;
  dataFingerprint: string | null;
}

/**
 * What training used of the machines, each null where it was not measured. What was taken from a trunk used nothing. A
 * `share` says over how much of `seconds` something was measured, from 0 to 1.
 */
export interface Usage {
  /** Seconds of training, evaluations included, measured or not. */
  seconds: number;
  /** Of the processes that trained: seconds of processor time, all cores together, and the most bytes that one had. */
  processor: { seconds: number; peakMemory: number; share: number } | null;
  /** Of the graphics card: mean and highest utilisation, from 0 to 1, and the most bytes in use, by whomever. */
  gpu: { use: number | null; peakUse: number | null; peakMemory: number | null; share: number } | null;
  /** What the graphics card drew. */
  energy: { joules: number; share: number } | null;
}

export interface SweepResults {
  /** `s3` */
  id: string;
  name: string;
  state: SweepState;
  metric: { name: string; goal: 'maximize' | 'minimize' };
  /** The metrics that its definition names itself; left out where it names none. */
  metrics?: readonly Metric[];
  arms: Arm[];
  seeds: number[];
  runs: RunResult[];
  /** Seconds that training the runs took: a stage that several runs share counts once. */
  seconds: number;
  /** Where runs share stages though the forks of their program are not exact: how they differ. */
  inexact?: string;
  /** Where stages that another machine of the same bits has trained again were different: how. */
  audit?: string;
  /** What training them used, counted in the same way; null where nothing was measured. */
  usage: Usage | null;
  /** With how many different numbers of seeds the sweep was complete, this one included; p-values count them all. */
  looks: number;
  /** How many arms it had before arms were added to it, oldest first; those that were added come after the others. */
  armsBefore: number[];
}

/** Whether every planned run has ended, well or not: only then is anything tested. */
export function isFinished({ arms, seeds, runs }: Pick<SweepResults, 'arms' | 'seeds' | 'runs'>): boolean {
  return runs.length >= arms.length * seeds.length && runs.every(({ state }) => hasEnded(state));
}

export function hasEnded(state: RunState): boolean {
  return state === 'complete' || state === 'diverged' || state === 'failed';
}
