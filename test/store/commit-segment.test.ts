import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { commitSegment } from '../../server/store/training/commit-segment.ts';
import type { Lease } from '../../server/store/database/lease.ts';
import { readArtefact } from '../../server/store/reading/read-artefact.ts';
import { readCurve } from '../../server/store/reading/read-curve.ts';
import { readRunMetrics } from '../../server/store/reading/run-metrics.ts';
import { readRun } from '../../server/store/reading/read-run.ts';
import { rewindStage } from '../../server/store/training/rewind-stage.ts';
import { checkpointFiles, lastCheckpoint } from '../../server/store/reading/read-checkpoints.ts';
import { startRun } from '../../server/store/training/run-state.ts';
import type { Storage } from '../../server/store/database/storage.ts';
import { begin, child, lease, makePlan, makeSegment, newStorage, RECORD } from './support.ts';

interface Trained {
  storage: Storage;
  token: Lease;
  runId: number;
  stageId: number;
}

async function oneRun(batches = 100): Promise<Trained> {
  const storage = await newStorage();
  const token = lease(storage);
  const { tasks } = begin(storage, token, makePlan([{ beta: 0.2 }], [1], 'x', batches));
  return { storage, token, runId: tasks[0]!.runId, stageId: tasks[0]!.stages[0]!.stageId };
}

const column = (metric: string, values: ArrayLike<number>, from = 0, epsilon: number | null = null) => ({
  metric,
  epsilon,
  batches: Array.from(values, (_, i) => from + i),
  values,
});

describe('numbers', () => {
  test('float32 and float64 come back with the same bits', async () => {
    const { storage, token, runId, stageId } = await oneRun();
    const float32 = Float32Array.of(0.1, 1 / 3, 3.4028234663852886e38, 1.401298464324817e-45, -7.25, 16777216);
    const float64 = Float64Array.of(0.1, 1 / 3, Number.MAX_VALUE, Number.MIN_VALUE, 0.9721, 2 ** 53 + 2, -1e-300);
    commitSegment(
      storage,
      token,
      makeSegment(stageId, 0, 50, { columns: [column('train/total', float32), column('val/accuracy', float64)] }),
    );
    expect(readCurve(storage, runId, 'train/total').values).toEqual([...float32]);
    expect(readCurve(storage, runId, 'val/accuracy').values).toEqual([...float64]);
    commitSegment(storage, token, makeSegment(stageId, 50, 51, { columns: [column('val/nc1', [-0], 50)] }));
    expect(readCurve(storage, runId, 'val/nc1').values).toEqual([0]); // SQLite keeps no sign of zero
    expect(JSON.parse(JSON.stringify(readCurve(storage, runId, 'val/accuracy').values))).toEqual([...float64]);
  });

  test('what is not finite is NULL in the file, null in a curve, and never a best value', async () => {
    const { storage, token, runId, stageId } = await oneRun();
    commitSegment(
      storage,
      token,
      makeSegment(stageId, 0, 5, { columns: [column('train/total', [3, Infinity, 2, -Infinity, NaN])] }),
    );
    expect(readCurve(storage, runId, 'train/total')).toEqual({
      batches: [0, 1, 2, 3, 4],
      values: [3, null, 2, null, null],
    });
    expect(storage.raw.prepare('SELECT typeof(value) FROM "Point" ORDER BY batch').pluck().all()).toEqual([
      'real',
      'null',
      'real',
      'null',
      'null',
    ]);
    expect(readRunMetrics(storage, [runId]).get(runId)).toEqual({
      'train/total': { last: null, best: 2, bestBatch: 2 },
    });
  });

  test('a curve without any finite value has no best', async () => {
    const { storage, token, runId, stageId } = await oneRun();
    commitSegment(storage, token, makeSegment(stageId, 0, 2, { columns: [column('train/total', [NaN, NaN])] }));
    expect(readRunMetrics(storage, [runId]).get(runId)).toEqual({
      'train/total': { last: null, best: null, bestBatch: null },
    });
    commitSegment(storage, token, makeSegment(stageId, 2, 3, { columns: [column('train/total', [4], 2)] }));
    expect(readRunMetrics(storage, [runId]).get(runId)).toEqual({ 'train/total': { last: 4, best: 4, bestBatch: 2 } });
  });
});

