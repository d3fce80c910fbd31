import type { Checkpoint } from './checkpoint.ts';
import type { Series } from './curve-buffer.ts';
import type { Evaluation } from './evaluate.ts';
import type { RunSettings } from './network.ts';

export interface FitCallbacks {
  /** Called in order; their stretches follow each other without a gap. */
  onSegment(segment: Segment): void | Promise<void>;
  onProgress(batch: number): void;
  /** Asked whenever losses have been read: true ends training there, with a segment that can be continued. */
  shouldStop(): boolean;
}

export interface FitResult {
  /** `split`: from `batch` on the ε are not the same computation any more; nothing of that batch is recorded. */
  outcome: 'complete' | 'stopped' | 'diverged' | 'split';
  /** Optimiser steps taken; where it diverged, the batch whose total was not finite. */
  batch: number;
  /** True where the truncated term was 0 from N to the end; null where the phase was not in force or did not end. */
  intraDead: boolean | null;
  /** Of a split: the ε that stay together, each group on its own from here. */
  groups?: number[][];
}

/** A stretch of batches that is done: its points, its evaluations and the state after it belong together. */
export interface Segment {
  from: number;
  to: number;
  points: Series[];
  evaluations: Evaluation[];
  /**
   * null where there is nothing to continue: training diverged, or stopped or split before its first batch was
   * recorded.
   */
  checkpoint: Checkpoint | null;
  seconds: { training: number; evaluation: number };
  /** How the stage ended, with its last segment. */
  result: FitResult | null;
}

export interface FitTask {
  settings: RunSettings;
  /**
   * Every ε that is trained along, the settings' own among them: one computation until their tests come out
   * differently.
   */
  epsilons: number[];
  /**
   * For how many ε the step is compiled; without it for those that are trained. What is left over carries the first of
   * them once more.
   */
  places?: number;
  seed: number;
  /** null: from batch 0. */
  start: Checkpoint | null;
  /** First batch that is recorded, `start`'s batch or after it; what lies between is trained to get there. */
  from: number;
  /** Batch at which this stage ends; the run's last one is `settings.training.batches`. */
  to: number;
}
