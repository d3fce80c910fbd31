import { describe, expect, test } from 'vitest';
import type { RunTask, StageTask } from '../../server/store/training/identify-runs.ts';
import { StageQueue, type StageJob } from '../../server/runner/order/stage-queue.ts';
import { noTrunk } from '../../server/runner/order/trunk-beside.ts';
import type { BitClass, Standing } from '../../server/store/training/same-bits.ts';
import { everything } from '../../server/runner/order/trunks-only.ts';

/**
 * Two seeds of: a control [0, 100), and arms that fork at 40 and at 70. Stage ids: trunk 1 2 3, forks 4 5, plus 10 for
 * the second seed.
 */
function tasks(): RunTask[] {
  return [0, 10].flatMap((offset) => {
    const stage = (id: number, parent: number | null, from: number, to: number) => ({
      stageId: id + offset,
      parentId: parent === null ? null : parent + offset,
      edition: 0,
      from,
      to,
      batch: from,
      kept: false,
      members: [],
    });
    const trunk = [stage(1, null, 0, 40), stage(2, 1, 40, 70), stage(3, 2, 70, 100)];
    const run = (runId: number, stages: RunTask['stages']): RunTask => ({
      runId: runId + offset,
      arm: runId,
      seed: offset,
      state: 'waiting',
      reused: false,
      attempts: 0,
      stages,
    });
    return [
      run(0, [trunk[0]!, stage(4, 1, 40, 100)]),
      run(1, [trunk[0]!, trunk[1]!, stage(5, 2, 70, 100)]),
      run(2, trunk),
    ];
  });
}

const never = new AbortController().signal;
const id = (job: StageJob | null): number | undefined => job?.stage.stageId;

test('a seed is trained before the next, shared stages once, the longest way first', async () => {
  const queue = new StageQueue(tasks());
  expect(queue.batches).toBe(2 * (100 + 60 + 30));
  const order: number[] = [];
  for (let job = await queue.next(never); job; job = await queue.next(never)) {
    order.push(job.stage.stageId);
    queue.complete(job);
  }
  expect(order).toEqual([1, 2, 4, 3, 5, 11, 12, 14, 13, 15]);
});

test('a job names its runs and those that end with it', async () => {
  const queue = new StageQueue(tasks());
  const trunk = (await queue.next(never))!;
  expect([trunk.runs.map(({ runId }) => runId), trunk.ending]).toEqual([[0, 1, 2], []]);
  queue.complete(trunk);
  const fork = (await queue.next(never))!;
  expect([fork.runs.map(({ runId }) => runId), fork.ending]).toEqual([[1, 2], []]);
  const last = (await queue.next(never))!;
  expect(last.ending.map(({ runId }) => runId)).toEqual([0]);
});

test('a second worker takes the next seed, then waits for what the first one trains', async () => {
  const queue = new StageQueue(tasks().slice(0, 3));
  const trunk = (await queue.next(never))!;
  const second = queue.next(never);
  const third = queue.next(never);
  queue.complete(trunk);
  expect([id(await second), id(await third)].sort()).toEqual([2, 4]);
});

test('where the last stages of a seed are not enough for all workers, the next seed begins before them', async () => {
  const queue = new StageQueue(tasks(), everything, noTrunk, { size: 2 });
  const next = async (): Promise<StageJob> => (await queue.next(never))!;
  const trunk = await next();
  queue.complete(trunk);
  const [second, fork] = [await next(), await next()];
  queue.complete(second);
  expect([id(trunk), id(second), id(fork)]).toEqual([1, 2, 4]);
  // Left of the first seed are 3 and 5, one for each worker.
  const third = await next();
  // Now 5 alone: the second seed's trunk goes first, and nothing else of it before 5.
  expect([id(third), id(await next()), id(await next())]).toEqual([3, 11, 5]);
});

