import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { runQueue } from '../../server/runner/run-queue.ts';
import { HolderWatch } from '../../server/store/database/lease.ts';
import { openStorage } from '../../server/store/database/storage.ts';
import { queueAgain } from '../../server/store/sweeps/queue.ts';
import { cosweep, cosweepHere, start, untilNoneIsLeft, type Cosweep } from '../helpers/cosweep.ts';
import { size } from '../helpers/size.ts';
import { countRuns, snapshot } from '../runner/snapshot.ts';
import { runArgs, temporaryFolder, writeStudy, type Study } from '../runner/study.ts';
import { undisturbed } from '../runner/undisturbed.ts';

const study: Study = { N: [0, 60], seeds: 1, small: true };

/** A study at work whose first worker stands still from now on. */
async function withHungWorker(watchdog: string): Promise<{ run: Cosweep; db: string; args: string[] }> {
  const folder = temporaryFolder();
  const db = join(folder, 'study.db');
  vi.stubEnv('COSWEEP_WATCHDOG', watchdog);
  onTestFinished(() => void vi.unstubAllEnvs());
  const args = runArgs(writeStudy(folder, study));
  const run = start(args, { db });
  await trains(run, db);
  process.kill(run.children()[0]!, 'SIGSTOP');
  return { run, db, args };
}

async function trains(run: Cosweep, db: string): Promise<void> {
  await run.until('it trained', () => run.children().length === 2 && countRuns(db, 'running') > 0);
}

async function stateOf(db: string): Promise<unknown> {
  return (await cosweepHere<{ state: string }[]>(['list'], { db }))[0]!.state;
}

async function continues(args: string[], db: string): Promise<void> {
  const { code, stderr } = await cosweep(args, { db });
  expect(code, stderr).toBe(0);
  expect(await snapshot(db)).toEqual((await undisturbed(study)).results);
}

test.each(Array.from({ length: size(1, 5) }, (_, i) => i))(
  'a worker that hangs is noticed and replaced, and the sweep ends in the same bits (%i)',
  async () => {
    const { run, db } = await withHungWorker('10');
    const { code, stderr } = await run.ended;
    expect(code, stderr).toBe(0);
    expect(stderr).toMatch(/is tried again: .*\(it gave no sign of life for \d+ s and was killed/);
    expect(await snapshot(db)).toEqual((await undisturbed(study)).results);
  },
);

test.each([
  ['Ctrl-C', 130, 'interrupted', (run: Cosweep) => run.pressCtrlC()],
  ['cancel', 1, 'cancelled', (_run: Cosweep, db: string) => cosweepHere(['cancel', 'latest'], { db })],
] as const)('a worker that hangs does not keep %s waiting for ever', async (_how, code, state, stop) => {
  const { run, db, args } = await withHungWorker('10');
  await stop(run, db);
  expect((await run.ended).code).toBe(code);
  await untilNoneIsLeft(run);
  expect(await stateOf(db)).toBe(state);
  await continues(args, db);
});

test('cancel --now kills a worker that hangs, with all patience that there is', async () => {
  const { run, db, args } = await withHungWorker('100000');
  await cosweepHere(['cancel', 'latest', '--now'], { db });
  expect((await run.ended).code).toBe(1);
  await untilNoneIsLeft(run);
  expect(await stateOf(db)).toBe('cancelled');
  await continues(args, db);
});

/** Lets a minute and a half pass within as many looks as that takes at least. */
function hurriedWatch(): HolderWatch {
  let now = 0;
  return new HolderWatch(() => (now += 5_000));
}

test('a process that stands still past its lease is taken over; woken, it ends and has spoilt nothing', async () => {
  const folder = temporaryFolder();
  const db = join(folder, 'study.db');
  const run = start(runArgs(writeStudy(folder, study)), { db });
  await trains(run, db);
  run.signal('SIGSTOP');
  const storage = await openStorage({ file: db, create: false });
  onTestFinished(() => storage.close());
  queueAgain(storage, 1);
  const never = new AbortController().signal;
  const options = { engine: 'wasm', device: null, workers: 2, fresh: false, wait: true, command: 'a test' } as const;
  const summary = await runQueue(
    { storage, sweepId: 1, ...options, tell: () => {}, stop: never, kill: never },
    { watch: hurriedWatch(), every: 20 },
  );
  expect(summary).toMatchObject({ state: 'complete', runs: { complete: 3, failed: 0 } });
  run.signal('SIGCONT');
  const { code, stderr } = await run.ended;
  expect([code, stderr]).toEqual([1, expect.stringContaining('another process has taken over this database')]);
  expect(stderr).not.toContain('bug of Cosweep');
  expect(await snapshot(db)).toEqual((await undisturbed(study)).results);
});
