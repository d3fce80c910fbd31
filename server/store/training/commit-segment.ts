import { deflateRawSync } from 'node:zlib';
import { underLease, type Lease } from '../database/lease.ts';
import type { StoredCheckpoint } from '../reading/read-checkpoints.ts';
import { addUsage, type SegmentUsage } from './add-usage.ts';
import { storePictures } from '../database/pictures.ts';
import { dropNote } from './note-files.ts';
import { setOutcome, setStarted, type RunOutcome, type TrainedWith } from './run-state.ts';
import { splitStage } from './split-stage.ts';
import { forgetFiles } from '../database/forgotten-files.ts';
import type { Storage } from '../database/storage.ts';
import { writeColumn, type Column } from './write-column.ts';

/** What an evaluation gives beside numbers: `confusion`, `projection`, `confused`; stored as JSON. */
export interface ArtefactValue {
  batch: number;
  name: string;
  value: unknown;
  /** What `value` counts from 0. */
  pictures?: readonly Uint8Array[];
}

export interface StageEnd {
  runId: number;
  outcome: RunOutcome;
  /** What the run was trained with; given for a run that has not been started. */
  record?: TrainedWith;
}

/** A stretch of a stage, trained. */
export interface SegmentRows {
  stageId: number;
  /**
   * The batch at which the stage stood. Where the stored stage stands at another one, the segment was computed from
   * another state than the stored one, and is refused.
   */
  from: number;
  /** Batches [from, to) were trained. */
  to: number;
  columns: Column[];
  artefacts: ArtefactValue[];
  /**
   * The state after batch `to`, written and synced before this call; null for a segment after which training cannot
   * continue (the last of a diverged run).
   */
  checkpoint: StoredCheckpoint | null;
  seconds: { training: number; evaluation: number };
  /**
   * True for a segment that was taken from the trunk instead of trained: its points are those that the trunk recorded
   * in these batches, its seconds those that the trunk spent on them.
   */
  fromTrunk?: boolean;
  /** What training it used of the machine. A segment that was taken from the trunk used nothing. */
  usage?: SegmentUsage;
  /**
   * What becomes of the runs that the stage was trained for: they end with the stage, or wait for their next one.
   * Stored in the same transaction.
   */
  ends?: StageEnd[];
  /** Groups of the ε that stay together from batch `to` on, where the runs of the stage stop being one computation. */
  split?: number[][];
}

/**
 * Stores a segment whole or not at all: its points, their summary, what its evaluations gave, its checkpoint, and how
 * far the stage and its runs now are. So whatever is killed, whenever, the checkpoint and the points belong together,
 * and no point is stored twice.
 *
 * @returns files of older checkpoints of the stage that nothing refers to any more, for `deleteForgotten`
 */
export function commitSegment(storage: Storage, lease: Lease, segment: SegmentRows, now = Date.now()): string[] {
  return underLease(storage, lease, () => {
    advance(storage, segment);
    const { stageId, seconds, usage } = segment;
    if (usage) addUsage(storage, stageId, usage, seconds.training + seconds.evaluation);
    for (const column of segment.columns) writeColumn(storage, segment, column);
    for (const artefact of segment.artefacts) writeArtefact(storage, segment.stageId, artefact);
    for (const { runId, outcome, record } of segment.ends ?? []) {
      if (record) setStarted(storage, runId, record, now);
      setOutcome(storage, runId, outcome, now);
    }
    if (segment.split) splitStage(storage, segment.stageId, segment.to, segment.split);
    return segment.checkpoint ? replaceCheckpoint(storage, segment.stageId, segment.checkpoint, now) : [];
  });
}

function advance(storage: Storage, { stageId, from, to, seconds, fromTrunk = false }: SegmentRows): void {
  const { changes } = storage
    .prepare(
      `UPDATE "Stage" SET batch = @to, trainingSeconds = trainingSeconds + @training,
      evaluationSeconds = evaluationSeconds + @evaluation, taken = taken + @taken,
      takenSeconds = takenSeconds + @takenSeconds
    WHERE id = @stageId AND batch = @from AND @to BETWEEN batch AND toBatch`,
    )
    .run({
      stageId,
      from,
      to,
      ...seconds,
      taken: fromTrunk ? to - from : 0,
      takenSeconds: fromTrunk ? seconds.training + seconds.evaluation : 0,
    });
  if (changes !== 1)
    throw new Error(
      `Cannot store batches [${from}, ${to}) of stage ${stageId}: ` +
        `it does not stand at batch ${from}, or ends before ${to}`,
    );
  if (fromTrunk) countAsHeld(storage, stageId, to);
  storage
    .prepare('UPDATE "Run" SET batch = max(batch, ?) WHERE id IN (SELECT runId FROM "RunStage" WHERE stageId = ?)')
    .run(to, stageId);
}

/**
 * The pace at which a sweep is trained says how long it still takes. Batches that its runs are given by their trunk
 * cost no training: they count as if the runs had had them before.
 */
function countAsHeld(storage: Storage, stageId: number, to: number): void {
  storage
    .prepare(
      `UPDATE "Sweep" SET batchesBefore = batchesBefore + (
      SELECT coalesce(sum(max(0, @to - r.batch)), 0) FROM "SweepRun" s
      JOIN "Run" r ON r.id = s.runId JOIN "RunStage" p ON p.runId = r.id
      WHERE s.sweepId = "Sweep".id AND p.stageId = @stageId)
    WHERE id IN (SELECT s.sweepId FROM "SweepRun" s JOIN "RunStage" p ON p.runId = s.runId WHERE p.stageId = @stageId)`,
    )
    .run({ to, stageId });
}

function writeArtefact(storage: Storage, stageId: number, { batch, name, value, pictures }: ArtefactValue): void {
  const ids = pictures === undefined ? null : JSON.stringify(storePictures(storage, pictures));
  storage
    .prepare('INSERT INTO "Artefact" (stageId, batch, name, data, pictures) VALUES (?, ?, ?, ?, ?)')
    .run(stageId, batch, name, deflateRawSync(JSON.stringify(value)), ids);
}

/**
 * A stage needs its newest checkpoint to continue, and the checkpoint at its end for other stages to fork from. It
 * keeps its newest, which at the end is both.
 */
function replaceCheckpoint(
  storage: Storage,
  stageId: number,
  { batch, file, size, hash }: StoredCheckpoint,
  now: number,
): string[] {
  const old = storage
    .prepare('DELETE FROM "Checkpoint" WHERE stageId = ? RETURNING file')
    .pluck()
    .all(stageId) as string[];
  storage
    .prepare('INSERT INTO "Checkpoint" (stageId, batch, file, bytes, hash, createdAt) VALUES (?, ?, ?, ?, ?, ?)')
    .run(stageId, batch, file, size, hash, now);
  dropNote(storage, file);
  return forgetFiles(storage, old, now);
}