describe('a segment', () => {
  test('brings points, artefacts, checkpoint, seconds and progress together', async () => {
    const { storage, token, runId, stageId } = await oneRun();
    startRun(storage, token, runId, RECORD);
    expect(commitSegment(storage, token, makeSegment(stageId, 0, 40))).toEqual([]);
    expect(commitSegment(storage, token, makeSegment(stageId, 40, 64))).toEqual([`${stageId}-40.bin`]);
    expect(lastCheckpoint(storage, stageId)).toEqual({ batch: 64, file: `${stageId}-64.bin`, hash: 'ab', size: 10 });
    expect(checkpointFiles(storage)).toEqual(new Set([`${stageId}-64.bin`]));
    expect(readCurve(storage, runId, 'train/total').batches).toEqual(Array.from({ length: 64 }, (_, i) => i));
    expect(readCurve(storage, runId, 'val/accuracy')).toEqual({ batches: [40, 64], values: [40 / 128, 0.5] });
    expect(readCurve(storage, runId, 'train/total', { from: 10, to: 12 }).batches).toEqual([10, 11, 12]);
    expect(readArtefact(storage, runId, 'confusion')).toEqual({
      batch: 64,
      value: [
        [64, 1],
        [2, 3],
      ],
    });
    expect(readArtefact(storage, runId, 'confusion', 40)).toEqual({
      batch: 40,
      value: [
        [40, 1],
        [2, 3],
      ],
    });
    expect(readArtefact(storage, runId, 'projection')).toBeNull();
    expect(await readRun(storage, runId)).toMatchObject({
      state: 'running',
      batch: 64,
      batches: 100,
      durations: { training: 4, evaluation: 1 },
      stages: [{ from: 0, to: 100, batch: 64, params: { beta: 0.2, epsilon: 0.02, N: 50 } }],
      metrics: {
        'train/total': { last: Math.fround(10 / 64), best: Math.fround(10 / 64), bestBatch: 63 },
        'val/accuracy': { last: 0.5, best: 0.5, bestBatch: 64 },
      },
      artefacts: [
        { batch: 40, name: 'confusion' },
        { batch: 64, name: 'confusion' },
      ],
    });
  });

  test('is refused whole where the stage stands elsewhere: nothing appears twice', async () => {
    const { storage, token, runId, stageId } = await oneRun();
    commitSegment(storage, token, makeSegment(stageId, 0, 40));
    for (const [from, to] of [
      [0, 40],
      [30, 50],
      [50, 60],
      [40, 101],
    ]) {
      expect(() => commitSegment(storage, token, makeSegment(stageId, from!, to!))).toThrow(/does not stand at batch/);
    }
    expect(() =>
      commitSegment(storage, token, makeSegment(stageId, 40, 50, { columns: [column('train/total', [1], 39)] })),
    ).toThrow(/wanted one each within \[40, 50\]/);
    expect(() =>
      commitSegment(storage, token, makeSegment(stageId, 40, 50, { columns: [column('val/accuracy', [1], 40)] })),
    ).toThrow(/UNIQUE/);
    expect(readCurve(storage, runId, 'train/total').batches).toHaveLength(40);
    expect(await readRun(storage, runId)).toMatchObject({ batch: 40, stages: [{ batch: 40 }] });
    expect(storage.raw.prepare('SELECT trainingSeconds FROM "Stage"').pluck().get()).toBe(2);
  });

  test('ends its run in the same transaction', async () => {
    const { storage, token, runId, stageId } = await oneRun();
    commitSegment(
      storage,
      token,
      makeSegment(stageId, 0, 8, {
        columns: [column('train/total', [3, 2, NaN])],
        checkpoint: null,
        ends: [{ runId, outcome: { state: 'diverged', batch: 2, intraDead: null } }],
      }),
    );
    expect(await readRun(storage, runId)).toMatchObject({
      state: 'diverged',
      divergedBatch: 2,
      error: 'the total was not finite in batch 2',
    });
  });

  test('of a writer that is killed in the middle is stored whole or not at all', async () => {
    const storage = await newStorage();
    const size = 3000;
    for (let kill = 1; kill <= 3; kill++) {
      const writer = await child('child-write.ts', storage.file, String(size));
      writer.go();
      expect(await writer.line()).toBe('writing');
      await new Promise((resolve) => setTimeout(resolve, 17 * kill)); // somewhere within the next transactions
      await writer.kill();
      const raw = new Database(storage.file);
      const stage = raw.prepare('SELECT id, batch FROM "Stage" ORDER BY id DESC LIMIT 1').get() as {
        id: number;
        batch: number;
      };
      expect(stage.batch).toBeGreaterThanOrEqual(size);
      expect(stage.batch % size).toBe(0);
      const total = raw
        .prepare(
          `SELECT count(*) AS n, max(batch) AS last FROM "Point"
        WHERE stageId = ? AND metricId = (SELECT id FROM "Metric" WHERE name = 'train/total')`,
        )
        .get(stage.id);
      expect(total).toEqual({ n: stage.batch, last: stage.batch - 1 });
      expect(raw.prepare('SELECT batch FROM "Checkpoint" WHERE stageId = ?').pluck().all(stage.id)).toEqual([
        stage.batch,
      ]);
      expect(raw.prepare('SELECT max(batch) FROM "Artefact" WHERE stageId = ?').pluck().get(stage.id)).toBe(
        stage.batch,
      );
      expect(raw.pragma('integrity_check', { simple: true })).toBe('ok');
      raw.exec('DELETE FROM "Sweep"; DELETE FROM "Run"; DELETE FROM "Stage"');
      raw.close();
    }
  }, 60_000);

  test('is seen whole or not at all by a reader while it is written', async () => {
    const storage = await newStorage();
    const size = 2000;
    const writer = await child('child-write.ts', storage.file, String(size));
    writer.go();
    await writer.line();
    const seen = new Set<number>();
    const read = storage.raw.transaction(() => ({
      batch: storage.prepare('SELECT batch FROM "Stage"').pluck().get() as number,
      points: storage
        .prepare(`SELECT count(*) FROM "Point" WHERE metricId = (SELECT id FROM "Metric" WHERE name = 'train/total')`)
        .pluck()
        .get() as number,
    }));
    while (seen.size < 5) {
      const { batch, points } = read.deferred();
      expect(points).toBe(batch);
      seen.add(batch);
    }
    await writer.kill();
  }, 60_000);
});

