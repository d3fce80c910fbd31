import type { RunState } from '../../sweep/results.ts';
import type { ShownParameters } from '../../sweep/shown-parameters.ts';
import type { Storage } from '../database/storage.ts';

/** What a run of a sweep would compute, known once the data is loaded and the engine chosen. */
export interface RunIdentity {
  /** Index of the arm. */
  arm: number;
  seed: number;
  /** Names what is computed: effective settings, seed, data, engine. */
  key: string;
  /**
   * Names the state before the first batch. Runs with equal ones differ in β, ε and N alone: they have their trunk in
   * common and are compared in pairs.
   */
  start: string;
  engine: string;
  dataFingerprint: string;
  /** The run's path through the tree, in order of batches; parents come before children. */
  stages: StageIdentity[];
}

export interface StageIdentity {
  key: string;
  /** Batches [from, to). */
  from: number;
  to: number;
  /** The parameters in force in it. */
  params: ShownParameters;
}

/** A run as it is stored. */
export interface HeldRun {
  id: number;
  key: string | null;
  edition: number;
  state: RunState;
}

/** What a run of a sweep is to compute, and the run that the sweep has for it until now. */
export interface Wanted {
  identity: RunIdentity;
  held: HeldRun;
}

/** The run that a sweep has for an arm and a seed. */
export function heldRun(storage: Storage, sweepId: number, { arm, seed }: RunIdentity): HeldRun {
  const run = storage
    .prepare(
      `SELECT r.id, r.key, r.edition, r.state FROM "SweepRun" s JOIN "Run" r ON r.id = s.runId
    WHERE s.sweepId = ? AND s.armIndex = ? AND s.seed = ?`,
    )
    .get(sweepId, arm, seed);
  if (!run) throw new Error(`Cannot identify a run of arm ${arm} with seed ${seed}: sweep ${sweepId} has none`);
  return run as HeldRun;
}

/** The run of this key and edition. */
export function storedRun(storage: Storage, key: string, edition: number): HeldRun | undefined {
  return storage
    .prepare('SELECT id, key, edition, state FROM "Run" WHERE key = ? AND edition = ?')
    .get(key, edition) as HeldRun | undefined;
}

/** The stage of this key and edition. */
export function storedStage(storage: Storage, key: string, edition: number): number | undefined {
  return storage.prepare('SELECT id FROM "Stage" WHERE key = ? AND edition = ?').pluck().get(key, edition) as
    number | undefined;
}

export function isDone({ state }: Pick<HeldRun, 'state'>): boolean {
  return state === 'complete' || state === 'diverged';
}
