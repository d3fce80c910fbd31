import { underLease, type Lease } from '../database/lease.ts';
import type { Storage } from '../database/storage.ts';

/** What runs are trained on. */
export interface Machine {
  device: string;
  /** Library name → version. */
  versions: Record<string, string>;
}

/** What a run was trained with: recorded when it starts. */
export interface TrainedWith extends Machine {
  /** The signature of the bits that the machine computes for it; null where it is unknown. */
  bits: string | null;
  /** Number of the worker process that trained the run, counted from 0. */
  worker: number;
  /** Commit of the working folder; null where the folder is none of git's. */
  gitCommit: string | null;
  /** What it was trained in, as it is stored; null where nothing is known. */
  environmentId: number | null;
  /** The resolved settings. */
  configuration: unknown;
  /** Names of the classes by index; null where nobody says. */
  classes: string[] | null;
  /** Images in the validation and the test part; null where nobody says. */
  evaluated: { val: number; test: number } | null;
}

export type RunOutcome =
  /** `intraDead`: the truncated term was 0 from N to the end; null where the phase was not in force. */
  | { state: 'complete'; intraDead: boolean | null }
  /** `batch`: the first whose total was not finite. */
  | { state: 'diverged'; batch: number; intraDead: boolean | null }
  | { state: 'failed'; error: string }
  /** Stopped on the way, or waiting for its next stage; it continues from the last checkpoint. */
  | { state: 'waiting' }
  | { state: 'cancelled' };

/** A stage of the run begins or continues: one more attempt. */
export function startRun(storage: Storage, lease: Lease, runId: number, record: TrainedWith, now = Date.now()): void {
  underLease(storage, lease, () => setStarted(storage, runId, record, now));
}

/** Within a transaction. */
export function setStarted(storage: Storage, runId: number, record: TrainedWith, now: number): void {
  storage
    .prepare(
      `UPDATE "Run" SET state = 'running', attempts = attempts + 1,
      error = NULL, divergedBatch = NULL, intraDead = NULL,
      worker = ?, device = ?, versions = ?, bits = ?, gitCommit = ?,
      environmentId = (SELECT id FROM "Environment" WHERE id = ?), configuration = ?, classes = ?,
      evaluatedVal = ?, evaluatedTest = ?, startedAt = coalesce(startedAt, ?), finishedAt = NULL WHERE id = ?`,
    )
    .run(
      record.worker,
      record.device,
      JSON.stringify(record.versions),
      record.bits,
      record.gitCommit,
      record.environmentId,
      JSON.stringify(record.configuration),
      record.classes && JSON.stringify(record.classes),
      record.evaluated?.val ?? null,
      record.evaluated?.test ?? null,
      now,
      runId,
    );
}

export function finishRun(storage: Storage, lease: Lease, runId: number, outcome: RunOutcome, now = Date.now()): void {
  underLease(storage, lease, () => setOutcome(storage, runId, outcome, now));
}

/** Within a transaction. */
export function setOutcome(storage: Storage, runId: number, outcome: RunOutcome, now: number): void {
  const ended = outcome.state === 'complete' || outcome.state === 'diverged';
  const dead = ended ? outcome.intraDead : null;
  storage
    .prepare('UPDATE "Run" SET state = ?, error = ?, divergedBatch = ?, intraDead = ?, finishedAt = ? WHERE id = ?')
    .run(
      outcome.state,
      outcome.state === 'failed' ? outcome.error : null,
      outcome.state === 'diverged' ? outcome.batch : null,
      dead === null ? null : Number(dead),
      outcome.state === 'waiting' ? null : now,
      runId,
    );
}

/**
 * Every device, with its libraries, on which runs of a sweep were last trained. Runs of which nothing is stored do not
 * count.
 */
export function readMachines(storage: Storage, sweepId: number): Machine[] {
  const rows = storage
    .prepare(
      `SELECT DISTINCT r.device, r.versions FROM "SweepRun" s JOIN "Run" r ON r.id = s.runId
    WHERE s.sweepId = ? AND r.batch > 0 AND r.device IS NOT NULL`,
    )
    .all(sweepId) as { device: string; versions: string }[];
  return rows.map(({ device, versions }) => ({ device, versions: JSON.parse(versions) }));
}
