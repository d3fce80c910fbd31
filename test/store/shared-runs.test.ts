import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { commitSegment } from '../../server/store/training/commit-segment.ts';
import { identifyRuns, type RunTask } from '../../server/store/training/identify-runs.ts';
import type { Lease } from '../../server/store/database/lease.ts';
import { listRuns } from '../../server/store/reading/list-runs.ts';
import { queueAgain } from '../../server/store/sweeps/queue.ts';
import { finishSweep, startSweep } from '../../server/store/training/sweep-turn.ts';
import { queueSweep } from '../../server/store/sweeps/queue-sweep.ts';
import { readArtefact } from '../../server/store/reading/read-artefact.ts';
import { readAudit } from '../../server/store/reading/read-audit.ts';
import { readCurve } from '../../server/store/reading/read-curve.ts';
import { readRun } from '../../server/store/reading/read-run.ts';
import { removeSweep } from '../../server/store/sweeps/remove-sweep.ts';
import { noteAudit } from '../../server/store/training/note-audit.ts';
import { finishRun, startRun } from '../../server/store/training/run-state.ts';
import type { Storage } from '../../server/store/database/storage.ts';
import { begin, identities, lease, makePlan, makeSegment, newStorage, RECORD, request } from './support.ts';

function train(storage: Storage, token: Lease, { runId, stages }: RunTask): void {
  startRun(storage, token, runId, RECORD);
  commitSegment(
    storage,
    token,
    makeSegment(stages[0]!.stageId, 0, 100, { ends: [{ runId, outcome: { state: 'complete', intraDead: false } }] }),
  );
}

const states = (storage: Storage, sweepId: number): string[] =>
  listRuns(storage, sweepId).items.map(({ state }) => state);
const summary = (tasks: RunTask[]): unknown[] =>
  tasks.map(({ runId, arm, seed, state, reused }) => [runId, arm, seed, state, reused]);

