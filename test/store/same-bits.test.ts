import { beforeEach, describe, expect, test } from 'vitest';
import { commitSegment } from '../../server/store/training/commit-segment.ts';
import { identifyRuns, isAllDone, type RunIdentity, type RunTask } from '../../server/store/training/identify-runs.ts';
import type { Here } from '../../server/store/training/same-bits.ts';
import { startRun } from '../../server/store/training/run-state.ts';
import { finishSweep, startSweep } from '../../server/store/training/sweep-turn.ts';
import type { Lease } from '../../server/store/database/lease.ts';
import { queueSweep } from '../../server/store/sweeps/queue-sweep.ts';
import type { Storage } from '../../server/store/database/storage.ts';
import { UserError } from '../../server/sweep/user-error.ts';
import { identities, lease, makePlan, makeSegment, newStorage, RECORD, request } from './support.ts';

const MACHINE = { device: 'CPU, 1 thread', versions: { tfjs: '4.22.0' } };

/** A machine whose bits have this signature, whatever the arm. */
const machine = (digit: string | null, change: Partial<typeof MACHINE> = {}): Here => ({
  ...MACHINE,
  ...change,
  bitsOf: () => digit && digit.repeat(64),
});
const [A, B] = [machine('a'), machine('b')];

let storage: Storage;
let token: Lease;

beforeEach(async () => {
  storage = await newStorage();
  token = lease(storage);
});

/** The control and an arm that forks from it at batch 50. */
const ARMS = [{ beta: 0 }, { beta: 0.2 }];

/** As a runner would ask for them: the two runs of a seed share their first 50 batches. */
function forked(sweepId: number): RunIdentity[] {
  return identities(storage, sweepId).map((run) => ({
    ...run,
    stages: [
      { ...run.stages[0]!, key: `trunk ${run.seed}`, from: 0, to: 50 },
      { ...run.stages[0]!, key: `rest of ${run.key}`, from: 50, to: 100 },
    ],
  }));
}

interface Asked {
  arms?: Parameters<typeof makePlan>[0];
  seeds?: number[];
  name?: string;
  fresh?: boolean;
  otherBits?: boolean;
}

/** Queues a sweep and begins it on a machine. */
function begin(here: Here | null, { arms = ARMS, seeds = [1, 2], name, ...asked }: Asked = {}) {
  const { otherBits = false, fresh = false } = asked;
  const { sweepId } = queueSweep(storage, request(makePlan(arms, seeds, name), { otherBits }));
  startSweep(storage, token, sweepId, 'wasm');
  const anew: number[] = [];
  const tell = (told: number[]): void => void anew.push(...told);
  try {
    const tasks = identifyRuns(storage, token, sweepId, forked(sweepId), fresh, {
      classes: here ? [here] : [],
      anew: tell,
    });
    return { sweepId, tasks, anew };
  } finally {
    finishSweep(storage, token, sweepId, 'interrupted');
  }
}

/** Trains what is left of a run on a machine. */
function train({ runId, stages }: RunTask, here: Here | null, until = 100): void {
  startRun(storage, token, runId, { ...RECORD, ...(here ?? MACHINE), bits: here?.bitsOf(0) ?? null });
  for (const { stageId, from, to } of stages) {
    const batch = storage.raw.prepare('SELECT batch FROM "Stage" WHERE id = ?').pluck().get(stageId) as number;
    const end = Math.min(to, until);
    const ends = end === 100 ? [{ runId, outcome: { state: 'complete' as const, intraDead: false } }] : [];
    if (batch < end) commitSegment(storage, token, makeSegment(stageId, Math.max(batch, from), end, { ends }));
  }
}

/** Forgets what was measured, as in a database of before. */
const forget = (): void => void storage.raw.exec('UPDATE "Run" SET bits = NULL; UPDATE "Stage" SET bits = NULL');

const runsOf = (tasks: RunTask[]): unknown[] => tasks.map(({ seed, arm, runId, state }) => [seed, arm, runId, state]);

