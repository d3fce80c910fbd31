import { hostname } from 'node:os';
import Database from 'better-sqlite3';
import { expect, test, vi } from 'vitest';
import { commitSegment } from '../../server/store/training/commit-segment.ts';
import {
  LeaseLostError,
  leaseHolder,
  releaseLease,
  renewLease,
  STALE_MS,
  takeLease,
  type Lease,
} from '../../server/store/database/lease.ts';
import { listSweeps } from '../../server/store/reading/list-sweeps.ts';
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
  const later = Date.now() + STALE_MS + 1;
  const taken = takeLease(storage, 'another', later);
  expect(taken).toEqual({ lease: { token: 2 } });
  expect(() => commitSegment(storage, stale, makeSegment(stage!.stageId, 10, 20))).toThrow(LeaseLostError);
  expect(() => finishRun(storage, stale, runId, { state: 'failed', error: 'x' })).toThrow(LeaseLostError);
  expect(() => renewLease(storage, stale)).toThrow(LeaseLostError);
  expect(readCurve(storage, runId, 'train/total').batches).toHaveLength(10);
  releaseLease(storage, stale);
  expect(takeLease(storage, 'a third', later)).toMatchObject({ holder: { command: 'another' } });
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
  expect(() => startRun(storage, held, runId, RECORD)).toThrow(OutsideError);
  expect(() => startRun(storage, held, runId, RECORD)).toThrow(
    `Cannot write to database ${storage.file}: another process kept it locked`,
  );

  const makeTransaction = storage.raw.transaction.bind(storage.raw);
  let tries = 0;
  vi.spyOn(storage.raw, 'transaction').mockImplementation(((body: () => unknown) => {
    if (++tries === 3) other.exec('COMMIT');
    return makeTransaction(body);
  }) as never);
  startRun(storage, held, runId, RECORD);
  expect([tries, storage.raw.prepare('SELECT state, attempts FROM "Run"').get()]).toEqual([
    3,
    { state: 'running', attempts: 1 },
  ]);
  other.close();
});

test('renewing keeps it', async () => {
  const storage = await newStorage();
  const held = lease(storage);
  renewLease(storage, held, Date.now() + STALE_MS);
  expect(takeLease(storage, 'another', Date.now() + STALE_MS + 1000)).toHaveProperty('holder');
});

test('a clock that was set back does not keep a silent holder alive for ever', async () => {
  const storage = await newStorage();
  takeLease(storage, 'from the future', Date.now() + 10 * STALE_MS);
  expect(leaseHolder(storage)).toBeNull();
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
    { state: 'interrupted', counts: { running: 0, waiting: 2 } },
  ]);
  const taken = takeLease(storage, 'this test');
  expect(taken).toEqual({ lease: { token: 2 } });
  expect(clearLeftovers(storage, { token: 2 }, 0)).toEqual([1]);
  const states = storage.raw.prepare('SELECT state FROM "Run" ORDER BY id').pluck().all();
  expect(states).toEqual(['waiting', 'waiting']);
});

test('a sweep that a dead process has left is queued for who waits for it', async () => {
  const storage = await newStorage();
  const { sweepId } = begin(storage, lease(storage), makePlan([{ beta: 0 }, { beta: 0.1 }]));
  storage.raw.prepare('UPDATE "Lease" SET heartbeatAt = 0').run();
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
