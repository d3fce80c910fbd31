import { parseArtefact, picturesOf } from '../reading/read-artefact.ts';
import type { StoredCheckpoint } from '../reading/read-checkpoints.ts';
import type { ArtefactValue } from './commit-segment.ts';
import type { Column } from './write-column.ts';
import type { TrainedWith } from './run-state.ts';
import type { Storage } from '../database/storage.ts';

/** The batches [from, to) of a stage, up to the end of the stage. */
export interface StretchPart {
  stageId: number;
  from: number;
  to: number;
}

/** Batches [from, to) as they were recorded, with the state after them. */
export interface Stretch {
  from: number;
  to: number;
  columns: Column[];
  artefacts: ArtefactValue[];
  checkpoint: StoredCheckpoint;
  seconds: { training: number; evaluation: number };
  /** What the run was trained with. */
  record: Omit<TrainedWith, 'worker' | 'configuration'>;
}

/**
 * Everything that is recorded of these parts, which follow each other. An evaluation at the first batch of a part
 * belongs to the stage before it. At batch 0 there is no stage before.
 *
 * @param parts of stages that are at their ends
 * @returns null where the state at the end of the last part is not kept
 */
export function readStretch(storage: Storage, parts: readonly StretchPart[]): Stretch | null {
  const [first, last] = [parts[0]!, parts.at(-1)!];
  const checkpoint = storage
    .prepare('SELECT batch, file, bytes AS size, hash FROM "Checkpoint" WHERE stageId = ? AND batch = ?')
    .get(last.stageId, last.to);
  const record = readRecord(storage, last.stageId);
  if (!checkpoint || !record) return null;
  const columns = new Map<string, { batches: number[]; values: number[] }>();
  for (const { metric, batch, value } of parts.flatMap((part) => readPoints(storage, part))) {
    let column = columns.get(metric);
    if (!column) columns.set(metric, (column = { batches: [], values: [] }));
    column.batches.push(batch);
    column.values.push(value ?? NaN);
  }
  return {
    from: first.from,
    to: last.to,
    columns: [...columns].map(([metric, column]) => ({ metric, epsilon: null, ...column })),
    artefacts: parts.flatMap((part) => readArtefacts(storage, part)),
    checkpoint: checkpoint as StoredCheckpoint,
    seconds: sum(parts.map((part) => readSeconds(storage, part))),
    record,
  };
}

function readPoints(storage: Storage, part: StretchPart): { metric: string; batch: number; value: number | null }[] {
  return storage
    .prepare(
      `SELECT m.name AS metric, v.batch, v.value FROM "Point" v JOIN "Metric" m ON m.id = v.metricId
    WHERE v.stageId = @stageId AND m.epsilon IS NULL
      AND CASE WHEN m.name LIKE 'train/%' THEN v.batch >= @from AND v.batch < @to ELSE v.batch > @from OR @from = 0 END
    ORDER BY v.metricId, v.batch`,
    )
    .all(part) as { metric: string; batch: number; value: number | null }[];
}

function readArtefacts(storage: Storage, part: StretchPart): ArtefactValue[] {
  const rows = storage
    .prepare(
      `SELECT batch, name, data, pictures FROM "Artefact"
    WHERE stageId = @stageId AND (batch > @from OR @from = 0) ORDER BY batch, name`,
    )
    .all({ stageId: part.stageId, from: part.from }) as ArtefactRow[];
  return rows.map(({ batch, name, data, pictures }) => ({
    batch,
    name,
    value: parseArtefact(data),
    ...picturesOf(storage, pictures),
  }));
}

interface ArtefactRow {
  batch: number;
  name: string;
  data: Buffer;
  pictures: string | null;
}

/** The part's share of the seconds that its stage took. */
function readSeconds(storage: Storage, { stageId, from, to }: StretchPart): Stretch['seconds'] {
  const stage = storage
    .prepare('SELECT trainingSeconds AS training, evaluationSeconds AS evaluation, fromBatch FROM "Stage" WHERE id = ?')
    .get(stageId) as Stretch['seconds'] & { fromBatch: number };
  const share = (to - from) / (to - stage.fromBatch);
  return { training: share * stage.training, evaluation: share * stage.evaluation };
}

function sum(all: Stretch['seconds'][]): Stretch['seconds'] {
  return all.reduce((total, { training, evaluation }) => ({
    training: total.training + training,
    evaluation: total.evaluation + evaluation,
  }));
}

/** What a run whose path goes through a stage was trained with; null where no such run was trained. */
function readRecord(storage: Storage, stageId: number): Stretch['record'] | null {
  const run = storage
    .prepare(
      `SELECT r.device, r.versions, g.bits, r.gitCommit, r.environmentId, r.classes,
      r.evaluatedVal AS val, r.evaluatedTest AS test
    FROM "RunStage" p JOIN "Run" r ON r.id = p.runId
    JOIN "Stage" g ON g.id = p.stageId WHERE p.stageId = ? AND r.classes IS NOT NULL LIMIT 1`,
    )
    .get(stageId) as RecordRow | undefined;
  if (!run) return null;
  const { versions, classes, val, test, ...rest } = run;
  return { ...rest, versions: JSON.parse(versions), classes: JSON.parse(classes), evaluated: { val, test } };
}

interface RecordRow {
  device: string;
  versions: string;
  bits: string | null;
  gitCommit: string | null;
  environmentId: number | null;
  classes: string;
  val: number;
  test: number;
}