describe('a run is what was computed, not who asked for it', () => {
  test('a sweep that overlaps takes over what is complete, and what is not is one run of both', async () => {
    const storage = await newStorage();
    const token = lease(storage);
    const first = begin(storage, token, makePlan([{ beta: 0 }, { beta: 0.2 }], [1, 2], 'first'));
    expect(summary(first.tasks)).toEqual([
      [1, 0, 1, 'waiting', false],
      [2, 1, 1, 'waiting', false],
      [3, 0, 2, 'waiting', false],
      [4, 1, 2, 'waiting', false],
    ]);
    for (const task of first.tasks.slice(0, 3)) train(storage, token, task);
    finishSweep(storage, token, first.sweepId, 'interrupted');

    const second = begin(storage, token, makePlan([{ beta: 0.3 }, { beta: 0.2 }], [1, 2, 3], 'second'));
    expect(summary(second.tasks)).toEqual([
      [5, 0, 1, 'waiting', false],
      [2, 1, 1, 'complete', true],
      [7, 0, 2, 'waiting', false],
      [4, 1, 2, 'waiting', false],
      [9, 0, 3, 'waiting', false],
      [10, 1, 3, 'waiting', false],
    ]);
    expect(second.tasks[1]!.stages).toMatchObject([{ stageId: 2, parentId: null, from: 0, to: 100, batch: 100 }]);
    expect((await readRun(storage, 2))!.sweeps).toEqual([
      { id: 's1', name: 'first', arm: 1, armName: 'β0.2' },
      { id: 's2', name: 'second', arm: 1, armName: 'β0.2' },
    ]);
    train(storage, token, second.tasks[3]!);
    expect(listRuns(storage, first.sweepId).items.map(({ state }) => state)).toEqual([
      'complete',
      'complete',
      'complete',
      'complete',
    ]);
  });

  test('an extended definition trains only what is new', async () => {
    const storage = await newStorage();
    const token = lease(storage);
    const before = begin(storage, token, makePlan([{ beta: 0 }, { beta: 0.2 }], [1, 2]));
    for (const task of before.tasks) train(storage, token, task);
    finishSweep(storage, token, before.sweepId, 'complete');
    const after = begin(storage, token, makePlan([{ beta: 0 }, { beta: 0.1 }, { beta: 0.2 }], [1, 2, 3]));
    expect(after.sweepId).toBe(before.sweepId);
    expect(after.tasks.map(({ arm, seed, state }) => [arm, seed, state])).toEqual([
      [0, 1, 'complete'],
      [1, 1, 'waiting'],
      [2, 1, 'complete'],
      [0, 2, 'complete'],
      [1, 2, 'waiting'],
      [2, 2, 'complete'],
      [0, 3, 'waiting'],
      [1, 3, 'waiting'],
      [2, 3, 'waiting'],
    ]);
    const shorter = begin(storage, token, makePlan([{ beta: 0.2 }], [1], 'unrelated'));
    expect(shorter.tasks.map(({ state }) => state)).toEqual(['complete']);
  });

  test('other data or another engine is another run', async () => {
    const storage = await newStorage();
    const token = lease(storage);
    const { sweepId, tasks } = begin(storage, token, makePlan([{ beta: 0 }], [1]));
    train(storage, token, tasks[0]!);
    const changed = identifyRuns(storage, token, sweepId, identities(storage, sweepId, 'other data'), false);
    expect(summary(changed)).toEqual([[2, 0, 1, 'waiting', false]]);
    expect(readCurve(storage, 2, 'train/total').batches).toEqual([]);
    expect(readCurve(storage, 1, 'train/total').batches).toHaveLength(100);
    expect(
      summary(identifyRuns(storage, token, sweepId, identities(storage, sweepId, 'data', 'tensorflow'), false)),
    ).toEqual([[3, 0, 1, 'waiting', false]]);
    expect(summary(identifyRuns(storage, token, sweepId, identities(storage, sweepId), false))).toEqual([
      [1, 0, 1, 'complete', true],
    ]);
  });

  test('arms that are one computation are one run', async () => {
    const storage = await newStorage();
    const { tasks } = begin(storage, lease(storage), makePlan([{ beta: 0 }, { beta: 0.2, N: 100 }], [1]));
    expect(tasks.map(({ runId }) => runId)).toEqual([1, 1]);
  });

  test('a run that failed or was cancelled in another sweep waits again, attempts left; not with fresh', async () => {
    const storage = await newStorage();
    const token = lease(storage);
    const plan = (name: string) => makePlan([{ beta: 0 }, { beta: 0.2 }, { beta: 0.3 }], [1], name);
    const endBadly = ({ sweepId, tasks }: ReturnType<typeof begin>): void => {
      finishRun(storage, token, tasks[1]!.runId, { state: 'failed', error: 'out of memory' });
      finishSweep(storage, token, sweepId, 'cancelled');
    };
    const first = begin(storage, token, plan('first'));
    train(storage, token, first.tasks[0]!);
    startRun(storage, token, first.tasks[1]!.runId, RECORD);
    endBadly(first);
    expect(states(storage, first.sweepId)).toEqual(['complete', 'failed', 'cancelled']);

    const second = begin(storage, token, plan('second'));
    expect(summary(second.tasks)).toEqual([
      [1, 0, 1, 'complete', true],
      [2, 1, 1, 'waiting', false],
      [3, 2, 1, 'waiting', false],
    ]);
    expect(second.tasks[1]!.attempts).toBe(0);
    expect(listRuns(storage, second.sweepId).items.map(({ error }) => error)).toEqual([null, null, null]);

    endBadly(second);
    const fresh = begin(storage, token, plan('second'), { fresh: true });
    expect(fresh.tasks.map(({ runId, state }) => [runId > 3, state])).toEqual([
      [true, 'waiting'],
      [true, 'waiting'],
      [true, 'waiting'],
    ]);
    expect(states(storage, first.sweepId)).toEqual(['complete', 'failed', 'cancelled']);
  });

  test('fresh trains everything anew; continued, it keeps what it has trained since', async () => {
    const storage = await newStorage();
    const token = lease(storage);
    const plan = makePlan([{ beta: 0 }, { beta: 0.2 }], [1]);
    const old = begin(storage, token, plan);
    for (const task of old.tasks) train(storage, token, task);
    const other = begin(storage, token, makePlan([{ beta: 0 }], [1], 'other'));
    finishSweep(storage, token, old.sweepId, 'complete');
    for (const found of ['g1 differs', 'g2 differs', 'g1 differs']) noteAudit(storage, token, old.sweepId, found);
    expect(readAudit(storage, old.sweepId)).toBe('g1 differs; g2 differs');
    const fresh = begin(storage, token, plan, { fresh: true });
    expect([fresh.sweepId, readAudit(storage, fresh.sweepId)]).toEqual([old.sweepId, null]);
    expect(summary(fresh.tasks)).toEqual([
      [4, 0, 1, 'waiting', false],
      [5, 1, 1, 'waiting', false],
    ]);
    expect(fresh.tasks.map(({ stages }) => stages[0]!.batch)).toEqual([0, 0]);
    train(storage, token, fresh.tasks[0]!);
    finishSweep(storage, token, fresh.sweepId, 'interrupted');
    queueAgain(storage, fresh.sweepId);
    startSweep(storage, token, fresh.sweepId, 'wasm');
    const continued = identifyRuns(storage, token, fresh.sweepId, identities(storage, fresh.sweepId), false);
    expect(summary(continued)).toEqual([
      [4, 0, 1, 'complete', false],
      [5, 1, 1, 'waiting', false],
    ]);
    expect(listRuns(storage, other.sweepId).items.map(({ id, state }) => [id, state])).toEqual([['r1', 'complete']]);
  });
});

