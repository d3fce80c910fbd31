import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { machinesText } from '../../server/cli/machines-text.ts';
import { storageChanges } from '../../server/http/storage-changes.ts';
import { LeaseLostError, releaseLease } from '../../server/store/database/lease.ts';
import type { Storage } from '../../server/store/database/storage.ts';
import { listMachines } from '../../server/store/reading/list-machines.ts';
import { commitSegment } from '../../server/store/training/commit-segment.ts';
import { clearWorkers, noteWorkers, type NotedWorker } from '../../server/store/training/note-workers.ts';
import { begin, lease, makePlan, makeSegment, newStorage } from './support.ts';

const DAY = 86_400_000;
const NOW = Date.parse('2026-11-30T12:00:00Z');

const worker: NotedWorker = {
  id: 'worker-a',
  host: 'gpu-1',
  pid: 812,
  slots: 1,
  engine: 'wasm',
  machine: { device: 'CPU, 1 thread', versions: { tfjs: '4.22.0' } },
  bits: 'a1b2c3d4e5f6',
  state: 'ready',
  stages: [],
  cameAt: NOW - 200_000,
  heardAt: NOW - 3_000,
  reason: null,
};

beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'], now: NOW }));
afterEach(() => void vi.useRealTimers());

/** Two arms with seeds 1 to 3, each run a stage of 100 batches. */
async function atWork() {
  const storage = await newStorage();
  const token = lease(storage);
  const { sweepId, tasks } = begin(storage, token, makePlan([{ name: 'β0.3 N30', beta: 0.3 }, {}], [1, 2, 3]));
  const stageOf = (arm: number, seed: number) =>
    tasks.find((task) => task.arm === arm && task.seed === seed)!.stages[0]!.stageId;
  return { storage, token, sweepId, tasks, stageOf };
}

test('where no process lets workers on other machines train there is nobody', async () => {
  const { storage, token } = await atWork();
  expect(listMachines(storage)).toBeNull();
  noteWorkers(storage, token, { sweepId: null, workers: [worker], waiting: [] }, NOW);
  expect(listMachines(storage)).toMatchObject({ sweep: null, machines: [{ host: 'gpu-1', trains: [] }] });
  clearWorkers(storage, token);
  expect(listMachines(storage)).toBeNull();
});

test('what a killed head has left counts neither while nobody trains nor for the next process that does', async () => {
  const { storage, token, sweepId } = await atWork();
  noteWorkers(storage, token, { sweepId, workers: [worker], waiting: [] }, NOW);
  releaseLease(storage, token);
  expect(listMachines(storage)).toBeNull();
  const next = lease(storage);
  expect(listMachines(storage)).toBeNull();
  expect(() => noteWorkers(storage, token, { sweepId, workers: [], waiting: [] }, NOW)).toThrow(LeaseLostError);
  noteWorkers(storage, next, { sweepId, workers: [{ ...worker, id: 'b', host: 'gpu-2' }], waiting: [] }, NOW);
  expect(listMachines(storage)!.machines.map(({ host }) => host)).toEqual(['gpu-2']);
});

