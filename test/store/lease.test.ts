import { hostname } from 'node:os';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { patiently } from '../../server/runner/patiently.ts';
import { commitSegment } from '../../server/store/training/commit-segment.ts';
import {
  HolderWatch,
  LeaseLostError,
  leaseHolder,
  LOOK_MS,
  releaseLease,
  renewLease,
  STALE_MS,
  takeLease,
  type Lease,
} from '../../server/store/database/lease.ts';
import { listSweeps } from '../../server/store/reading/list-sweeps.ts';
import { cancelSweep, readCancel } from '../../server/store/sweeps/cancel-sweep.ts';
import { nextQueuedSweep } from '../../server/store/sweeps/queue.ts';
import { clearLeftovers } from '../../server/store/training/sweep-turn.ts';
import { readCurve } from '../../server/store/reading/read-curve.ts';
import { finishRun, startRun } from '../../server/store/training/run-state.ts';
import { openStorage } from '../../server/store/database/storage.ts';
import { OutsideError } from '../../server/sweep/user-error.ts';
import { begin, child, lease, makePlan, makeSegment, newStorage, RECORD } from './support.ts';

test('one holds it; the other is told who', async () => {
  const storage = await newStorage();
  expect(leaseHolder(storage)).toBeNull();
  const first = takeLease(storage, 'cosweep run a.json');
  expect(first).toEqual({ lease: { token: 1 } });
  expect(takeLease(storage, 'cosweep run b.json')).toEqual({
    holder: {
      pid: process.pid,
      host: hostname(),
      command: 'cosweep run a.json',
      takenAt: expect.any(Date),
      heartbeatAt: expect.any(Date),
    },
  });
  releaseLease(storage, { token: 1 });
  expect(takeLease(storage, 'cosweep run b.json')).toEqual({ lease: { token: 2 } });
});

test('a holder that goes silent loses it, and every write of it fails as a whole', async () => {
  const storage = await newStorage();
  const stale = lease(storage);
  const { tasks } = begin(storage, stale, makePlan([{}], [1]));
  const {
    runId,
    stages: [stage],
  } = tasks[0]!;
  startRun(storage, stale, runId, RECORD);
  commitSegment(storage, stale, makeSegment(stage!.stageId, 0, 10));
  const { watch, waitSilently } = makeWatch();
  expect(takeLease(storage, 'another', { watch })).toHaveProperty('holder');
  waitSilently(STALE_MS);
  expect(takeLease(storage, 'another', { watch })).toEqual({
    lease: { token: 2 },
    left:
      `process ${process.pid} on ${hostname()}, which trained it, gave no sign of life for 90 seconds, ` +
      'and another process took over',
  });
  expect(() => commitSegment(storage, stale, makeSegment(stage!.stageId, 10, 20))).toThrow(LeaseLostError);
  expect(() => finishRun(storage, stale, runId, { state: 'failed', error: 'x' })).toThrow(LeaseLostError);
  expect(() => renewLease(storage, stale)).toThrow(LeaseLostError);
  expect(readCurve(storage, runId, 'train/total').batches).toHaveLength(10);
  releaseLease(storage, stale);
  expect(takeLease(storage, 'a third')).toMatchObject({ holder: { command: 'another' } });
  commitSegment(storage, { token: 2 }, makeSegment(stage!.stageId, 10, 20));
  expect(readCurve(storage, runId, 'train/total').batches).toHaveLength(20);
});

test('who trains waits longer for a database that another process keeps locked, and is not to blame', async () => {
  const storage = await newStorage();
  const held = lease(storage);
  const { tasks } = begin(storage, held, makePlan([{}], [1]));
  const { runId } = tasks[0]!;
  storage.raw.pragma('busy_timeout = 1');
  const other = new Database(storage.file);
  other.exec('BEGIN IMMEDIATE');
  const never = new AbortController().signal;
  const start = (giveUp: AbortSignal, patience?: number): Promise<void> =>
    patiently({ storage, giveUp }, () => startRun(storage, held, runId, RECORD), patience);
  await expect(start(never, 0)).rejects.toThrow(OutsideError);
  await expect(start(AbortSignal.abort())).rejects.toThrow(
    `Cannot write to database ${storage.file}: another process kept it locked`,
  );

  const started = start(never);
  let looks = 0;
  while (looks < 3) await new Promise((resolve) => setTimeout(resolve, 10 * ++looks)); // others have their turn
  other.exec('COMMIT');
  await started;
  expect(storage.raw.prepare('SELECT state, attempts FROM "Run"').get()).toEqual({ state: 'running', attempts: 1 });
  expect(storage.raw.pragma('busy_timeout', { simple: true })).toBe(1);
  other.close();
});

/** A watch over a holder, and a way to let time pass on its clock, with a look at every second. */
function makeWatch(): { watch: HolderWatch; waitSilently: (milliseconds: number) => void } {
  let now = 0;
  let seen = { token: 0, heartbeatAt: 0 };
  const watch = new HolderWatch(() => now);
  const look = watch.look.bind(watch);
  watch.look = (row) => look((seen = row));
  const waitSilently = (milliseconds: number): void => {
    for (const end = now + milliseconds; now < end; watch.look(seen)) now += LOOK_MS;
  };
  return { watch, waitSilently };
}

