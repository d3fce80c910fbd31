import type { Arm } from '../arm.ts';

/** All arms × seeds of a sweep, made once before anything trains. */
export interface Plan {
  name: string;
  /** Same definition, same plan, same hash; says nothing about data or engine. */
  planHash: string;
  metric: { name: string; goal: 'maximize' | 'minimize' };
  arms: Arm[];
  seeds: number[];
  /** Ordered by seed first, so that half a sweep is already a table. */
  runs: PlannedRun[];
  /**
   * Points of the grid, or draws, by the first constraint (or `exclude[0]`) that they break; those that dropped nothing
   * too.
   */
  dropped: { constraint: string; count: number }[];
  /** Points whose effective settings another arm already has. */
  folded: number;
  /** Batches to train with prefix sharing, every ε on its own from N on. */
  batches: number;
  batchesUnshared: number;
  /** Nodes of the stage tree over all seeds. */
  stages: number;
  /** The smallest p-value that the seeds allow. */
  smallestP: { maxT: number; holm: number };
  /** What the author of the definition should know, one sentence each (a constraint that almost nothing passes, …). */
  notes: string[];
}

export interface PlannedRun {
  /** Index of the arm. */
  arm: number;
  seed: number;
}
/** Of so many seeds a probe trains the trunks: enough to see whether seeds agree. */
export const PROBE_SEEDS = 2;