describe('recorded per ε', () => {
  test('each run of a shared stage reads its own ε, and what is common once', async () => {
    const storage = await newStorage();
    const token = lease(storage);
    const { tasks } = begin(
      storage,
      token,
      makePlan(
        [
          { beta: 0.2, epsilon: 0.02 },
          { beta: 0.2, epsilon: 0.15 },
        ],
        [1],
      ),
    );
    const [first, second] = tasks.map(({ runId }) => runId) as [number, number];
    const stageId = tasks[0]!.stages[0]!.stageId;
    // Both runs go along one stage, as runs that differ only in ε do until they fork.
    storage.raw.prepare('UPDATE "RunStage" SET stageId = ? WHERE runId = ?').run(stageId, second);
    commitSegment(
      storage,
      token,
      makeSegment(stageId, 0, 2, {
        columns: [
          column('train/crossEntropy', [2, 1]),
          column('train/truncated', [0.3, 0.2], 0, 0.02),
          column('train/truncated', [0.17, 0.07], 0, 0.15),
        ],
      }),
    );
    expect([first, second].map((runId) => readCurve(storage, runId, 'train/truncated').values)).toEqual([
      [0.3, 0.2],
      [0.17, 0.07],
    ]);
    expect([first, second].map((runId) => readCurve(storage, runId, 'train/crossEntropy').values)).toEqual([
      [2, 1],
      [2, 1],
    ]);
    expect(readRunMetrics(storage, [first, second]).get(second)!['train/truncated']).toEqual({
      last: 0.07,
      best: 0.07,
      bestBatch: 1,
    });
    expect((await readRun(storage, second))!.batch).toBe(2);
  });
});

describe('going back to the last checkpoint', () => {
  test('discards what came after it, and the summary with it', async () => {
    const { storage, token, runId, stageId } = await oneRun();
    commitSegment(
      storage,
      token,
      makeSegment(stageId, 0, 10, {
        columns: [column('train/total', [5, 4, 3, 2, 1, 2, 3, 4, 5, 6]), column('val/accuracy', [0.5, 0.9], 9)],
      }),
    );
    commitSegment(
      storage,
      token,
      makeSegment(stageId, 10, 13, {
        columns: [column('train/total', [0.5, 0.25, 0.125], 10), column('val/accuracy', [0.95], 13)],
        checkpoint: null,
      }),
    );
    expect(rewindStage(storage, token, stageId)).toEqual({
      batch: 10,
      file: `${stageId}-10.bin`,
      hash: 'ab',
      size: 10,
    });
    expect(readCurve(storage, runId, 'train/total').values).toEqual([5, 4, 3, 2, 1, 2, 3, 4, 5, 6]);
    // The evaluation at the checkpoint itself stays.
    expect(readCurve(storage, runId, 'val/accuracy')).toEqual({ batches: [9, 10], values: [0.5, 0.9] });
    expect(readArtefact(storage, runId, 'confusion')?.batch).toBe(10);
    expect(readRunMetrics(storage, [runId]).get(runId)).toEqual({
      'train/total': { last: 6, best: 1, bestBatch: 4 },
      'val/accuracy': { last: 0.9, best: 0.9, bestBatch: 10 },
    });
    commitSegment(storage, token, makeSegment(stageId, 10, 13));
    expect((await readRun(storage, runId))!.batch).toBe(13);
  });

  test('without one, or with its file lost, the stage begins again', async () => {
    const { storage, token, runId, stageId } = await oneRun();
    commitSegment(storage, token, makeSegment(stageId, 0, 10));
    expect(rewindStage(storage, token, stageId, { toStart: true })).toBeNull();
    expect(readCurve(storage, runId, 'train/total').batches).toEqual([]);
    expect(await readRun(storage, runId)).toMatchObject({ batch: 0, metrics: {}, artefacts: [] });
    expect(checkpointFiles(storage).size).toBe(0);
    commitSegment(storage, token, makeSegment(stageId, 0, 10, { checkpoint: null }));
    expect(rewindStage(storage, token, stageId)).toBeNull();
    expect(readCurve(storage, runId, 'train/total').batches).toEqual([]);
  });
});
