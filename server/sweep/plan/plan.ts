import type { Arm } from '../arm.ts';
import type { Metric } from '../metrics.ts';

/** All arms × seeds of a sweep, made once before anything trains. */
export interface Plan {
  name: string;
  /** Same definition, same plan, same hash; says nothing about data or engine. */
  planHash: string;
  metric: { name: string; goal: 'maximize' | 'minimize' };
  /** The metrics that the definition names itself; left out where it names none. */
  metrics?: Metric[];
  /** The user's program that trains it, by its engine's name `program:…`; left out where no program does. */
  engine?: string;
  arms: Arm[];
  seeds: number[];
  /** Ordered by seed first, so that half a sweep is already a table. */
  runs: PlannedRun[];
  /**
   * How many points of the grid, or draws, each constraint (or `exclude[0]`) dropped. A point counts for the first
   * constraint that it breaks. Constraints that dropped nothing are listed too.
   */
  dropped: { constraint: string; count: number }[];
  /** Points whose effective settings another arm already has. */
  folded: number;
  /** Batches to train with shared stages, where every ε trains on its own from N on. */
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

/** A probe trains the trunks of this many seeds: enough to see whether seeds agree. */
export const PROBE_SEEDS = 2;
