import { rmSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { RunOptions } from '../../server/runner/run-options.ts';
import { runQueue } from '../../server/runner/run-queue.ts';
import { HolderWatch, leaseHolder, takeLease } from '../../server/store/database/lease.ts';
import { listSweeps } from '../../server/store/reading/list-sweeps.ts';
import { queueSweep } from '../../server/store/sweeps/queue-sweep.ts';
import type { Storage } from '../../server/store/database/storage.ts';
import { makePlan, newStorage, request } from '../store/support.ts';

function optionsOf(storage: Storage, sweepId: number): RunOptions {
  return {
    storage,
    sweepId,
    engine: 'auto',
    device: null,
    workers: 1,
    fresh: false,
    wait: true,
    command: 'a test',
    tell: () => {},
    stop: new AbortController().signal,
    kill: new AbortController().signal,
  };
}

/** `cosweep run` of a queued sweep by a process that is stopped before the sweep's turn has come. */
function stoppedBeforeItsTurn(storage: Storage, sweepId: number): ReturnType<typeof runQueue> {
  return runQueue({ ...optionsOf(storage, sweepId), stop: AbortSignal.abort() });
}

test('who is stopped before the turn of its sweep leaves that interrupted, and the sweeps of others in the queue', async () => {
  const storage = await newStorage();
  const others = queueSweep(storage, request(makePlan([{ beta: 0 }], [1], 'others')), 1).sweepId;
  const own = queueSweep(storage, request(makePlan([{ beta: 0.1 }], [1], 'own')), 2).sweepId;
  const probe = queueSweep(storage, request(makePlan([{ beta: 0.2 }], [1, 2], 'probe'), { probeSeeds: 1 }), 3).sweepId;

  expect(await stoppedBeforeItsTurn(storage, own)).toBeNull();
  expect(await states(storage)).toEqual({ [others]: 'queued', [own]: 'interrupted', [probe]: 'queued' });
  expect(await stoppedBeforeItsTurn(storage, probe)).toBeNull();
  expect(await states(storage)).toEqual({ [others]: 'queued', [own]: 'interrupted', [probe]: 'interrupted' });
  expect(leaseHolder(storage)).toBeNull();
});

test('a probe that is stopped before its turn stays in the queue where all of it was asked for meanwhile', async () => {
  const storage = await newStorage();
  const probe = queueSweep(storage, request(makePlan([{ beta: 0.2 }], [1, 2]), { probeSeeds: 1 })).sweepId;
  const stopped = stoppedBeforeItsTurn(storage, probe);
  queueSweep(storage, request(makePlan([{ beta: 0.2 }], [1, 2])));
  expect(await stopped).toBeNull();
  expect(await states(storage)).toEqual({ [probe]: 'queued' });
});

test('workers on other machines are sent home, and their queues left, before another process can have the lease', async () => {
  const storage = await newStorage();
  const { sweepId } = queueSweep(storage, request(makePlan([{ beta: 0.1 }], [1])));
  const unused = (): never => {
    throw new Error('nothing is trained');
  };
  const closed: boolean[] = [];
  const remote = {
    ...{ temporaries: 'sweep.checkpoint', begin: () => {}, engine: unused, gather: unused, seating: unused },
    present: () => ({ sweepId: null, workers: [], waiting: [] }),
    close: async () => void closed.push(leaseHolder(storage) !== null),
  };
  expect(await runQueue({ ...optionsOf(storage, sweepId), remote, stop: AbortSignal.abort() })).toBeNull();
  expect([closed, leaseHolder(storage)]).toEqual([[true], null]);
});

test('who waits for another process notices that the database is gone', async () => {
  const storage = await newStorage();
  const { sweepId } = queueSweep(storage, request(makePlan([{ beta: 0.1 }], [1])));
  takeLease(storage, 'another process');
  const stop = new AbortController();
  const waiting = runQueue(
    { ...optionsOf(storage, sweepId), stop: stop.signal },
    { watch: new HolderWatch(), every: 10 },
  );
  rmSync(storage.file);
  await expect(waiting).rejects.toThrow(/the file was deleted while it was open/);
});

async function states(storage: Storage): Promise<Record<number, string>> {
  const { items } = await listSweeps(storage);
  return Object.fromEntries(items.map(({ id, state }) => [Number(id.slice(1)), state]));
}