/** First digits of the signatures of a sweep's stages, by seed. */
function bitsBySeed(sweepId: number): unknown {
  const rows = storage.raw
    .prepare(
      `SELECT s.seed, group_concat(DISTINCT substr(g.bits, 1, 1)) AS bits FROM "SweepRun" s
      JOIN "RunStage" p ON p.runId = s.runId JOIN "Stage" g ON g.id = p.stageId
      WHERE s.sweepId = ? AND g.batch > g.fromBatch GROUP BY s.seed ORDER BY s.seed`,
    )
    .all(sweepId) as { seed: number; bits: string }[];
  return Object.fromEntries(rows.map(({ seed, bits }) => [seed, bits]));
}

/** A sweep on machine A: seed 1 is finished, seed 2 has its control and a part of the other run. */
function halfTrained(here: Here | null = A): number {
  const { sweepId, tasks } = begin(here);
  tasks.slice(0, 3).forEach((task) => train(task, here));
  train(tasks[3]!, here, 70);
  return sweepId;
}

describe('on a machine with equal bits', () => {
  test('a sweep goes on where it was', () => {
    halfTrained();
    const { sweepId, tasks, anew } = begin(A);
    expect(runsOf(tasks)).toEqual([
      [1, 0, 1, 'complete'],
      [1, 1, 2, 'complete'],
      [2, 0, 3, 'complete'],
      [2, 1, 4, 'running'],
    ]);
    expect(tasks[3]!.stages.map(({ batch }) => batch)).toEqual([50, 70]);
    expect(anew).toEqual([]);
    expect(bitsBySeed(sweepId)).toEqual({ 1: 'a', 2: 'a' });
  });

  test('another device and other libraries are no other bits', () => {
    halfTrained();
    const elsewhere = machine('a', { device: 'CPU, 2 threads', versions: { tfjs: '4.23.0' } });
    expect(begin(elsewhere).tasks.map(({ runId }) => runId)).toEqual([1, 2, 3, 4]);
  });
});

