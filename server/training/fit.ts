import type { Checkpoint } from './checkpoint.ts';
import type { Series } from './curve-buffer.ts';
import type { Dataset } from './dataset.ts';
import type { Evaluation } from './evaluate.ts';
import { buildNetwork, type RunSettings } from './network.ts';
import { Stage } from './stage.ts';
import type { StepCache } from './step-cache.ts';

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

export interface FitCallbacks {
  /** Called in order; their stretches follow each other without a gap. */
  onSegment(segment: Segment): void | Promise<void>;
  onProgress(batch: number): void;
  /** Asked whenever losses have been read: true ends training there, with a segment that can be continued. */
  shouldStop(): boolean;
}

/**
 * Trains one stage: batches `from` to `to` of a run. Data in, segments of points, evaluations and checkpoints out.
 *
 * A pure function of its task on one engine: where it is cut into segments or interrupted and continued, and which ε
 * are trained along, makes no difference to any number.
 */
export async function fit(
  task: FitTask,
  dataset: Dataset,
  steps: StepCache,
  callbacks: FitCallbacks,
): Promise<FitResult> {
  const { settings, epsilons, places = epsilons.length } = task;
  const carried = Array.from({ length: places }, (_, i) => epsilons[i] ?? epsilons[0]!);
  const stage = new Stage(task, buildNetwork(settings, dataset, carried), steps);
  try {
    return await stage.train(callbacks);
  } finally {
    stage.dispose();
  }
}
