import type { RunState } from '../sweep/results.ts';
import type { LeaseHolder } from '../store/database/lease.ts';

/** What a run process tells about its work, for a terminal or a log to show. Ids are those of the command line. */
export type RunnerEvent =
  /**
   * Another process trains on this database; this one waits for it. `answers`: it has given a sign of life lately.
   */
  | { kind: 'waiting'; holder: LeaseHolder; answers: boolean }
  | { kind: 'log'; message: string }
  /**
   * A sweep begins. `runs` counts all of its runs, `left` those that have to be trained, `batches` what is trained of
   * them already.
   */
  | {
      kind: 'sweep';
      sweep: string;
      name: string;
      engine: string;
      workers: number;
      runs: number;
      left: number;
      batches: number;
    }
  /** What a worker does now; null where it is idle. */
  | { kind: 'worker'; worker: number; training: WorkerProgress | null }
  | {
      kind: 'run';
      run: string;
      arm: string;
      seed: number;
      state: RunState;
      batches: number;
      seconds: number;
      error: string | null;
      /** What a complete run came to; null for any other. */
      result: RunResult | null;
    }
  /** How far the sweep is; `secondsLeft` is null until there is something to estimate it from. */
  | { kind: 'progress'; batches: number; of: number; secondsLeft: number | null }
  | { kind: 'sweepEnd'; summary: SweepSummary };

/** A complete run by its sweep's metric, at its last evaluation. */
export interface RunResult {
  metric: string;
  value: number;
  /**
   * Differences to the control with the same seed: of the run itself, or, of a control, those of the arms that were
   * waiting for it.
   */
  changes: { arm: string; change: number }[];
}

export interface WorkerProgress {
  run: string;
  arm: string;
  seed: number;
  batch: number;
  batches: number;
  batchesPerSecond: number | null;
}

export interface SweepSummary {
  sweepId: string;
  name: string;
  engine: string;
  /**
   * `queued`: it was probed, and all of it was asked for meanwhile; or others asked for it, and this process was
   * stopped.
   */
  state: 'complete' | 'interrupted' | 'cancelled' | 'queued';
  runs: { complete: number; failed: number; diverged: number; reused: number };
  /** Of this process, from the sweep's start to its end. */
  seconds: number;
  /** Trained by this process. */
  batchesTrained: number;
  /** Not trained, since they are their trunk's: no test of the truncation passes in them. */
  batchesTaken: number;
  /** What training each of these runs from batch 0 would have taken. */
  batchesUnshared: number;
  /** With `--audit`: stages that another machine has trained again, and how many of them were different. */
  audit?: { stages: number; different: number };
}
