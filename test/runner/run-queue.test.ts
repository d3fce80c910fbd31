import { expect, test } from 'vitest';
import { runQueue } from '../../server/runner/run-queue.ts';
import { leaseHolder } from '../../server/store/database/lease.ts';
import { listSweeps } from '../../server/store/reading/list-sweeps.ts';
import { queueSweep } from '../../server/store/sweeps/queue-sweep.ts';
import type { Storage } from '../../server/store/database/storage.ts';
import { makePlan, newStorage, request } from '../store/support.ts';

/** `cosweep run` of a queued sweep by a process that is stopped before the sweep's turn has come. */
function stoppedBeforeItsTurn(storage: Storage, sweepId: number): ReturnType<typeof runQueue> {
  const stop = AbortSignal.abort();
  const kill = new AbortController().signal;
  return runQueue({
    storage,
    sweepId,
    engine: 'auto',
    device: null,
    workers: 1,
    fresh: false,
    wait: true,
    command: 'a test',
    tell: () => {},
    stop,
    kill,
  });
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

async function states(storage: Storage): Promise<Record<number, string>> {
  const { items } = await listSweeps(storage);
  return Object.fromEntries(items.map(({ id, state }) => [Number(id.slice(1)), state]));
}
