import { expect, test } from 'vitest';
import { RunStarter } from '../../server/cli/run-starter.ts';
import type { RunEnd } from '../../server/cli/spawn-run.ts';
import { readSweep } from '../../server/store/reading/read-sweep.ts';
import { queueAgain } from '../../server/store/sweeps/queue.ts';
import { queueSweep } from '../../server/store/sweeps/queue-sweep.ts';
import { finishSweep, startSweep } from '../../server/store/training/sweep-turn.ts';
import type { Storage } from '../../server/store/database/storage.ts';
import { releaseLease } from '../../server/store/database/lease.ts';
import { lease, makePlan, newStorage, request } from '../store/support.ts';

interface Process {
  sweepId: string;
  end(end: RunEnd): Promise<void>;
}

/** A starter of pretended processes, in the order in which they were started. */
async function makeStarter(): Promise<{ storage: Storage; starter: RunStarter; processes: Process[]; said: string[] }> {
  const storage = await newStorage();
  const [processes, said]: [Process[], string[]] = [[], []];
  const spawn = async (sweepId: string) => {
    let end: (end: RunEnd) => void = () => {};
    const ended = new Promise<RunEnd>((resolve) => (end = resolve));
    processes.push({ sweepId, end: (how) => (end(how), settled()) });
    return { log: `${sweepId}.log`, ended };
  };
  return { storage, starter: new RunStarter({ storage, spawn, say: (text) => void said.push(text) }), processes, said };
}

const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 20));
const queue = (storage: Storage, name: string): string =>
  `s${queueSweep(storage, request(makePlan([{ beta: 0 }], [1], name))).sweepId}`;
const done: RunEnd = { how: 'exit code 0', said: '' };

/** Trains a queued sweep to its end, as a process does. */
function train(storage: Storage, sweepId: string): void {
  const token = lease(storage);
  startSweep(storage, token, Number(sweepId.slice(1)), 'wasm');
  finishSweep(storage, token, Number(sweepId.slice(1)), 'complete');
  releaseLease(storage, token);
}

test('one process at a time is started, whatever is asked for', async () => {
  const { storage, starter, processes } = await makeStarter();
  const sweeps = Array.from({ length: 12 }, (_, i) => queue(storage, `sweep ${i}`));
  for (const sweep of sweeps) await starter.start(sweep);
  await starter.start(sweeps[3]!);
  expect(processes.map(({ sweepId }) => sweepId)).toEqual(['s1']);

  // It trains some of the queue and is stopped; of what is queued still, the first is given a process.
  for (const sweep of sweeps.slice(0, 5)) train(storage, sweep);
  await processes[0]!.end({ how: 'exit code 130', said: '' });
  expect(processes.map(({ sweepId }) => sweepId)).toEqual(['s1', 's6']);
  for (const sweep of sweeps.slice(5)) train(storage, sweep);
  await processes[1]!.end(done);
  expect(processes).toHaveLength(2);

  queueAgain(storage, 1);
  await starter.start('s1');
  expect(processes.map(({ sweepId }) => sweepId)).toEqual(['s1', 's6', 's1']);
});

test('a process that dies at once leaves its sweep interrupted, with what it said, and the next one is begun', async () => {
  const { storage, starter, processes } = await makeStarter();
  const [first, second] = [queue(storage, 'first'), queue(storage, 'second')];
  await starter.start(first);
  await starter.start(second);
  await processes[0]!.end({ how: 'exit code 1', said: 'Cannot open database: it is locked' });
  expect(await readSweep(storage, 1)).toMatchObject({
    state: 'interrupted',
    error: 'Its process ended early (exit code 1): Cannot open database: it is locked',
    finishedAt: expect.any(Date),
  });
  expect(processes.map(({ sweepId }) => sweepId)).toEqual([first, second]);
  expect(await readSweep(storage, 2)).toMatchObject({ state: 'queued', error: null });
});

test('a sweep stays queued where another process trains and will come to it, and where it was asked for again', async () => {
  const { storage, starter, processes } = await makeStarter();
  const sweep = queue(storage, 'waits');
  const token = lease(storage);
  await starter.start(sweep);
  await processes[0]!.end({ how: 'exit code 1', said: 'locked' });
  expect(await readSweep(storage, 1)).toMatchObject({ state: 'queued', error: null });
  releaseLease(storage, token);

  await starter.start(sweep);
  await starter.start(sweep);
  await processes[1]!.end(done);
  expect(await readSweep(storage, 1)).toMatchObject({ state: 'queued', error: null });
  expect(processes).toHaveLength(3);
});

test('a process that cannot be started is said to whoever asked, and written down', async () => {
  const storage = await newStorage();
  const spawn = (): Promise<never> => Promise.reject(new Error('spawn EAGAIN'));
  const starter = new RunStarter({ storage, spawn, say: () => {} });
  await expect(starter.start(queue(storage, 'first'))).rejects.toThrow('EAGAIN');
  expect(await readSweep(storage, 1)).toMatchObject({
    state: 'interrupted',
    error: 'Its process could not be started: spawn EAGAIN',
  });
});