describe('removing a sweep', () => {
  test('takes what no other sweep refers to, with its checkpoint files; the rest stays', async () => {
    const storage = await newStorage();
    const token = lease(storage);
    const first = begin(storage, token, makePlan([{ beta: 0 }, { beta: 0.2 }], [1], 'first'));
    for (const task of first.tasks) train(storage, token, task);
    const second = begin(storage, token, makePlan([{ beta: 0.2 }, { beta: 0.3 }], [1], 'second'));
    finishSweep(storage, token, first.sweepId, 'complete');
    finishSweep(storage, token, second.sweepId, 'complete');
    mkdirSync(storage.checkpointFolder);
    const files = ['1-100.bin', '2-100.bin'].map((name) => join(storage.checkpointFolder, name));
    for (const file of files) writeFileSync(file, 'state');

    expect(removeSweep(storage, first.sweepId)).toEqual({ runs: 1, stages: 1, checkpoints: 1 });
    expect(files.map((file) => existsSync(file))).toEqual([false, true]);
    expect(listRuns(storage, second.sweepId).items.map(({ id, state, reused }) => [id, state, reused])).toEqual([
      ['r2', 'complete', true],
      ['r4', 'waiting', false],
    ]);
    expect(readCurve(storage, 2, 'train/total').batches).toHaveLength(100);
    expect(removeSweep(storage, second.sweepId)).toEqual({ runs: 2, stages: 2, checkpoints: 1 });
    for (const table of [
      'Sweep',
      'Arm',
      'Run',
      'SweepRun',
      'Stage',
      'RunStage',
      'Checkpoint',
      'Point',
      'StageMetric',
      'Artefact',
      'Picture',
    ]) {
      expect([table, storage.raw.prepare(`SELECT count(*) FROM "${table}"`).pluck().get()]).toEqual([table, 0]);
    }
    expect(queueSweep(storage, request(makePlan([{}], [1]))).sweepId).toBe(3); // an id is never used twice
  });

  test('takes along the pictures that no other artefact shows; equal ones are stored once', async () => {
    const storage = await newStorage();
    const token = lease(storage);
    const bytes = (...shades: number[]): Uint8Array[] => shades.map((shade) => new Uint8Array(784).fill(shade));
    const trainWith = (name: string, beta: number, pictures: Uint8Array[]): { sweepId: number; runId: number } => {
      const { sweepId, tasks } = begin(storage, token, makePlan([{ beta }], [1], name));
      const [{ runId, stages }] = tasks as [RunTask];
      const artefacts = [
        { batch: 100, name: 'confused', value: { images: pictures.map((_, picture) => ({ picture })) }, pictures },
        { batch: 100, name: 'confusion', value: [[1]] },
      ];
      commitSegment(storage, token, makeSegment(stages[0]!.stageId, 0, 100, { artefacts }));
      finishSweep(storage, token, sweepId, 'complete');
      return { sweepId, runId };
    };
    const count = (): unknown => storage.raw.prepare('SELECT count(*) FROM "Picture"').pluck().get();
    const first = trainWith('first', 0, bytes(1, 2, 2, 3));
    const second = trainWith('second', 0.2, bytes(4, 2));
    expect(count()).toBe(4);
    expect(removeSweep(storage, first.sweepId)).toMatchObject({ runs: 1 });
    expect(count()).toBe(2);
    expect(readArtefact(storage, second.runId, 'confused')).toEqual({
      batch: 100,
      value: { images: [{ picture: 0 }, { picture: 1 }] },
      pictures: bytes(4, 2).map((each) => Buffer.from(each)),
    });
    expect(readArtefact(storage, second.runId, 'confusion')).toEqual({ batch: 100, value: [[1]] });
    removeSweep(storage, second.sweepId);
    expect(count()).toBe(0);
  });

  test('leaves the file of a state that another stage has too', async () => {
    const storage = await newStorage();
    const token = lease(storage);
    const trainTo = (file: string, name: string, fresh = false): number => {
      const { sweepId, tasks } = begin(storage, token, makePlan([{ beta: 0 }], [1], name), { fresh });
      commitSegment(
        storage,
        token,
        makeSegment(tasks[0]!.stages[0]!.stageId, 0, 100, { checkpoint: { batch: 100, file, size: 5, hash: 'ab' } }),
      );
      finishSweep(storage, token, sweepId, 'complete');
      return sweepId;
    };
    const [first, anew] = [trainTo('same.bin', 'first'), trainTo('same.bin', 'anew', true)];
    mkdirSync(storage.checkpointFolder);
    const file = join(storage.checkpointFolder, 'same.bin');
    writeFileSync(file, 'state');
    expect(removeSweep(storage, anew)).toMatchObject({ runs: 1, stages: 1, checkpoints: 0 });
    expect(existsSync(file)).toBe(true);
    expect(removeSweep(storage, first)).toMatchObject({ checkpoints: 1 });
    expect(existsSync(file)).toBe(false);
  });

  test('is refused while it is trained, and never reaches outside of the checkpoint folder', async () => {
    const storage = await newStorage();
    const token = lease(storage);
    const { sweepId, tasks } = begin(storage, token, makePlan([{ beta: 0 }], [1]));
    expect(() => removeSweep(storage, sweepId)).toThrow(`Cannot remove s1: process ${process.pid} on`);
    const outside = join(storage.checkpointFolder, '..', 'precious.txt');
    writeFileSync(outside, 'data');
    commitSegment(
      storage,
      token,
      makeSegment(tasks[0]!.stages[0]!.stageId, 0, 10, {
        checkpoint: { batch: 10, file: '../precious.txt', size: 4, hash: '' },
      }),
    );
    finishSweep(storage, token, sweepId, 'interrupted');
    removeSweep(storage, sweepId);
    expect(existsSync(outside)).toBe(true);
  });
});
