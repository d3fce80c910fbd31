import { mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, inject, test } from 'vitest';
import { storeCheckpoint } from '../../server/runner/checkpoints/checkpoint-files.ts';
import { sentBytes } from './sent-bytes.ts';
import { RecentCheckpoints } from '../../server/runner/checkpoints/recent-checkpoints.ts';
import { apartNext, sameAsTrunk } from '../../server/runner/loops/take-from-trunk.ts';
import { trunkBeside } from '../../server/runner/order/trunk-beside.ts';
import { commitSegment, type SegmentRows } from '../../server/store/training/commit-segment.ts';
import {
  identifyRuns,
  readTasks,
  type RunIdentity,
  type RunTask,
  type StageTask,
} from '../../server/store/training/identify-runs.ts';
import { readArms } from '../../server/store/reading/read-arms.ts';
import { rewindStage } from '../../server/store/training/rewind-stage.ts';
import { startRun } from '../../server/store/training/run-state.ts';
import { passingKey } from '../../server/store/training/split-stage.ts';
import type { Storage } from '../../server/store/database/storage.ts';
import type { Lease } from '../../server/store/database/lease.ts';
import type { Arm } from '../../server/sweep/arm.ts';
import { begin, identities, lease, makePlan, makeSegment, newStorage, RECORD } from '../store/support.ts';
import { cosweepHere, cosweepJson, start } from '../helpers/cosweep.ts';
import { inProcess } from '../helpers/in-process.ts';
import { ask, countRuns, snapshot } from './snapshot.ts';
import { BATCHES, definition, runArgs, temporaryFolder, type Study } from './study.ts';
import { copyDatabase, type Summary } from './undisturbed.ts';

/** An ε of 1.9 is above any L2 of distances by cosine that are near their centers. */
interface Phase {
  epsilon: number[];
  truncation?: string;
}

function write(folder: string, name: string, study: Study, { epsilon, truncation = 'batch' }: Phase): string {
  const whole = definition({ small: true, ...study, name }) as { parameters: object };
  const file = join(folder, `${name}.json`);
  writeFileSync(
    file,
    JSON.stringify({
      ...whole,
      loss: { truncation },
      parameters: { ...whole.parameters, epsilon: { values: epsilon } },
    }),
  );
  return file;
}

/** As users do, without the option that other tests keep every checkpoint with. */
function train(file: string, db: string, ...more: string[]): Promise<Summary> {
  return cosweepJson<Summary>(['run', file, '--engine', 'wasm', '--workers', '1', ...more], { db });
}

const taken = (db: string): number => ask(db, 'SELECT sum(taken) FROM "Stage"');

