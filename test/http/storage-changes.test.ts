import { expect, test } from 'vitest';
import { storageChanges } from '../../server/http/storage-changes.ts';
import { releaseLease } from '../../server/store/database/lease.ts';
import { finishRun, startRun } from '../../server/store/training/run-state.ts';
import { finishSweep } from '../../server/store/training/sweep-turn.ts';
import { begin, lease, makePlan, newStorage, RECORD } from '../store/support.ts';

const none = { sweeps: [], runs: [], list: false };

/** A sweep of two runs, one of which trains; `look` gives what a feed is told. */
async function watched() {
  const storage = await newStorage();
  const token = lease(storage);
  const { sweepId, tasks } = begin(storage, token, makePlan([{}], [1, 2]));
  startRun(storage, token, tasks[0]!.runId, RECORD);
  const source = storageChanges(storage);
  let last = source.revision();
  const look = async () => {
    const { revision, ...told } = await source.since(last);
    last = revision;
    return told;
  };
  return { storage, token, sweepId, runId: tasks[0]!.runId, look };
}

test('all that a silent process left as running is told once, and once more if the process answers', async () => {
  const { storage, look } = await watched();
  const answer = (at: number) => storage.raw.prepare('UPDATE "Lease" SET heartbeatAt = ?').run(at);
  expect(await look()).toEqual(none);
  answer(0);
  expect(await look()).toEqual({ sweeps: ['s1'], runs: ['r1'], list: false });
  expect(await look()).toEqual(none);
  answer(Date.now());
  expect(await look()).toEqual({ sweeps: ['s1'], runs: ['r1'], list: false });
  expect(await look()).toEqual(none);
});

test('a process that ends by itself has written all its changes, and each is told once', async () => {
  const { storage, token, sweepId, runId, look } = await watched();
  finishRun(storage, token, runId, { state: 'complete', intraDead: null });
  finishSweep(storage, token, sweepId, 'interrupted');
  expect(await look()).toEqual({ sweeps: ['s1'], runs: ['r1'], list: false });
  releaseLease(storage, token);
  expect(await look()).toEqual(none);
});