test('a living holder keeps it while its heartbeats come, whatever the clocks of the day say', async () => {
  const storage = await newStorage();
  const held = lease(storage);
  const { watch, waitSilently } = makeWatch();
  for (const jump of [0, 3_600_000, -86_400_000, 5 * STALE_MS, 0]) {
    renewLease(storage, held, Date.now() + jump);
    expect(takeLease(storage, 'another', { watch, now: Date.now() - jump })).toHaveProperty('holder');
    waitSilently(STALE_MS - LOOK_MS);
  }
  waitSilently(STALE_MS);
  expect(takeLease(storage, 'another', { watch })).toHaveProperty('lease');
});

test('time in which the watcher stood still itself does not count', async () => {
  const storage = await newStorage();
  lease(storage);
  let now = 0;
  const watch = new HolderWatch(() => now);
  for (const slept of [0, 3_600_000, 3_600_000]) {
    now += slept;
    expect(takeLease(storage, 'another', { watch })).toHaveProperty('holder');
  }
});

test('one look takes it from the dead alone, and goes by the clock of the day otherwise', async () => {
  const storage = await newStorage();
  const hold = (change: string): void => void storage.raw.prepare(`UPDATE "Lease" SET ${change}`).run();
  lease(storage);
  hold(`machine = 'a container', heartbeatAt = 0`);
  expect(leaseHolder(storage)).toBeNull();
  expect(takeLease(storage, 'another')).toHaveProperty('holder');
  hold(`heartbeatAt = ${Date.now() + 10 * STALE_MS}`); // a clock that was set back
  expect(leaseHolder(storage)).toBeNull();

  const other = await newStorage();
  lease(other);
  other.raw.prepare(`UPDATE "Lease" SET holder = 'an earlier process with this id'`).run();
  expect(takeLease(other, 'another')).toMatchObject({ lease: { token: 2 }, left: expect.stringMatching(/ died$/) });
});

test('a killed holder is noticed at once: readers see its sweep interrupted, the next one clears up', async () => {
  const storage = await newStorage();
  const holder = await child('child-hold.ts', storage.file);
  holder.go();
  expect(await holder.line()).toBe('holding');
  expect(takeLease(storage, 'this test')).toHaveProperty('holder.command', 'child');
  expect((await listSweeps(storage)).items).toMatchObject([{ state: 'running', counts: { running: 1, waiting: 1 } }]);
  await holder.kill();
  expect((await listSweeps(storage)).items).toMatchObject([
    { state: 'interrupted', counts: { running: 0, waiting: 2 }, error: expect.stringContaining('has died') },
  ]);
  const taken = takeLease(storage, 'this test');
  expect(taken).toMatchObject({ lease: { token: 2 }, left: expect.stringMatching(/^process \d+ on .* died$/) });
  const { lease: mine, left } = taken as { lease: Lease; left: string };
  expect(clearLeftovers(storage, mine, 0, left)).toEqual([1]);
  const [sweep] = (await listSweeps(storage)).items;
  expect(sweep).toMatchObject({ state: 'interrupted', error: `P${left.slice(1)}`, finishedAt: expect.any(Date) });
  const states = storage.raw.prepare('SELECT state FROM "Run" ORDER BY id').pluck().all();
  expect(states).toEqual(['waiting', 'waiting']);
});

test('a sweep that a dead process has left is queued for who waits for it', async () => {
  const storage = await newStorage();
  const { sweepId } = begin(storage, lease(storage), makePlan([{ beta: 0 }, { beta: 0.1 }]));
  storage.raw.prepare(`UPDATE "Lease" SET holder = 'died'`).run();
  const taken = takeLease(storage, 'this test') as { lease: Lease };
  expect(clearLeftovers(storage, taken.lease, sweepId)).toEqual([sweepId]);
  expect(nextQueuedSweep(storage)).toBe(sweepId);
});

test('two opened databases in one process are two holders', async () => {
  const storage = await newStorage();
  const other = await openStorage({ file: storage.file, create: false });
  lease(storage);
  expect(takeLease(other, 'the other')).toHaveProperty('holder');
  await other.close();
});

test('what a dead process was asked to cancel is cancelled by the next one, as a cancel does it', async () => {
  const storage = await newStorage();
  const { sweepId, tasks } = begin(storage, lease(storage), makePlan([{ beta: 0 }, { beta: 0.1 }], [1]));
  startRun(storage, { token: 1 }, tasks[0]!.runId, RECORD);
  expect(cancelSweep(storage, sweepId)).toBe('requested');
  storage.raw.prepare(`UPDATE "Lease" SET holder = 'died'`).run();
  const [seen] = (await listSweeps(storage)).items;
  expect(seen).toMatchObject({ state: 'cancelled', cancelling: false, error: null });
  const taken = takeLease(storage, 'this test') as { lease: Lease };
  expect(clearLeftovers(storage, taken.lease, sweepId)).toEqual([sweepId]);
  expect(storage.raw.prepare('SELECT state, cancelRequested, finishedAt > 0 AS ended FROM "Sweep"').get()).toEqual({
    state: 'cancelled',
    cancelRequested: 0,
    ended: 1,
  });
  expect(storage.raw.prepare('SELECT DISTINCT state FROM "Run"').pluck().all()).toEqual(['cancelled']);
  expect(nextQueuedSweep(storage)).toBeNull();
});

test('who is taken for dead and cancelled by one look still notices', async () => {
  const storage = await newStorage();
  const { sweepId } = begin(storage, lease(storage), makePlan([{ beta: 0 }], [1]));
  expect(readCancel(storage, sweepId)).toBeNull();
  expect(cancelSweep(storage, sweepId, { now: Date.now() + 2 * STALE_MS })).toBe('cancelled');
  expect(readCancel(storage, sweepId)).toBe('cancel');
});