describe('a sweep whose ε no test passes', () => {
  test('is its control: another sweep takes all of it from there, with the bits of training it', async () => {
    const folder = temporaryFolder();
    const db = join(folder, 'study.db');
    // Without --keep-checkpoints: of the trunk the state at its very end is left.
    const control = write(folder, 'control', { beta: [0.3], N: [40, 80], seeds: 1 }, { epsilon: [0.02] });
    await train(control, db);

    const dead = write(folder, 'dead', { beta: [0.3, 0.4], N: [40, 80], seeds: 1 }, { epsilon: [1.8, 1.9] });
    const summary = await train(dead, db, '--workers', '2');
    expect(summary).toMatchObject({
      state: 'complete',
      runs: { complete: 9, reused: 1 },
      batchesTrained: 0,
      batchesTaken: 2 * (80 + 40),
    }); // both ε at once
    expect(taken(db)).toBe(summary.batchesTaken);
    expect(
      ask<number>(
        db,
        'SELECT count(*) FROM "Stage" WHERE taken > 0 AND takenSeconds > 0 AND abs(takenSeconds - trainingSeconds - evaluationSeconds) < 1e-9',
      ),
    ).toBe(4);
    await train(dead, join(folder, 'alone.db'), '--no-share');
    const [shared, alone] = [await snapshot(db, 'dead'), await snapshot(join(folder, 'alone.db'), 'dead')];
    for (const [name, { curves, artefacts, metrics, state, checkpoints }] of Object.entries(alone)) {
      expect({ name, ...shared[name], checkpoints: {} }).toEqual({
        name,
        curves,
        artefacts,
        metrics,
        state,
        checkpoints: {},
      });
      expect(shared[name]!.checkpoints[BATCHES]).toBe(checkpoints[BATCHES]);
    }
    const dying = ask<number>(
      db,
      `SELECT count(*) FROM "Run" WHERE intraDead AND device IS NOT NULL AND startedAt IS NOT NULL AND classes IS NOT NULL`,
    );
    expect(dying).toBe(8);
  });

  test('is taken from a control that has only just been trained', async () => {
    const folder = temporaryFolder();
    const file = write(folder, 'single', { beta: [0.3], N: [40], seeds: 2 }, { epsilon: [1.9] });
    const summary = await train(file, join(folder, 'study.db'));
    expect(summary).toMatchObject({ state: 'complete', batchesTrained: 2 * BATCHES, batchesTaken: 2 * 80 });
  });

  test('is set apart from the ε that a test passes without training them together', async () => {
    const folder = temporaryFolder();
    const db = join(folder, 'study.db');
    const file = write(folder, 'apart', { beta: [0.3, 0.4], N: [40], seeds: 1 }, { epsilon: [0.02, 1.8, 1.9] });
    const summary = await train(file, db);
    expect(summary).toMatchObject({ state: 'complete', batchesTrained: BATCHES + 2 * 80, batchesTaken: 2 * 80 });
    // Each run has begun twice: with the trunk, and where it is on its own or its trunk's.
    expect(ask<number>(db, 'SELECT max(attempts) FROM "Run"')).toBe(2);
    expect(ask<number>(db, 'SELECT count(*) FROM "Stage" WHERE batch < toBatch')).toBe(0);
  });

  test('is trained where every sample is tested by itself', async () => {
    const folder = temporaryFolder();
    const db = join(folder, 'study.db');
    const file = write(folder, 'samples', { beta: [0.3], N: [80], seeds: 1 }, { epsilon: [1.9], truncation: 'sample' });
    const { batchesTrained } = await cosweepJson<Summary>(runArgs(file), { db });
    expect([batchesTrained, taken(db)]).toEqual([BATCHES + 40, 0]);
  });

  test('counts nothing twice when it is killed and continued', async () => {
    const folder = temporaryFolder();
    const [db, whole] = [join(folder, 'study.db'), join(folder, 'whole.db')];
    const file = write(folder, 'killed', { beta: [0.3, 0.4], N: [0, 40, 80], seeds: 2 }, { epsilon: [0.3, 1.9] });
    await cosweepJson<Summary>(runArgs(file), { db: whole });
    for (let complete = 0; complete < 20; complete += 4) {
      const run = start(runArgs(file), { db });
      await run.until('more was complete', () => countRuns(db, 'complete') > complete);
      run.signal('SIGKILL');
      await run.ended;
    }
    expect(await cosweepJson<Summary>(runArgs(file), { db })).toMatchObject({
      state: 'complete',
      runs: { complete: 26 },
    });
    expect(await snapshot(db)).toEqual(await snapshot(whole));
    expect(taken(whole)).toBeGreaterThan(0);
  });
});

