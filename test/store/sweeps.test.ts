import { mkdirSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { UserError } from '../../server/sweep/user-error.ts';
import { cancelSweep, readCancel } from '../../server/store/sweeps/cancel-sweep.ts';
import { findRun, findSweep, runOfId, sweepOfId } from '../../server/store/sweeps/find-sweep.ts';
import { listRuns } from '../../server/store/reading/list-runs.ts';
import { listSweeps } from '../../server/store/reading/list-sweeps.ts';
import { releaseLease } from '../../server/store/database/lease.ts';
import { nextQueuedSweep, queueAgain } from '../../server/store/sweeps/queue.ts';
import { putBack, finishProbe, finishSweep, startSweep } from '../../server/store/training/sweep-turn.ts';
import { queueSweep, queueUnchanged, type SweepRequest } from '../../server/store/sweeps/queue-sweep.ts';
import { onceARevision } from '../../server/store/reading/once-a-revision.ts';
import { readRunMetrics } from '../../server/store/reading/run-metrics.ts';
import { readArms } from '../../server/store/reading/read-arms.ts';
import { readSweep } from '../../server/store/reading/read-sweep.ts';
import { retrySweep } from '../../server/store/sweeps/retry-sweep.ts';
import { finishRun, startRun } from '../../server/store/training/run-state.ts';
import type { Storage } from '../../server/store/database/storage.ts';
import { begin, lease, makePlan, newStorage, RECORD, request, temporaryFolder } from './support.ts';

const arms = [{ beta: 0 }, { beta: 0.2, controlIndex: 0 }];

const runStates = (storage: Storage, sweepId: number): string[] =>
  listRuns(storage, sweepId).items.map(({ state }) => state);

test('a description is read as the definition is, with comments; a sweep that is removed meanwhile is no failure', async () => {
  const storage = await newStorage();
  const definition = '// a comment\n{"description": "What?",}';
  queueSweep(storage, { ...request(makePlan(arms, [1])), definition });
  expect(await readSweep(storage, 1)).toMatchObject({ description: 'What?' });
  expect(readRunMetrics(storage, [99])).toEqual(new Map([[99, {}]]));
  expect(onceARevision(storage, 99, 'anything', () => 7)).toBe(7);
});

describe('queueing', () => {
  test('stores the definition, the plan, every arm and a waiting run for each seed, ordered by seed', async () => {
    const storage = await newStorage();
    const plan = makePlan(arms, [7, 2 ** 52]);
    expect(queueSweep(storage, request(plan))).toEqual({ sweepId: 1, created: true });
    expect(await readSweep(storage, 1)).toMatchObject({
      id: 's1',
      name: 'switch-batch',
      description: 'Does a later switch help?',
      state: 'queued',
      cancelling: false,
      engine: null,
      share: true,
      metric: { name: 'val/accuracy', goal: 'maximize' },
      arms: 2,
      seeds: 2,
      batches: 0,
      batchesTotal: 400,
      folder: '/study',
      definition: request(plan).definition,
      definitionPath: '/study/switch-batch.json',
      planHash: plan.planHash,
      metrics: [],
      secondsLeft: null,
      counts: { waiting: 4, running: 0, complete: 0, failed: 0, diverged: 0, cancelled: 0 },
      plan: {
        seeds: [7, 2 ** 52],
        dropped: plan.dropped,
        folded: 1,
        batches: 300,
        batchesUnshared: 400,
        stages: 5,
        smallestP: { maxT: 0.5, holm: 1 },
      },
    });
    expect(readArms(storage, 1)).toEqual(plan.arms);
    expect(
      listRuns(storage, 1).items.map(({ id, arm, seed, params }) => [
        id,
        arm,
        seed,
        params.beta,
        params.epsilon,
        params.N,
      ]),
    ).toEqual([
      ['r1', 0, 7, 0, null, null],
      ['r2', 1, 7, 0.2, 0.02, 50],
      ['r3', 0, 2 ** 52, 0, null, null],
      ['r4', 1, 2 ** 52, 0.2, 0.02, 50],
    ]);
  });

  test('the same file with the same name continues; another name or place, or no file, is another sweep', async () => {
    const storage = await newStorage();
    const plan = makePlan(arms);
    expect(queueSweep(storage, request(plan)).sweepId).toBe(1);
    expect(queueSweep(storage, request(plan))).toEqual({ sweepId: 1, created: false });
    expect(queueSweep(storage, request(plan, { definitionPath: '/elsewhere.json' })).sweepId).toBe(2);
    expect(
      queueSweep(storage, request(makePlan(arms, [1], 'other'), { definitionPath: '/study/switch-batch.json' }))
        .sweepId,
    ).toBe(3);
    expect(queueSweep(storage, request(plan, { definitionPath: null })).sweepId).toBe(4);
    expect(queueSweep(storage, request(plan, { definitionPath: null })).sweepId).toBe(5);
  });

  test('a confirmation is the same sweep whatever its arm is called by now', async () => {
    const storage = await newStorage();
    const confirm = (name: string, key = 'confirm:s1:ab12') =>
      queueSweep(storage, request(makePlan(arms, [1], name), { definitionPath: key }));
    expect(confirm('study confirm β0.2')).toEqual({ sweepId: 1, created: true });
    expect(confirm('study confirm β0.2 N50')).toEqual({ sweepId: 1, created: false });
    expect((await readSweep(storage, 1))!.name).toBe('study confirm β0.2 N50');
    expect(confirm('study confirm β0.2 N50', 'confirm:s1:cd34')).toEqual({ sweepId: 2, created: true });
  });

  test('a changed definition keeps the runs of the arms that it still has, wherever they now are', async () => {
    const storage = await newStorage();
    queueSweep(storage, request(makePlan([{ beta: 0 }, { beta: 0.2 }, { beta: 0.3 }], [1, 2])));
    queueSweep(storage, request(makePlan([{ beta: 0.1 }, { beta: 0 }, { beta: 0.3 }], [2, 3])));
    expect(listRuns(storage, 1).items.map(({ id, arm, seed, params }) => [id, arm, seed, params.beta])).toEqual([
      ['r7', 0, 2, 0.1],
      ['r4', 1, 2, 0],
      ['r6', 2, 2, 0.3],
      ['r8', 0, 3, 0.1],
      ['r9', 1, 3, 0],
      ['r10', 2, 3, 0.3],
    ]);
    expect(await readSweep(storage, 1)).toMatchObject({ seeds: 2, arms: 3, plan: { seeds: [2, 3] } });
    expect(storage.raw.prepare('SELECT count(*) FROM "Run"').pluck().get()).toBe(6);
  });

  test('an unchanged definition keeps its plan, whatever it would be planned as now; not with fresh', async () => {
    const storage = await newStorage();
    const text = { definition: '{"name":"switch-batch"}' };
    const [old, now] = [makePlan([{ beta: 0 }, { beta: 0.2 }]), makePlan([{ beta: 0 }, { beta: 0.3 }], [1, 2, 3])];
    queueSweep(storage, request(old, text));
    const kept = (): unknown => [
      storage.raw.prepare('SELECT planHash FROM "Sweep"').pluck().get(),
      listRuns(storage, 1).items.map(({ id, arm, seed }) => [id, arm, seed]),
    ];
    const before = kept();
    expect(queueSweep(storage, request(now, text))).toEqual({ sweepId: 1, created: false });
    expect(queueUnchanged(storage, request(now, text))).toBe(1);
    expect(kept()).toEqual(before);
    expect(queueUnchanged(storage, request(now, { definition: '{"name": "switch-batch"}' }))).toBeNull();
    expect(queueUnchanged(storage, request(now, { ...text, definitionPath: '/else.json' }))).toBeNull();
    expect(queueUnchanged(storage, request(now, { ...text, definitionPath: null }))).toBeNull();

    queueSweep(storage, request(now, { ...text, fresh: true }));
    expect(await readSweep(storage, 1)).toMatchObject({ planHash: now.planHash, seeds: 3 });
    queueAgain(storage, 1, { plan: old });
    expect(await readSweep(storage, 1)).toMatchObject({ planHash: now.planHash });
    queueAgain(storage, 1, { fresh: true, plan: old });
    expect(await readSweep(storage, 1)).toMatchObject({ planHash: old.planHash, seeds: 2 });
  });

  test('a definition by way of a linked folder is the same sweep; from another folder it is another one', async () => {
    const storage = await newStorage();
    const folder = realpathSync(temporaryFolder());
    mkdirSync(join(folder, 'study'));
    mkdirSync(join(folder, 'other'));
    writeFileSync(join(folder, 'study', 'x.json'), '{}');
    symlinkSync(join(folder, 'study'), join(folder, 'link'));
    symlinkSync(join(folder, 'study', 'x.json'), join(folder, 'other', 'x.json'));
    const plan = makePlan(arms, [1], 'x');
    const queue = (name: string): number =>
      queueSweep(storage, request(plan, { definitionPath: join(folder, name, 'x.json'), folder: join(folder, name) }))
        .sweepId;
    expect([queue('link'), queue('study')]).toEqual([1, 1]);
    // Its relative paths start elsewhere: other data.
    expect(queue('other')).toBe(2);
    expect(queue('study')).toBe(1);
    const found = (name: string): Promise<number> => findSweep(storage, join(folder, name, 'x.json'));
    expect([await found('study'), await found('link'), await found('other')]).toEqual([1, 1, 2]);
  });

  test('a sweep that is being trained cannot be changed, only asked for again', async () => {
    const storage = await newStorage();
    const token = lease(storage);
    begin(storage, token, makePlan(arms));
    expect(queueSweep(storage, request(makePlan(arms)))).toEqual({ sweepId: 1, created: false });
    expect(() => queueSweep(storage, request(makePlan(arms, [1, 2, 3])))).toThrow(
      'Cannot queue sweep "switch-batch": s1 is being trained',
    );
    expect(runStates(storage, 1)).toEqual(['waiting', 'waiting', 'waiting', 'waiting']);
    expect((await readSweep(storage, 1))!.state).toBe('running');
    releaseLease(storage, token);
    queueSweep(storage, request(makePlan(arms, [1, 2, 3])));
    // The sweep keeps the engine that it started with.
    expect(await readSweep(storage, 1)).toMatchObject({ state: 'queued', engine: 'wasm', seeds: 3 });
  });

  test('on a named engine it is not bound to that one before it has started', async () => {
    const storage = await newStorage();
    const token = lease(storage);
    const plan = makePlan(arms);
    const engine = async (): Promise<string | null> => (await readSweep(storage, 1))!.engine;
    const failToStart = (): void => finishSweep(storage, token, 1, 'interrupted', 'Cannot open the tensorflow engine');
    queueSweep(storage, request(plan, { engine: 'tensorflow' }));
    queueSweep(storage, request(plan));
    queueAgain(storage, 1);
    expect(await engine()).toBe('tensorflow'); // somebody waits for it

    failToStart();
    queueAgain(storage, 1);
    expect(await engine()).toBe('tensorflow');
    failToStart();
    queueSweep(storage, request(plan));
    expect(await engine()).toBeNull();
    queueAgain(storage, 1, { engine: 'webgpu' });
    expect(await engine()).toBe('webgpu');
    failToStart();
    queueAgain(storage, 1, { engine: null });
    expect(await engine()).toBeNull();

    startSweep(storage, token, 1, 'wasm');
    expect(() => queueAgain(storage, 1, { engine: 'webgpu' })).toThrow(
      'Cannot train s1 on webgpu: it was started on wasm',
    );
    finishSweep(storage, token, 1, 'interrupted', 'there is no such file'); // its data: nothing was trained
    queueAgain(storage, 1, { engine: 'webgpu' });
    expect(await engine()).toBe('webgpu');
    queueAgain(storage, 1, { engine: null });

    begin(storage, token, plan);
    finishSweep(storage, token, 1, 'interrupted');
    for (const again of [
      () => queueSweep(storage, request(plan, { engine: 'webgpu' })),
      () => queueAgain(storage, 1, { engine: 'webgpu' }),
      () => retrySweep(storage, 1, { engine: 'webgpu' }),
    ]) {
      expect(again).toThrow('Cannot train s1 on webgpu: it was started on wasm');
    }
    releaseLease(storage, token);
    queueSweep(storage, request(plan, { engine: 'webgpu', fresh: true }));
    expect(await engine()).toBe('wasm'); // until it starts
  });

  test('what is unshared stays so, whoever asks for it again; fresh begins as it is asked', async () => {
    const storage = await newStorage();
    let token = lease(storage);
    const plan = makePlan(arms);
    const sharesAfter = async (change: Partial<SweepRequest>): Promise<boolean> => {
      const { sweepId } = queueSweep(storage, request(plan, change));
      return (await readSweep(storage, sweepId))!.share;
    };
    const probe = { probeSeeds: 2 };
    expect(await sharesAfter({ share: false })).toBe(false);
    expect([await sharesAfter({}), await sharesAfter(probe)]).toEqual([false, false]);
    startSweep(storage, token, 1, 'wasm');
    expect([await sharesAfter({}), await sharesAfter(probe)]).toEqual([false, false]);
    finishSweep(storage, token, 1, 'interrupted');
    expect([await sharesAfter(probe), await sharesAfter({})]).toEqual([false, false]);
    releaseLease(storage, token);
    queueAgain(storage, 1, { fresh: true });
    expect((await readSweep(storage, 1))!.share).toBe(true);
    expect([await sharesAfter({ share: false }), await sharesAfter({ fresh: true })]).toEqual([false, true]);

    // While all of it is trained that cannot be changed; what is only probed so far can.
    token = lease(storage);
    startSweep(storage, token, 1, 'wasm');
    expect(await sharesAfter({ share: false })).toBe(true);
    finishSweep(storage, token, 1, 'interrupted');
    queueSweep(storage, request(plan, probe));
    startSweep(storage, token, 1, 'wasm');
    expect(await sharesAfter({ share: false })).toBe(false);
  });

  test('to be trained anew is refused beside another process, and nothing changes', async () => {
    const storage = await newStorage();
    const token = lease(storage);
    const plan = makePlan(arms);
    begin(storage, token, plan);
    finishSweep(storage, token, 1, 'complete');
    const before = await listSweeps(storage);
    const holder = `process ${process.pid} on ${hostname()}`;
    const refused = `anew: ${holder} trains on this database; wait until it is done, or stop it`;
    expect(() => queueSweep(storage, request(plan, { fresh: true }))).toThrow(
      `Cannot train sweep "switch-batch" ${refused}`,
    );
    expect(() => queueSweep(storage, request(makePlan(arms, [1], 'other'), { fresh: true }))).toThrow(
      `Cannot train sweep "other" ${refused}`,
    );
    expect(() => queueAgain(storage, 1, { fresh: true })).toThrow(`Cannot train s1 ${refused}`);
    expect(await listSweeps(storage)).toEqual(before);
    releaseLease(storage, token);
    expect(queueAgain(storage, 1, { fresh: true })).toBe(true);
  });

  test('of 10,000 arms and 6 seeds is quick enough to be one transaction', async () => {
    const storage = await newStorage();
    const plan = makePlan(
      Array.from({ length: 10_000 }, (_, i) => ({ beta: 0.1 + i / 1e6 })),
      [1, 2, 3, 4, 5, 6],
    );
    const { sweepId } = queueSweep(storage, request(plan));
    expect((await readSweep(storage, sweepId))!.counts.waiting).toBe(60_000);
    expect(listRuns(storage, sweepId, { sort: 'beta', descending: true, limit: 2 })).toMatchObject({
      total: 60_000,
      items: [
        { arm: 9999, seed: 1 },
        { arm: 9999, seed: 2 },
      ],
    });
  }, 30_000);
});

describe('the queue', () => {
  test('is taken in order, the oldest first; what is asked for again keeps its place', async () => {
    const storage = await newStorage();
    const token = lease(storage);
    const queue = (name: string, at: number): number =>
      queueSweep(storage, request(makePlan(arms, [1], name)), at).sweepId;
    expect(nextQueuedSweep(storage)).toBeNull();
    expect([queue('a', 10), queue('b', 20), queue('a', 30)]).toEqual([1, 2, 1]);
    expect(nextQueuedSweep(storage)).toBe(1);
    expect(startSweep(storage, token, 1, 'wasm')).toBe(true);
    expect(startSweep(storage, token, 1, 'wasm')).toBe(false);
    expect(nextQueuedSweep(storage)).toBe(2);
    expect(queueAgain(storage, 1)).toBe(false);
    finishSweep(storage, token, 1, 'interrupted');
    expect(queueAgain(storage, 1, { now: 40 })).toBe(true);
    expect(nextQueuedSweep(storage)).toBe(2);
  });

  test('a sweep asked for as a whole while it is probed is queued when the probe ends, or is cancelled', async () => {
    const storage = await newStorage();
    const token = lease(storage);
    const plan = makePlan(arms);
    const probe = (): number => {
      const { sweepId } = queueSweep(storage, request(plan, { probeSeeds: 2 }), 10);
      startSweep(storage, token, sweepId, 'wasm');
      return sweepId;
    };
    const sweepId = probe();
    expect(queueSweep(storage, request(plan, { probeSeeds: 2 }))).toEqual({ sweepId, created: false });
    expect(finishProbe(storage, token, sweepId)).toBe('interrupted');

    probe();
    const other = queueSweep(storage, request(makePlan(arms, [1], 'other')), 20).sweepId;
    expect(() => queueSweep(storage, request(plan, { engine: 'tensorflow' }))).toThrow(/it was started on wasm/);
    expect(() => queueAgain(storage, sweepId, { fresh: true })).toThrow('Cannot train s1 anew');
    expect(finishProbe(storage, token, sweepId)).toBe('interrupted');

    for (const ask of [() => queueSweep(storage, request(plan)), () => queueAgain(storage, sweepId)]) {
      probe();
      ask();
      expect(finishProbe(storage, token, sweepId, 30)).toBe('queued');
      expect(nextQueuedSweep(storage)).toBe(other);
      expect(await readSweep(storage, sweepId)).toMatchObject({ state: 'queued', probeSeeds: null });
      startSweep(storage, token, sweepId, 'wasm');
      finishSweep(storage, token, sweepId, 'interrupted');
    }

    probe();
    queueSweep(storage, request(plan));
    cancelSweep(storage, sweepId);
    expect(finishProbe(storage, token, sweepId)).toBe('cancelled');
  });

  test('what is put back is where it was; a cancel goes before that', async () => {
    const storage = await newStorage();
    const token = lease(storage);
    const queue = (name: string, at: number, change: Partial<SweepRequest> = {}): number =>
      queueSweep(storage, request(makePlan(arms, [1], name), change), at).sweepId;
    const [first, second] = [queue('first', 10, { probeSeeds: 1 }), queue('second', 20)];
    startSweep(storage, token, first, 'wasm');
    expect(putBack(storage, token, first)).toBe('queued');
    expect(nextQueuedSweep(storage)).toBe(first);
    expect(await readSweep(storage, first)).toMatchObject({ state: 'queued', probeSeeds: 1, finishedAt: null });

    startSweep(storage, token, first, 'wasm');
    expect(cancelSweep(storage, first)).toBe('requested');
    expect(putBack(storage, token, first)).toBe('cancelled');
    expect(cancelSweep(storage, second)).toBe('cancelled'); // at once: nobody had begun it
    putBack(storage, token, second);
    expect(nextQueuedSweep(storage)).toBeNull();
  });

  test('a sweep that starts again tries its failed and cancelled runs again', async () => {
    const storage = await newStorage();
    const token = lease(storage);
    const { sweepId, tasks } = begin(storage, token, makePlan(arms));
    const [a, b, c] = tasks.map(({ runId }) => runId) as [number, number, number];
    for (const runId of [a, b, c]) startRun(storage, token, runId, RECORD);
    finishRun(storage, token, a, { state: 'complete', intraDead: null });
    finishRun(storage, token, b, { state: 'failed', error: 'out of memory' });
    expect(listRuns(storage, sweepId, { states: ['failed'] })).toMatchObject({
      total: 1,
      items: [{ id: 'r2', error: 'out of memory' }],
    });
    finishSweep(storage, token, sweepId, 'cancelled');
    expect(runStates(storage, sweepId)).toEqual(['complete', 'failed', 'cancelled', 'cancelled']);
    begin(storage, token, makePlan(arms));
    expect(runStates(storage, sweepId)).toEqual(['complete', 'waiting', 'waiting', 'waiting']);
  });

  test('says why a sweep itself could not go on', async () => {
    const storage = await newStorage();
    const token = lease(storage);
    const { sweepId } = begin(storage, token, makePlan(arms));
    finishSweep(storage, token, sweepId, 'interrupted', 'Cannot read data set "idx": no such file');
    expect(await readSweep(storage, sweepId)).toMatchObject({
      state: 'interrupted',
      error: 'Cannot read data set "idx": no such file',
    });
  });

  test('the time left is estimated from what was trained since the sweep last started', async () => {
    const storage = await newStorage();
    const token = lease(storage);
    const { sweepId, tasks } = begin(storage, token, makePlan(arms, [1]));
    storage.raw.prepare('UPDATE "Sweep" SET resumedAt = 1000000').run();
    expect((await readSweep(storage, sweepId))!.secondsLeft).toBeNull();
    storage.raw.prepare('UPDATE "Run" SET batch = 50 WHERE id = ?').run(tasks[0]!.runId);
    expect((await readSweep(storage, sweepId, 1_010_000))!.secondsLeft).toBe(30); // 50 of 200 batches in 10 s
    storage.raw.prepare('UPDATE "Sweep" SET probeSeeds = 1').run();
    expect((await readSweep(storage, sweepId, 1_010_000))!.secondsLeft).toBeNull();
  });
});

describe('cancelling', () => {
  test('asks the process that trains it; a queued or abandoned sweep is cancelled at once', async () => {
    const storage = await newStorage();
    const token = lease(storage);
    const { sweepId, tasks } = begin(storage, token, makePlan(arms));
    const queued = queueSweep(storage, request(makePlan([{ beta: 0 }, { beta: 0.9 }], [1], 'queued'))).sweepId;
    expect(readCancel(storage, sweepId)).toBe(null);
    expect(cancelSweep(storage, sweepId)).toBe('requested');
    expect(readCancel(storage, sweepId)).toBe('cancel');
    expect(await readSweep(storage, sweepId)).toMatchObject({ state: 'running', cancelling: true });
    expect(cancelSweep(storage, queued)).toBe('cancelled');
    expect(nextQueuedSweep(storage)).toBeNull();
    startRun(storage, token, tasks[0]!.runId, RECORD);
    releaseLease(storage, token);
    expect(cancelSweep(storage, sweepId)).toBe('cancelled');
    expect(runStates(storage, sweepId)).toEqual(['cancelled', 'cancelled', 'cancelled', 'cancelled']);
    expect(cancelSweep(storage, sweepId)).toBe('ended');
  });

  test('leaves alone what another queued sweep asks for too', async () => {
    const storage = await newStorage();
    const token = lease(storage);
    const first = begin(storage, token, makePlan([{ beta: 0 }, { beta: 0.2 }], [1], 'first'));
    finishSweep(storage, token, first.sweepId, 'interrupted');
    const second = begin(storage, token, makePlan([{ beta: 0 }, { beta: 0.3 }], [1], 'second'));
    queueAgain(storage, first.sweepId);
    finishSweep(storage, token, second.sweepId, 'cancelled');
    expect(runStates(storage, second.sweepId)).toEqual(['waiting', 'cancelled']);
    expect(runStates(storage, first.sweepId)).toEqual(['waiting', 'waiting']);
  });
});

test('retry: the failed runs wait again and the sweep is queued; while it is trained that is refused', async () => {
  const storage = await newStorage();
  const token = lease(storage);
  const { sweepId, tasks } = begin(storage, token, makePlan(arms, [1]));
  expect(() => retrySweep(storage, sweepId)).toThrow(UserError);
  startRun(storage, token, tasks[1]!.runId, RECORD);
  finishRun(storage, token, tasks[1]!.runId, { state: 'failed', error: 'x' });
  finishSweep(storage, token, sweepId, 'complete');
  expect(retrySweep(storage, sweepId)).toBe(1);
  expect(runStates(storage, sweepId)).toEqual(['waiting', 'waiting']);
  expect(nextQueuedSweep(storage)).toBe(sweepId);
  finishSweep(storage, token, sweepId, 'complete');
  expect(retrySweep(storage, sweepId)).toBe(0);
  expect(nextQueuedSweep(storage)).toBeNull();
});

test('SWEEP is an id, latest, a unique name or a path; anything else is said with what there is', async () => {
  const storage = await newStorage();
  await expect(findSweep(storage, 'latest')).rejects.toThrow('it holds no sweeps yet');
  queueSweep(storage, request(makePlan(arms, [1], 'beta')));
  queueSweep(storage, request(makePlan(arms, [1], 'twice')));
  queueSweep(storage, request(makePlan(arms, [1], 'twice'), { definitionPath: '/other/twice.json' }));
  queueSweep(storage, request(makePlan(arms, [1], 's2'), { definitionPath: '/odd.json' }));
  const find = (argument: string): Promise<number> => findSweep(storage, argument);
  expect(
    await Promise.all(['s3', 's2', 'latest', 'beta', '/other/twice.json', '/other/../odd.json'].map(find)),
  ).toEqual([3, 2, 4, 1, 3, 4]);
  queueSweep(storage, request(makePlan(arms, [1], 'renamed'), { definitionPath: '/odd.json' }));
  expect(await find('/odd.json')).toBe(5);
  await expect(find('twice')).rejects.toThrow(
    'Cannot tell which sweep "twice" is: found s2, s3; wanted one of these ids',
  );
  await expect(find('s9')).rejects.toThrow(
    `Cannot find sweep "s9" in ${storage.file}: ` +
      'the newest are s5 (renamed), s4 (s2), s3 (twice), s2 (twice), s1 (beta); wanted an id',
  );
  await expect(find(`'; DROP TABLE "Sweep"; --`)).rejects.toThrow(UserError);
  expect(
    await Promise.all(['s1', 's9', 'beta', '1', 's01', 'S1', 's1e3'].map((text) => sweepOfId(storage, text))),
  ).toEqual([1, null, null, null, null, null, null]);
  expect(await Promise.all(['r1', 'r99', 's1', '1'].map((text) => runOfId(storage, text)))).toEqual([
    1,
    null,
    null,
    null,
  ]);
  expect(await findRun(storage, 'r2')).toBe(2);
  await expect(findRun(storage, 'r99')).rejects.toThrow('Cannot find run "r99"');
});

test('sweeps are listed newest first, a page at a time', async () => {
  const storage = await newStorage();
  for (const name of ['a', 'b', 'c']) queueSweep(storage, request(makePlan(arms, [1], name)));
  const names = async (options?: { offset?: number; limit?: number }): Promise<unknown> => {
    const { items, total } = await listSweeps(storage, options);
    return [total, ...items.map(({ name }) => name)];
  };
  expect(await names()).toEqual([3, 'c', 'b', 'a']);
  expect(await names({ offset: 1, limit: 1 })).toEqual([3, 'b']);
  expect(await readSweep(storage, 99)).toBeNull();
});
