import { deflateRawSync } from 'node:zlib';
import type { Storage } from '../../server/store/database/storage.ts';
import { queueSweep } from '../../server/store/sweeps/queue-sweep.ts';
import { readDefinition } from '../../server/sweep/definition/parse-definition.ts';
import { METRICS } from '../../server/sweep/metrics.ts';
import { planSweep } from '../../server/sweep/plan/plan-sweep.ts';

export interface LargeSweep {
  name: string;
  /** Arms with the intra-class phase: β × N × ε; their control comes on top. */
  betas: number;
  switches?: number;
  epsilons: number;
  seeds: number;
  batches: number;
  evalEvery: number;
  /** Metrics that have a point in every batch; default: all of them. */
  perBatch?: string[];
  /** Of how many runs, the first ones; default: of all. */
  perBatchRuns?: number;
  /** True: the trunks alone are trained, each to its end. */
  trunksOnly?: boolean;
}

const CLASSES = 10;

/**
 * Stores a sweep as if it had been trained. Nothing is trained: SQLite makes up the points, a thousand times as fast.
 * The tree is that of the real thing: for each seed one trunk, which the control carries to its end, and from the first
 * switch on a stage for every run.
 *
 * @returns its id, as `s1`
 */
export function storeLargeSweep(storage: Storage, large: LargeSweep): string {
  const definition = JSON.stringify(toDefinition(large));
  const plan = planSweep(readDefinition(definition, 'made up'), { batchesPerEpoch: () => 1 });
  const request = { definition, definitionPath: null, folder: '/', plan, engine: 'wasm', share: true };
  const { sweepId } = queueSweep(storage, request);
  storage.raw.transaction(() => train(storage, sweepId, large))();
  return `s${sweepId}`;
}

function toDefinition({ name, betas, switches = 1, epsilons, seeds, batches, evalEvery }: LargeSweep): object {
  const axis = (count: number, min: number, max: number) =>
    count === 1 ? { value: max } : { distribution: 'uniform', min, max, count };
  const first = Math.floor(batches / 2);
  const points = Array.from({ length: switches }, (_, i) => first + i);
  return {
    name,
    method: 'grid',
    metric: { name: 'val/accuracy', goal: 'maximize' },
    parameters: {
      alpha: { value: 0.5 },
      beta: axis(betas, 0.01, 0.4),
      epsilon: axis(epsilons, 0.001, 0.2),
      N: { values: points },
    },
    ablations: ['noIntra'],
    seeds,
    training: {
      dataset: { name: 'glyphs', classes: CLASSES },
      model: { name: 'mlp' },
      optimizer: { name: 'momentum' },
      batches,
      evalEvery,
    },
  };
}