describe('what was trained before is taken as far as it is the same computation', () => {
  type Sweep = Study & Phase;
  const one = { beta: [0.3], seeds: 1 };
  const trained = new Map<string, string>();

  /** Several tests begin with the same sweep: it is trained for the first of them. */
  async function copyOfTrained(sweep: Sweep, db: string, file: string): Promise<void> {
    const key = JSON.stringify(sweep);
    if (!trained.has(key)) {
      const own = mkdtempSync(join(inject('sharedFolder'), 'before-'));
      await train(write(own, 'before', sweep, sweep), join(own, 'study.db'));
      trained.set(key, join(own, 'study.db'));
    }
    copyDatabase(trained.get(key)!, db, file);
  }

  test.each<{ what: string; first: Sweep; options?: string[]; then: Sweep; damage?: boolean; batches: number }>([
    {
      what: 'the trunk was cut at other batches, and what leads to a new switch is not trained',
      first: { ...one, N: [40], epsilon: [0.02] },
      then: { ...one, N: [40, 60], epsilon: [1.9] },
      batches: 80 + 60,
    },
    {
      what: 'stages of the trunk overlap',
      first: { ...one, N: [30], epsilon: [0.02] },
      then: { ...one, N: [20, 50], epsilon: [0.02, 1.9] },
      batches: 100 + 70,
    },
    {
      what: 'the trunk was trained anew, and is of the newest edition',
      first: { ...one, N: [40], epsilon: [0.02] },
      options: ['--fresh'],
      then: { ...one, beta: [0.3, 0.4], N: [40], epsilon: [1.9] },
      batches: 80 + 80,
    },
    {
      what: 'the state at the end of the trunk is damaged',
      first: { ...one, N: [40], epsilon: [0.02] },
      then: { ...one, N: [40], epsilon: [1.9] },
      damage: true,
      batches: 0,
    },
  ])('$what', async ({ first, options = [], then, damage, batches }) => {
    const folder = temporaryFolder();
    const [db, alone] = [join(folder, 'study.db'), join(folder, 'alone.db')];
    const before = write(folder, 'before', first, first);
    await copyOfTrained(first, db, before);
    if (options.length > 0) await train(before, db, ...options);
    const checkpoints = readdirSync(`${db}.checkpoints`).filter((name) => name !== 'owner');
    if (damage) for (const name of checkpoints) writeFileSync(join(`${db}.checkpoints`, name), 'damaged');
    const after = write(folder, 'after', then, then);
    expect(await train(after, db, '--workers', '2')).toMatchObject({ state: 'complete', batchesTaken: batches });
    expect(taken(db)).toBe(batches);
    await train(after, alone, '--no-share');
    const [shared, unshared] = [await snapshot(db, 'after'), await snapshot(alone, 'after')];
    for (const [name, { curves, artefacts, metrics, state, checkpoints }] of Object.entries(unshared)) {
      expect({ name, ...shared[name], checkpoints: {} }).toEqual({
        name,
        curves,
        artefacts,
        metrics,
        state,
        checkpoints: {},
      });
      expect(shared[name]!.checkpoints[BATCHES]).toBe(checkpoints[BATCHES]);
    }
    const last = (await cosweepHere<{ run: string }[]>(['runs', 'after'], { db })).at(-1)!;
    const { code, stderr } = await inProcess(['--db', db, 'weights', last.run, '--out', join(folder, 'model')], folder);
    expect(code, stderr).toBe(0);
  });
});

