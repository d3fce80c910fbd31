import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { steadyNow } from '../../server/runner/workers/steady-now.ts';
import { keepWorkers } from '../../server/runner/workers/keep-workers.ts';
import type { NotedWorkers } from '../../server/runner/workers/remote-workers.ts';
import { listMachines } from '../../server/store/reading/list-machines.ts';
import { begin, lease, makePlan, newStorage } from '../store/support.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A head of which the test says who is there. */
async function headOf() {
  const storage = await newStorage();
  const token = lease(storage);
  const { sweepId } = begin(storage, token, makePlan([{}]));
  const present: NotedWorkers = { sweepId, workers: [], waiting: [] };
  const come = (host: string): void => {
    const at = steadyNow();
    const worker = { id: host, host, pid: 7, slots: 1, engine: 'wasm', machine: null, bits: null };
    present.workers = [{ ...worker, state: 'opening', stages: [], cameAt: at, heardAt: at, reason: null }];
  };
  const end = keepWorkers(storage, token, { present: () => present });
  return { storage, come, end, seen: () => listMachines(storage)?.machines.map(({ host, silent }) => [host, silent]) };
}

test('who comes is there at the next look, is seen to be silent, and nobody is left at the end', async () => {
  const { come, seen, end } = await headOf();
  expect(seen()).toEqual([]);
  come('gpu-1');
  expect(seen()).toEqual([]);
  vi.advanceTimersByTime(1_000);
  expect(seen()).toEqual([['gpu-1', 1]]);
  vi.advanceTimersByTime(60_000);
  expect(seen()).toEqual([['gpu-1', 61]]);
  end();
  expect(seen()).toBeUndefined();
  vi.advanceTimersByTime(10_000);
  expect(seen()).toBeUndefined();
});

test('a note that fails is made at the next look', async () => {
  const { storage, come, seen, end } = await headOf();
  storage.raw.exec(`CREATE TRIGGER full BEFORE INSERT ON "RemoteWorker" BEGIN SELECT RAISE(ABORT, 'full'); END`);
  come('gpu-1');
  vi.advanceTimersByTime(1_000);
  expect(seen()).toEqual([]);
  storage.raw.exec('DROP TRIGGER full');
  vi.advanceTimersByTime(1_000);
  expect(seen()).toEqual([['gpu-1', 2]]);
  end();
});