test('each is shown with what it trains, those who are gone at the end', async () => {
  const { storage, token, sweepId, tasks, stageOf } = await atWork();
  const stage = stageOf(0, 2);
  commitSegment(storage, token, makeSegment(stage, 0, 60));
  const workers: NotedWorker[] = [
    { ...worker, id: 'gone', host: 'gpu-3', state: 'gone', cameAt: NOW - 900_000, reason: 'it has left' },
    { ...worker, state: 'training', stages: [stage] },
    { ...worker, id: 'new', host: 'gpu-2', state: 'opening', machine: null, bits: null, cameAt: NOW - 1_000 },
  ];
  noteWorkers(storage, token, { sweepId, workers, waiting: [] }, NOW);
  const run = `r${tasks.find(({ arm, seed }) => arm === 0 && seed === 2)!.runId}`;
  expect(listMachines(storage)).toMatchObject({
    head: { pid: process.pid },
    sweep: 's1',
    machines: [
      {
        host: 'gpu-1',
        device: 'CPU, 1 thread',
        versions: { tfjs: '4.22.0' },
        here: 200,
        silent: 3,
        trains: [{ stage: `g${stage}`, seed: 2, from: 0, to: 100, batch: 60, runs: [{ run, armName: 'β0.3 N30' }] }],
      },
      { host: 'gpu-2', state: 'opening', device: null, versions: null, bits: null },
      { host: 'gpu-3', state: 'gone', reason: 'it has left' },
    ],
  });
  const lines = machinesText(listMachines(storage)!).split('\n');
  expect(lines[0]).toMatch(/^Process \d+ on \S+ trains s1$/);
  expect(lines[3]).toMatch(
    new RegExp(`^gpu-1 +812 +training +a1b2c3d4e5f6 +wasm .* 3 s ago +${run} β0.3 N30 seed 2 +60 of 100$`),
  );
  expect(lines[5]).toMatch(/^gpu-3 .* gone .* it has left$/);
});

test.each([DAY, -DAY])('a clock that jumps by %i ms changes nothing of when a worker was heard', async (jump) => {
  const { storage, token, sweepId } = await atWork();
  noteWorkers(storage, token, { sweepId, workers: [worker], waiting: [] }, NOW);
  vi.setSystemTime(NOW + jump);
  storage.raw.prepare('UPDATE "Lease" SET heartbeatAt = ?').run(Date.now());
  expect(listMachines(storage)!.machines).toMatchObject([{ here: 200, silent: 3 }]);
});

test('a begun seed that nobody may go on with is named with its class, or with its bits', async () => {
  const { storage, token, sweepId, stageOf } = await atWork();
  for (const seed of [1, 2]) commitSegment(storage, token, makeSegment(stageOf(0, seed), 0, 50));
  storage.raw.prepare(`UPDATE "Stage" SET bits = ? WHERE id = ?`).run('f'.repeat(64), stageOf(0, 1));
  const waiting = [
    { seed: 1, bits: null },
    { seed: 2, bits: '0123456789ab' },
    { seed: 3, bits: null }, // not begun: anybody's
  ];
  noteWorkers(storage, token, { sweepId, workers: [], waiting }, NOW);
  expect(listMachines(storage)!.waiting).toMatchObject([
    { seed: 1, bits: null, signatures: ['ffffffffffff'] },
    { seed: 2, bits: '0123456789ab', signatures: [] },
  ]);
  const text = machinesText(listMachines(storage)!);
  expect(text).toContain('seed 1 waits for a machine with the bits ffffffffffff; with --move-seeds it is trained anew');
  expect(text).toContain('seed 2 waits for a machine of the class 0123456789ab; with --move-seeds');
  expect(text).toContain('No worker is there; `cosweep worker --join FILE`');
});

test('text of another machine cannot steer the terminal', async () => {
  const { storage, token } = await atWork();
  const hostile = { ...worker, host: 'a\u001b[2Jb', reason: 'left\u0007\nfor good', state: 'gone' as const };
  noteWorkers(storage, token, { sweepId: null, workers: [hostile], waiting: [] }, NOW);
  // eslint-disable-next-line no-control-regex
  expect(machinesText(listMachines(storage)!).replaceAll('\n', '')).not.toMatch(/[\u0000-\u001f]/);
});

test('what is noted is told as an event of its own, and no sweep changes with it', async () => {
  const { storage, token, sweepId } = await atWork();
  const look = follow(storage);
  noteWorkers(storage, token, { sweepId, workers: [worker], waiting: [] }, NOW);
  expect(await look()).toEqual({ sweeps: [], runs: [], list: false, workers: true });
  expect(await look()).toEqual({ sweeps: [], runs: [], list: false });
  clearWorkers(storage, token);
  expect(await look()).toEqual({ sweeps: [], runs: [], list: false, workers: true });
});

function follow(storage: Storage) {
  const source = storageChanges(storage);
  let last = source.revision();
  return async () => {
    const { revision, ...told } = await source.since(last);
    last = revision;
    return told;
  };
}