describe('what a stage has in common with its trunk', () => {
  const [switchAt, cut, end] = [50, 80, 100];

  /** A control [0, 100) cut at 50 and 80, both trained, and an arm that forks at 50 with ε = 0.3 and β = 0.1. */
  async function make(changes: Partial<Record<'middle' | 'last', Partial<SegmentRows>>> = {}): Promise<{
    storage: Storage;
    token: Lease;
    fork: RunTask;
    take: () => ReturnType<typeof sameAsTrunk>;
    apart: (epsilons: number[]) => number[][] | null;
  }> {
    const storage = await newStorage();
    const token = lease(storage);
    const { sweepId } = begin(
      storage,
      token,
      makePlan([{ beta: 0.1, epsilon: 0.3 }, {}, { beta: 0.1, epsilon: 0.3, N: cut }], [1]),
    );
    const whole = identities(storage, sweepId, 'cut');
    const params = whole[1]!.stages[0]!.params;
    const [first, middle, last] = [
      { key: 'first', from: 0, to: switchAt, params },
      { key: 'middle', from: switchAt, to: cut, params },
      { key: 'last', from: cut, to: end, params },
    ];
    const own = (run: RunIdentity, from: number): RunIdentity['stages'][number] => ({
      ...run.stages[0]!,
      key: passingKey(),
      from,
      to: end,
    });
    const stages = [
      [first!, own(whole[0]!, switchAt)],
      [first!, middle!, last!],
      [first!, middle!, own(whole[2]!, cut)],
    ];
    const [fork, control] = identifyRuns(
      storage,
      token,
      sweepId,
      whole.map((run, i) => ({ ...run, key: `run ${i}`, stages: stages[i]! })),
      false,
    ) as [RunTask, RunTask];
    startRun(storage, token, control.runId, RECORD);
    for (const [i, { stageId, from, to }] of control.stages.entries()) {
      const checkpoint = await storeCheckpoint(storage.checkpointFolder, sentBytes(to, Uint8Array.of(to)), () => {});
      commitSegment(storage, token, {
        ...makeSegment(stageId, from, to),
        checkpoint,
        ...measured(from, to),
        ...[{}, changes.middle, changes.last][i],
      });
    }
    const look = (): { run: RunTask; arm: Arm; trunk: StageTask[] } => {
      const [arms, tasks] = [readArms(storage, sweepId), readTasks(storage, sweepId)];
      const [run] = tasks as [RunTask];
      return { run, arm: arms[0]!, trunk: trunkBeside(arms, tasks)(run, run.stages.at(-1)!) };
    };
    const take = (): ReturnType<typeof sameAsTrunk> => {
      const { run, arm, trunk } = look();
      return sameAsTrunk(
        storage,
        new RecentCheckpoints(storage.checkpointFolder),
        { stage: run.stages.at(-1)!, runs: [run] },
        arm,
        trunk,
      );
    };
    const apart = (epsilons: number[]): number[][] | null => {
      const { run, arm, trunk } = look();
      const members = epsilons.map((epsilon) => ({ runId: run.runId, epsilon }));
      return apartNext(storage, { stage: { ...run.stages.at(-1)!, members }, runs: [run] }, arm, trunk);
    };
    return { storage, token, fork, take, apart };
  }

  /** @param means L2, by batch */
  function measured(
    from: number,
    to: number,
    means: Record<number, number> = {},
    gradients: Record<number, number> = {},
  ): Pick<SegmentRows, 'columns'> {
    const batches = Array.from({ length: to - from }, (_, i) => from + i);
    const column = (metric: string, values: (batch: number) => number) => ({
      metric,
      epsilon: null,
      batches,
      values: batches.map(values),
    });
    return {
      columns: [
        column('train/beta', () => 0),
        column('train/total', (t) => Math.fround(10 / (t + 1))),
        column('train/intraClass', (t) => means[t] ?? Math.fround(0.3)),
        column('train/gradient/intraClass', (t) => gradients[t] ?? 0.5),
        { metric: 'val/accuracy', epsilon: null, batches: [to], values: [to / 128] },
      ],
    };
  }

  test('is the rest of the run where L2 is at most ε in every batch, as the run would have recorded it', async () => {
    const { take } = await make();
    const stretch = (await take())!;
    expect([stretch.from, stretch.to, stretch.checkpoint]).toMatchObject([switchAt, end, { batch: end, size: 1 }]);
    expect(stretch.seconds).toEqual({ training: 2 + 2, evaluation: 0.5 + 0.5 }); // of both stages
    const columns = new Map(
      stretch.columns.map(({ metric, batches, values }) => [
        metric,
        [...Array.from(batches)].map((batch, i) => [batch, values[i]]),
      ]),
    );
    const batches = Array.from({ length: end - switchAt }, (_, i) => switchAt + i);
    expect(columns.get('train/truncated')).toEqual(batches.map((batch) => [batch, 0]));
    expect(columns.get('train/beta')).toEqual(batches.map((batch) => [batch, 0.1]));
    expect(columns.get('train/total')).toEqual(batches.map((batch) => [batch, Math.fround(10 / (batch + 1))]));
    expect(columns.get('val/accuracy')).toEqual([
      [cut, cut / 128],
      [end, end / 128],
    ]); // that at 50 is of the state before
    expect(stretch.artefacts.map(({ batch }) => batch)).toEqual([cut, end]);
  });

  test('ends before the stage of the trunk in which a test passes, however late and closely', async () => {
    const above = Math.fround(0.3) + 2 ** -25;
    expect(Math.fround(above)).toBe(above);
    const late = await make({ last: measured(cut, end, { [end - 1]: above }) });
    expect(await late.take()).toMatchObject({ from: switchAt, to: cut });
    expect(await (await make({ middle: measured(switchAt, cut, { [switchAt]: above }) })).take()).toBeNull();
  });

  test('is nothing that is not finite: its 0 times is NaN', async () => {
    expect(await (await make({ middle: measured(switchAt, cut, { 60: NaN }) })).take()).toBeNull();
    expect(await (await make({ middle: measured(switchAt, cut, {}, { 60: Infinity }) })).take()).toBeNull();
  });

  test('ends where the trunk has a state that is kept', async () => {
    expect(await (await make({ last: { checkpoint: null } })).take()).toMatchObject({
      to: cut,
      checkpoint: { batch: cut },
    });
    expect(await (await make({ middle: { checkpoint: null } })).take()).toMatchObject({ to: end });
    expect(await (await make({ middle: { checkpoint: null }, last: { checkpoint: null } })).take()).toBeNull();
  });

  test('goes on from where the stage stands, unless a test has passed before', async () => {
    for (const truncated of [0, 0.1]) {
      const { storage, token, fork, take } = await make();
      const batches = [50, 51, 52];
      commitSegment(storage, token, {
        ...makeSegment(fork.stages[1]!.stageId, 50, 53),
        columns: [{ metric: 'train/truncated', epsilon: null, batches, values: [0, truncated, 0] }],
      });
      const stretch = await take();
      if (truncated > 0) expect(stretch).toBeNull();
      else
        expect([stretch!.from, stretch!.columns.find(({ metric }) => metric === 'train/total')!.batches[0]]).toEqual([
          53, 53,
        ]);
    }
  });

  test("sets ε apart by the trunk's L2 in the next batch, closely, and only by that", async () => {
    const at = Math.fround(0.3);
    const { apart } = await make({ middle: measured(switchAt, cut, { [switchAt]: at, [switchAt + 1]: 0.5 }) });
    expect(apart([0.1, 0.3, 0.2, 0.4])).toEqual([
      [0.1, 0.2],
      [0.3, 0.4],
    ]);
    expect([apart([0.3, 0.4]), apart([0.1, 0.2]), apart([0.1])]).toEqual([null, null, null]);
    const unknown = await make({ middle: measured(switchAt, cut, { [switchAt]: NaN }) });
    expect(unknown.apart([0.1, 0.4])).toBeNull();
  });

  test('sets nothing apart once a test has passed', async () => {
    const { storage, token, fork, apart } = await make();
    expect(apart([0.1, 0.4])).toEqual([[0.1], [0.4]]);
    commitSegment(storage, token, {
      ...makeSegment(fork.stages[1]!.stageId, 50, 51),
      columns: [{ metric: 'train/truncated', epsilon: null, batches: [50], values: [0.1] }],
    });
    expect(apart([0.1, 0.4])).toBeNull();
  });

  test('is counted as held before, so that the time left is not thought to be short, and as nothing where the stage begins again', async () => {
    const { storage, token, fork } = await make();
    const before = (): unknown => storage.prepare('SELECT batchesBefore FROM "Sweep"').pluck().get();
    const counted = (): unknown =>
      storage.prepare('SELECT taken, takenSeconds FROM "Stage" WHERE id = ?').raw().get(fork.stages[1]!.stageId);
    expect(before()).toBe(0);
    commitSegment(storage, token, { ...makeSegment(fork.stages[1]!.stageId, switchAt, end), fromTrunk: true });
    expect([before(), counted()]).toEqual([end - switchAt, [end - switchAt, 2.5]]);
    rewindStage(storage, token, fork.stages[1]!.stageId, { toStart: true });
    expect(counted()).toEqual([0, 0]);
  });
});