describe('on a machine with other bits', () => {
  test('a sweep is refused, and stays as it is', () => {
    halfTrained();
    const rows = (): unknown[] => storage.raw.prepare('SELECT * FROM "Run" JOIN "SweepRun" ON id = runId').all();
    expect(() => begin(B)).toThrow(UserError);
    const before = rows();
    expect(() => begin(B)).toThrow(
      /^Cannot train s1 here: what it has or would take over of 4 runs \(seeds 1, 2\) was computed with other bits .* \(r1 has the signature aaaaaaaaaaaa; here it is bbbbbbbbbbbb, on CPU, 1 thread\).* cosweep run s1 --other-bits/,
    );
    expect(rows()).toEqual(before);
  });

  test('asked for, unfinished seeds are trained anew as a whole, and finished ones stay', () => {
    halfTrained();
    const { sweepId, tasks, anew } = begin(B, { otherBits: true });
    expect(anew).toEqual([2]);
    expect(runsOf(tasks)).toEqual([
      [1, 0, 1, 'complete'],
      [1, 1, 2, 'complete'],
      [2, 0, 5, 'waiting'],
      [2, 1, 6, 'waiting'],
    ]);
    const [control, other] = tasks.slice(2) as [RunTask, RunTask];
    expect(control.stages[0]).toBe(other.stages[0]); // they share what they shared
    expect(control.stages.map(({ batch, edition }) => [batch, edition])).toEqual([
      [0, 1],
      [50, 1],
    ]);
    train(control, B);
    train(other, B);
    expect(bitsBySeed(sweepId)).toEqual({ 1: 'a', 2: 'b' });
    // What was asked for holds: the sweep goes on here and there, and is not asked again.
    expect(begin(B).tasks.map(({ runId }) => runId)).toEqual([1, 2, 5, 6]);
    expect(begin(A).tasks.map(({ runId }) => runId)).toEqual([1, 2, 5, 6]);
  });

  test('a seed that gets a further arm is unfinished: no seed has both', () => {
    halfTrained();
    const { sweepId, tasks, anew } = begin(B, { otherBits: true, arms: [...ARMS, { beta: 0.3 }] });
    expect(anew).toEqual([1, 2]);
    tasks.forEach((task) => train(task, B));
    expect(bitsBySeed(sweepId)).toEqual({ 1: 'b', 2: 'b' });
  });

  test('what another sweep has is taken from the machine that computes the same', () => {
    halfTrained();
    const there = begin(B, { otherBits: true });
    there.tasks.forEach((task) => task.state === 'waiting' && train(task, B));
    const arms = [...ARMS, { beta: 0.4 }];
    expect(begin(A, { name: 'other', seeds: [2], arms }).tasks.map(({ runId }) => runId)).toEqual([3, 4, 9]);
    const { tasks } = begin(B, { name: 'another', seeds: [2], arms });
    expect(tasks.map(({ runId }) => runId)).toEqual([5, 6, 12]);
    expect(tasks[2]!.stages[0]).toBe(tasks[0]!.stages[0]);
  });

  test('nothing forks from it either', () => {
    halfTrained();
    const further = { name: 'other', arms: [{ beta: 0.4 }], seeds: [2] };
    expect(() => begin(B, further)).toThrow(/of 1 run .* \(the trunk that it would fork from has another signature/);
    const { tasks } = begin(B, { ...further, otherBits: true });
    expect(tasks[0]!.stages.map(({ batch }) => batch)).toEqual([0, 50]);
    const { tasks: here } = begin(A, { ...further, name: 'here', arms: [{ beta: 0.5 }] });
    expect(here[0]!.stages[0]!.batch).toBe(50);
  });

  test('a sweep of which everything is there is taken over: nothing is mixed', () => {
    halfTrained();
    expect(runsOf(begin(B, { name: 'smaller', seeds: [1] }).tasks)).toEqual([
      [1, 0, 1, 'complete'],
      [1, 1, 2, 'complete'],
    ]);
    expect(() => begin(B, { name: 'larger', seeds: [1, 3] })).toThrow(UserError);
  });

  test('--fresh trains everything anew', () => {
    halfTrained();
    const { sweepId, tasks } = begin(B, { fresh: true });
    tasks.forEach((task) => train(task, B));
    expect(bitsBySeed(sweepId)).toEqual({ 1: 'b', 2: 'b' });
    expect(() => begin(A, { arms: [...ARMS, { beta: 0.3 }] })).toThrow(UserError);
  });
});

describe('what was trained before signatures were kept', () => {
  test('goes on without a word on the same device with the same libraries, and takes the signature', () => {
    halfTrained(null);
    const { sweepId, tasks, anew } = begin({ ...A, versions: { ...MACHINE.versions, cosweep: '0.2.0' } });
    expect([tasks.map(({ runId }) => runId), anew]).toEqual([[1, 2, 3, 4], []]);
    expect(bitsBySeed(sweepId)).toEqual({ 1: 'a', 2: 'a' });
    const ofRuns = storage.raw.prepare('SELECT DISTINCT bits FROM "Run"').pluck().all();
    expect(ofRuns).toEqual(['a'.repeat(64)]);
    expect(() => begin(B)).toThrow(UserError);
  });

  test('is not mixed with other libraries: unfinished seeds are trained anew, unasked', () => {
    halfTrained();
    forget();
    const { tasks, anew } = begin(machine('a', { versions: { tfjs: '4.23.0' } }));
    expect([tasks.map(({ runId }) => runId), anew]).toEqual([[1, 2, 5, 6], [2]]);
  });

  test('counts by device and libraries too where this machine cannot be measured', () => {
    halfTrained();
    expect(begin(machine(null)).tasks.map(({ runId }) => runId)).toEqual([1, 2, 3, 4]);
    expect(begin(machine(null, { device: 'GPU' })).tasks.map(({ runId }) => runId)).toEqual([1, 2, 5, 6]);
  });
});

test('where all is done nothing is compared', () => {
  const { sweepId, tasks } = begin(A);
  const allDone = (): boolean => isAllDone(storage, sweepId, forked(sweepId));
  tasks.slice(1).forEach((task) => train(task, A));
  expect(allDone()).toBe(false);
  train(tasks[0]!, A);
  expect(allDone()).toBe(true);
  expect(begin(null).tasks.map(({ runId }) => runId)).toEqual([1, 2, 3, 4]);
  expect(begin(B).tasks.map(({ runId }) => runId)).toEqual([1, 2, 3, 4]); // nor is anything trained here
});
