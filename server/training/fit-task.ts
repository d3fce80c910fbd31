import type { Checkpoint } from './checkpoint.ts';
import type { Series } from './curve-buffer.ts';
import type { Evaluation } from './evaluate.ts';
import type { RunSettings } from './network.ts';
import type { HostState } from './state.ts';

export interface FitCallbacks {
  /** Called in order; each segment begins where the one before it ended. */
  onSegment(segment: Segment): void | Promise<void>;
  onProgress(batch: number): void;
  /** Called often while a part is evaluated, between two batches of it. */
  onAlive?(): void;
  /** Asked whenever losses have been read: true ends training there, with a segment that can be continued. */
  shouldStop(): boolean;
}

export interface FitResult {
  /** `split`: from `batch` on the ε are not the same computation any more; nothing of that batch is recorded. */
  outcome: 'complete' | 'stopped' | 'diverged' | 'split';
  /** Optimiser steps taken; where training diverged, the batch whose total was not finite. */
  batch: number;
  /**
   * True where the truncated term was 0 from N to the end; null where the intra-class phase was not in force or did not
   * reach its end.
   */
  intraDead: boolean | null;
  /** After a split: the groups of ε that stay together. From here on each group is trained on its own. */
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
  /** How the stage ended; null on all but its last segment. */
  result: FitResult | null;
}

export interface FitTask {
  settings: RunSettings;
  /**
   * Every ε that is trained, the settings' own among them. They are one computation until their tests come out
   * differently.
   */
  epsilons: number[];
  /**
   * How many ε the step is compiled for; by default as many as are trained. A place that is left over carries the first
   * ε once more.
   */
  places?: number;
  seed: number;
  /** null: from batch 0. */
  start: Checkpoint | null;
  /** What the state before batch 0 has in the place of what would be drawn. */
  initial?: HostState;
  /**
   * First batch that is recorded: `start`'s batch or a later one. Batches in between are trained to get there, and not
   * recorded.
   */
  from: number;
  /** Batch at which this stage ends; the run's last one is `settings.training.batches`. */
  to: number;
}