test('where nothing waits for the stages of the next seed, none of them goes before the last ones of a seed', async () => {
  const alone = [0, 10].flatMap((seed) =>
    [1, 2, 3].map((n): RunTask => {
      const stage = {
        stageId: seed + n,
        parentId: null,
        edition: 0,
        from: 0,
        to: 100,
        batch: 0,
        kept: false,
        members: [],
      };
      return { runId: seed + n, arm: n, seed, state: 'waiting', reused: false, attempts: 0, stages: [stage] };
    }),
  );
  const queue = new StageQueue(alone, everything, noTrunk, { size: 4 });
  const order: (number | undefined)[] = [];
  for (let job = await queue.next(never); job; job = await queue.next(never)) {
    order.push(id(job));
    queue.complete(job);
  }
  expect(order).toEqual([1, 2, 3, 11, 12, 13]);
});

test('what follows a stage that diverged is never trained, the rest is', async () => {
  const queue = new StageQueue(tasks());
  queue.drop((await queue.next(never))!);
  const left: (number | undefined)[] = [];
  for (let job = await queue.next(never); job; job = await queue.next(never)) {
    left.push(id(job));
    queue.complete(job);
  }
  expect(left.sort()).toEqual([11, 12, 13, 14, 15]);
});

test('runs that stop being one computation go on each by itself', async () => {
  const stage = (stageId: number, parentId: number | null, from: number, to: number): StageTask => ({
    stageId,
    parentId,
    edition: 0,
    from,
    to,
    batch: from,
    kept: false,
    members: [],
  });
  const together = stage(2, 1, 40, 100);
  const runs = [0, 1, 2].map((runId): RunTask => ({
    runId,
    arm: runId,
    seed: 0,
    state: 'waiting',
    reused: false,
    attempts: 0,
    stages: [stage(1, null, 0, 40), together],
  }));
  for (const run of runs) Object.assign(run.stages[0]!, { batch: 40, kept: true });
  const queue = new StageQueue(runs);
  const job = (await queue.next(never))!;
  expect([id(job), job.ending.length]).toEqual([2, 3]);

  const [pair, alone] = [stage(3, 2, 60, 100), stage(4, 2, 60, 100)];
  const cut = { ...together, to: 60, batch: 60 };
  const more = queue.split(
    job,
    new Map([
      [0, [runs[0]!.stages[0]!, cut, pair]],
      [1, [runs[1]!.stages[0]!, cut, pair]],
      [2, [runs[2]!.stages[0]!, cut, alone]],
    ]),
  );
  expect(more).toBe(40 + 40 - (100 - 40));
  const next = [(await queue.next(never))!, (await queue.next(never))!];
  expect(next.map((forked) => [id(forked), forked.ending.map(({ runId }) => runId)])).toEqual([
    [3, [0, 1]],
    [4, [2]],
  ]);
  for (const forked of next) queue.complete(forked);
  expect(await queue.next(never)).toBeNull();
});

test('a state that is not kept any more is trained again once, for all that fork from it or after it', async () => {
  const all = tasks().slice(0, 3);
  const [fork, later, control] = all as [RunTask, RunTask, RunTask];
  for (const stage of control.stages) Object.assign(stage, { batch: stage.to });
  Object.assign(control, { state: 'complete' });
  const queue = new StageQueue(all);
  expect(queue.batches).toBe(40 + 30 + 60 + 30);
  const order: [number | undefined, boolean, number][] = [];
  for (let job = await queue.next(never); job; job = await queue.next(never)) {
    order.push([id(job), job.restores, job.ending.length]);
    queue.complete(job);
  }
  expect(order).toEqual([
    [1, true, 0],
    [2, true, 0],
    [4, false, 1],
    [5, false, 1],
  ]);

  // Where the state at 40 is kept, nothing before it is trained.
  Object.assign(fork.stages[0]!, { kept: true });
  const kept = new StageQueue(all);
  expect(kept.batches).toBe(30 + 60 + 30);
  Object.assign(later.stages[1]!, { kept: true });
  expect(new StageQueue(all).batches).toBe(60 + 30);
});

test('whoever waits is let go when training is to end', async () => {
  const queue = new StageQueue(tasks().slice(0, 3));
  await queue.next(never);
  const ended = new AbortController();
  const waiting = queue.next(ended.signal);
  ended.abort();
  expect(await waiting).toBeNull();
});

test('runs that do not wait and stages that are done are left alone', async () => {
  const [fork, later, control] = tasks() as [RunTask, RunTask, RunTask];
  Object.assign(control, { state: 'complete' });
  Object.assign(fork.stages[0]!, { batch: 40, kept: true });
  const queue = new StageQueue([fork, { ...later, state: 'diverged' }, control]);
  expect(id(await queue.next(never))).toBe(4);
  expect(queue.size).toBe(1);
});