function train(storage: Storage, sweepId: number, large: LargeSweep): void {
  const { batches, evalEvery, trunksOnly = false, perBatchRuns = -1 } = large;
  const half = Math.floor(batches / 2);
  const run = (sql: string, ...values: unknown[]) => storage.raw.prepare(sql).run(...values);
  const perBatch =
    large.perBatch ?? METRICS.filter(({ when }) => when.startsWith('batch')).map((metric) => metric.name);
  const evaluated = METRICS.filter(({ when }) => when === 'evaluation').map((metric) => metric.name);

  run(`CREATE TEMP TABLE mine AS SELECT s.runId, s.seed, a.control, a.N, a.epsilon FROM "SweepRun" s
    JOIN "Arm" a ON a.sweepId = s.sweepId AND a."index" = s.armIndex WHERE s.sweepId = ${sweepId}`);
  if (trunksOnly) run('DELETE FROM mine WHERE NOT control');
  run(`INSERT INTO "Stage" (key, fromBatch, toBatch, batch, seed, params, trainingSeconds, evaluationSeconds)
    SELECT 'trunk ${sweepId} ' || seed, 0, ${half}, ${half}, seed, '{}', 10, 1 FROM mine GROUP BY seed`);
  run(`INSERT INTO "Stage" (key, parentId, fromBatch, toBatch, batch, seed, params, trainingSeconds, evaluationSeconds)
    SELECT 'own ' || m.runId, t.id, ${half}, ${batches}, ${batches}, m.seed, '{}', 10, 1
    FROM mine m JOIN "Stage" t ON t.key = 'trunk ${sweepId} ' || m.seed`);
  run(`INSERT INTO "RunStage" SELECT m.runId, 0, t.id FROM mine m JOIN "Stage" t
    ON t.key = 'trunk ${sweepId} ' || m.seed`);
  run(`INSERT INTO "RunStage" SELECT m.runId, 1, t.id FROM mine m JOIN "Stage" t ON t.key = 'own ' || m.runId`);
  run(
    `UPDATE "Run" SET key = 'run ' || id, state = 'complete', batch = batches, engine = 'wasm', evaluatedVal = 1000,
    evaluatedTest = 0, intraDead = false, startedAt = 0, finishedAt = 1, dataFingerprint = 'made up'
    WHERE id IN (SELECT runId FROM mine)`,
  );
  for (const name of [...perBatch, ...evaluated])
    run('INSERT INTO "Metric" (name) SELECT ? WHERE NOT EXISTS (SELECT 1 FROM "Metric" WHERE name = ?)', name, name);

  run(
    'CREATE TEMP TABLE counter AS WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < ?) ' +
      'SELECT i FROM n',
    batches,
  );
  const stages = `(SELECT DISTINCT p.stageId, g.fromBatch, g.toBatch FROM mine m
    JOIN "RunStage" p ON p.runId = m.runId JOIN "Stage" g ON g.id = p.stageId)`;
  const value = '0.5 + ((s.stageId * 7919 + m.id * 104729 + c.i * 15485863) % 1000003) / 2000006.0';
  const points = (
    batchesOf: string,
    of = stages,
  ) => `INSERT INTO "Point" SELECT s.stageId, m.id, c.i, ${value} FROM ${of} s
    CROSS JOIN "Metric" m CROSS JOIN counter c ON ${batchesOf}
    WHERE m.name IN (SELECT value FROM json_each(?))`;
  const recorded = stages.replace('FROM mine m', `FROM (SELECT * FROM mine ORDER BY runId LIMIT ${perBatchRuns}) m`);
  run(points('c.i >= s.fromBatch AND c.i < s.toBatch', recorded), JSON.stringify(perBatch));
  run(`DELETE FROM counter WHERE i % ${evalEvery} > 0`); // what is left are the evaluations
  run(points(`c.i > s.fromBatch - (s.fromBatch = 0) AND c.i <= s.toBatch`), JSON.stringify(evaluated));
  run(`INSERT INTO "StageMetric" SELECT g.stageId, g.metricId, lastBatch,
      (SELECT value FROM "Point" v WHERE v.stageId = g.stageId AND v.metricId = g.metricId AND v.batch = lastBatch),
      (SELECT batch FROM "Point" v WHERE v.stageId = g.stageId AND v.metricId = g.metricId ORDER BY value LIMIT 1), low,
      (SELECT batch FROM "Point" v WHERE v.stageId = g.stageId AND v.metricId = g.metricId ORDER BY value DESC LIMIT 1),
      high
    FROM (SELECT stageId, metricId, max(batch) AS lastBatch, min(value) AS low, max(value) AS high FROM "Point"
      WHERE stageId IN (SELECT stageId FROM ${stages}) GROUP BY 1, 2) g`);
  const counts = Array.from({ length: CLASSES }, (_, row) => Array.from({ length: CLASSES }, (_, at) => row + at));
  run(
    `INSERT INTO "Artefact" (stageId, batch, name, data)
    SELECT s.stageId, c.i, 'confusion', ? FROM ${stages} s CROSS JOIN counter c
    ON c.i > s.fromBatch AND c.i <= s.toBatch`,
    deflateRawSync(JSON.stringify(counts)),
  );
  run(`UPDATE "Sweep" SET state = 'complete', startedAt = 0, finishedAt = 1, resumedAt = 0 WHERE id = ?`, sweepId);
  for (const table of ['mine', 'counter']) run(`DROP TABLE ${table}`);
}
