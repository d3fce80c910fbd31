import { inflateRawSync } from 'node:zlib';
import type { ArtefactValue, CheckpointFile, Column } from './commit-segment.ts';
import type { RunRecord } from './run-state.ts';
import type { Storage } from './storage.ts';

/** Batches [from, to) as they were recorded, with the state after them. */
export interface Stretch {
  from: number;
  to: number;
  columns: Column[];
  artefacts: ArtefactValue[];
  checkpoint: CheckpointFile;
  /** What it was trained with. */
  record: Omit<RunRecord, 'worker' | 'configuration'>;
}

/** Where a stage stands, which is where its next segment has to begin. */
export function stageBatch(storage: Storage, stageId: number): number {
  return storage.prepare('SELECT batch FROM "Stage" WHERE id = ?').pluck().get(stageId) as number;
}

/** Whether the truncated term of a run has been 0 in all that is stored of it. */
export function isDeadSoFar(storage: Storage, runId: number): boolean {
  return storage.prepare(`SELECT 1 FROM "Run" r JOIN "RunStage" p ON p.runId = r.id JOIN "StageMetric" s ON s.stageId = p.stageId
    JOIN "Metric" m ON m.id = s.metricId AND m.name = 'train/truncated' AND (m.epsilon IS NULL OR m.epsilon = r.epsilon)
    WHERE r.id = ? AND s.max > 0`).get(runId) === undefined;
}

/** The largest value of a metric in batches [from, to) of a stage; null where one of them has none, or none that is finite. */
export function largest(storage: Storage, stageId: number, metric: string, from: number, to: number): number | null {
  const { finite, most } = storage.prepare(`SELECT count(v.value) AS finite, max(v.value) AS most FROM "Metric" m JOIN "Point" v ON v.metricId = m.id
    WHERE m.name = ? AND m.epsilon IS NULL AND v.stageId = ? AND v.batch >= ? AND v.batch < ?`).get(metric, stageId, from, to) as { finite: number; most: number | null };
  return finite === to - from ? most : null;
}

/**
 * What is recorded of stages that are at their ends, from batch `from` on. Evaluations at `from` belong to what comes before, but at batch 0.
 *
 * @param stageIds of stages that follow each other, the first of which `from` lies in
 * @returns null where the state at their end is not kept
 */
export function readStretch(storage: Storage, stageIds: number[], from: number): Stretch | null {
  const last = stageIds.at(-1)!;
  const checkpoint = storage.prepare(`SELECT c.batch, c.file, c.bytes, c.hash FROM "Stage" g JOIN "Checkpoint" c ON c.stageId = g.id AND c.batch = g.toBatch
    WHERE g.id = ?`).get(last) as CheckpointFile | undefined;
  const run = storage.prepare(`SELECT r.device, r.versions, r.gitCommit, r.classes, r.evaluatedVal AS val, r.evaluatedTest AS test
    FROM "RunStage" p JOIN "Run" r ON r.id = p.runId WHERE p.stageId = ? AND r.classes IS NOT NULL LIMIT 1`).get(last) as RecordRow | undefined;
  if (!checkpoint || !run) return null;
  const stages = JSON.stringify(stageIds);
  const points = storage.prepare(`SELECT m.name, v.batch, v.value FROM "Point" v JOIN "Metric" m ON m.id = v.metricId
    WHERE v.stageId IN (SELECT value FROM json_each(@stages)) AND m.epsilon IS NULL
      AND (v.batch > @from OR v.batch = @from AND (@from = 0 OR m.name LIKE 'train/%'))
    ORDER BY m.name, v.batch`).all({ stages, from }) as { name: string; batch: number; value: number | null }[];
  const columns = new Map<string, { batches: number[]; values: number[] }>();
  for (const { name, batch, value } of points) {
    let column = columns.get(name);
    if (!column) columns.set(name, (column = { batches: [], values: [] }));
    column.batches.push(batch);
    column.values.push(value ?? NaN);
  }
  const artefacts = storage.prepare(`SELECT batch, name, data FROM "Artefact"
    WHERE stageId IN (SELECT value FROM json_each(@stages)) AND (batch > @from OR @from = 0) ORDER BY batch, name`).all({ stages, from }) as { batch: number; name: string; data: Buffer }[];
  const { device, versions, gitCommit, classes, val, test } = run;
  return {
    from,
    to: checkpoint.batch,
    columns: [...columns].map(([metric, column]) => ({ metric, epsilon: null, ...column })),
    artefacts: artefacts.map(({ batch, name, data }) => ({ batch, name, value: JSON.parse(inflateRawSync(data).toString()) as unknown })),
    checkpoint,
    record: { device, versions: JSON.parse(versions), gitCommit, classes: JSON.parse(classes), evaluated: { val, test } },
  };
}

interface RecordRow { device: string; versions: string; gitCommit: string | null; classes: string; val: number; test: number }