test('what may turn out to be its trunk comes after it, and after anything else', async () => {
  const all = tasks();
  const beside = (run: RunTask, { stageId }: StageTask): StageTask[] =>
    stageId % 10 > 3
      ? run.stages
          .concat(all.find(({ runId }) => runId === run.seed + 2)!.stages.slice(1))
          .filter(({ stageId }) => stageId % 10 < 4)
      : [];
  const queue = new StageQueue(all, everything, beside);
  const order: (number | undefined)[] = [];
  for (let job = await queue.next(never); job; job = await queue.next(never)) {
    order.push(id(job));
    queue.complete(job);
  }
  expect(order).toEqual([1, 2, 3, 4, 5, 11, 12, 13, 14, 15]);

  // While one worker trains the trunk, another one takes the next seed's, and where there is none what may be in vain.
  for (const [tasks, second] of [
    [all, 11],
    [all.slice(0, 3), 4],
  ] as const) {
    const two = new StageQueue([...tasks], everything, beside);
    two.complete((await two.next(never))!);
    expect([id(await two.next(never)), id(await two.next(never))]).toEqual([2, second]);
  }
});

describe('classes of bits', () => {
  const named = (name: string): BitClass => ({ name, device: name, versions: {}, bitsOf: () => name });
  const [fast, slow] = [named('fast'), named('slow')];
  /** How what is stored of the two seeds, 0 and 10, stands to a class. */
  const stored =
    (standings: Record<string, [Standing, Standing]>) =>
    ({ name }: BitClass): Map<number, Standing> =>
      new Map([
        [0, standings[name]![0]],
        [10, standings[name]![1]],
      ]);
  const queueOf = (standings: Record<string, [Standing, Standing]>) =>
    new StageQueue(tasks(), everything, noTrunk, { size: 1 }, stored(standings));

  test('a seed is trained by the class that takes it, to its end', async () => {
    const queue = queueOf({ fast: ['empty', 'empty'], slow: ['empty', 'empty'] });
    const first = (await queue.next(never, slow))!;
    const other = (await queue.next(never, fast))!;
    expect([id(first), id(other)]).toEqual([1, 11]);
    queue.complete(first);
    queue.complete(other);
    expect([id(await queue.next(never, fast)), id(await queue.next(never, slow))]).toEqual([12, 2]);
    expect([queue.waiting([slow]), queue.waiting([fast, slow])]).toEqual([[10], []]);
  });

  test('what was begun belongs to the class with its bits, and waits for it', async () => {
    const queue = queueOf({ fast: ['other', 'empty'], slow: ['same', 'unknown'] });
    expect([queue.waiting([fast]), queue.waiting([fast, slow])]).toEqual([[0], []]);
    expect(id(await queue.next(never, fast))).toBe(11);
    const ended = new AbortController();
    const waiting = queue.next(ended.signal, fast);
    expect(id(await queue.next(never, slow))).toBe(1);
    ended.abort();
    expect(await waiting).toBeNull();
  });

  test('a seed that a class took and has not begun is free again once nobody of the class is there', async () => {
    const queue = queueOf({ fast: ['empty', 'empty'], slow: ['empty', 'empty'] });
    const job = (await queue.next(never, slow))!;
    queue.release(slow); // it is in training
    expect(id(await queue.next(never, fast))).toBe(11);
    queue.giveBack(job);
    queue.release(slow);
    expect(queue.waiting([fast])).toEqual([]);
    // What is done and not stored yet is begun too.
    const again = (await queue.next(never, slow))!;
    queue.complete(again);
    queue.release(slow);
    expect(queue.waiting([fast])).toEqual([0]);
  });

  test('it is over when nothing is left and nothing is in training', async () => {
    const queue = new StageQueue(tasks().slice(2, 3));
    for (let job = await queue.next(never); job; job = queue.over.aborted ? null : await queue.next(never)) {
      expect(queue.over.aborted).toBe(false);
      queue.complete(job);
    }
    expect(queue.over.aborted).toBe(true);
    expect(new StageQueue([]).over.aborted).toBe(true);
  });
});
