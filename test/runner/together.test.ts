import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { cosweep, cosweepHere, start, type Cosweep } from '../helpers/cosweep.ts';
import { ask, countRuns, isLocked, isTaken, snapshot } from './snapshot.ts';
import { BATCHES, runArgs, temporaryFolder, writeStudy } from './study.ts';
import { undisturbed, type Summary } from './undisturbed.ts';

interface Listed {
  name: string;
  state: string;
  error: string | null;
  engine: string | null;
  cancelling: boolean;
  counts: Record<string, number>;
}

/** Holds a program where it is, but not within a transaction, for which others would wait in vain. */
async function hold(program: Cosweep, db: string): Promise<void> {
  for (;;) {
    program.signal('SIGSTOP');
    await sleep(20); // until it stands still
    if (!isLocked(db)) return;
    program.signal('SIGCONT');
    await sleep(5);
  }
}

test('of several runs on one database one trains everything, and the others say who is at work', async () => {
  const folder = temporaryFolder();
  const db = join(folder, 'study.db');
  const file = writeStudy(folder);
  const first = start(['--json', ...runArgs(file)], { db });
  await first.until('it took the database', () => isTaken(db));

  // Half of it is what the first one trains anyway.
  const left = writeStudy(folder, { name: 'left', N: [60], beta: [0.3, 0.4], seeds: 1 });
  const queued = await cosweep(['--json', ...runArgs(left, '--no-wait')], { db });
  expect(queued.code).toBe(0);
  expect(queued.stderr).toMatch(
    new RegExp(
      `Process ${first.pid} on .* trains on this database \\(cosweep .*run ${file}.*\\); this sweep is queued`,
    ),
  );
  expect(JSON.parse(queued.stdout)).toMatchObject({ name: 'left', state: 'queued', batchesTrained: 0 });

  // Early, since all of this is over in seconds where the machine is fast.
  await first.until('a run trained', () => countRuns(db, 'running') > 0);
  const removed = await cosweep(['rm', 'study', '--yes'], { db });
  expect(removed.code).toBe(2);
  expect(removed.stderr).toContain('Cannot');

  // Another sweep in the queue has its own engine, whatever this process was told; whether that works here is another
  // matter.
  const native = writeStudy(folder, { name: 'native', N: [0], seeds: 1 });
  expect((await cosweep(['run', native, '--engine', 'tensorflow', '--no-wait'], { db })).code).toBe(0);

  const same = start(['--json', ...runArgs(file)], { db });
  const leaves = start(runArgs(left), { db });
  await same.until('it waited', () => same.stderr().includes(`Process ${first.pid}`));
  await leaves.until('it waited', () => leaves.stderr().includes(`Process ${first.pid}`));
  leaves.signal('SIGINT');
  expect((await leaves.ended).code).toBe(130);

  const [one, two] = await Promise.all([first.ended, same.ended]);
  expect([one.code, two.code]).toEqual([0, 0]);
  const summaries = [one, two].map(({ stdout }) => JSON.parse(stdout) as Summary);
  expect(summaries).toMatchObject([
    { state: 'complete', runs: { complete: 6 } },
    { state: 'complete', runs: { complete: 6 } },
  ]);
  expect(summaries[0]!.batchesTrained + summaries[1]!.batchesTrained).toBe(
    (await undisturbed()).summary.batchesTrained,
  );
  const sweeps = await cosweepHere<Listed[]>(['list'], { db });
  expect(sweeps.slice(1).map(({ name, state }) => [name, state])).toEqual([
    ['left', 'complete'],
    ['study', 'complete'],
  ]);
  expect(sweeps[0]).toMatchObject({ name: 'native', engine: 'tensorflow' });
  if (sweeps[0]!.state !== 'complete') expect(sweeps[0]!.error).toMatch(/^Cannot open the tensorflow engine/);
  expect(sweeps[1]!.counts.complete).toBe(3);
  expect(ask(db, `SELECT count(*) FROM "Run" WHERE engine = 'wasm'`)).toBe(7); // of the three runs of `left` two are the study's
  expect(await snapshot(db, 'study')).toEqual((await undisturbed()).results);
});

test('run of a sweep that is being probed waits, and who probes it goes on with all of it', async () => {
  const folder = temporaryFolder();
  const db = join(folder, 'study.db');
  const file = writeStudy(folder);
  const probe = start(['--json', 'probe', file, '--engine', 'wasm', '--workers', '2'], { db });
  await probe.until('a run trained', () => countRuns(db, 'running') > 0);
  await hold(probe, db); // else the probe may be done before the other one has started
  const waiting = start(['--json', ...runArgs(file)], { db });
  await waiting.until('it waited', () => waiting.stderr().includes(`Process ${probe.pid}`));
  probe.signal('SIGCONT');
  const run = await waiting.ended;
  expect(run.code, run.stderr).toBe(0);
  expect(JSON.parse(run.stdout)).toMatchObject({ state: 'complete', runs: { complete: 6 }, batchesTrained: 0 });
  expect((await probe.ended).code).toBe(0);
  expect(await snapshot(db, 'study')).toEqual((await undisturbed()).results);
});

test('a second run takes over where the first one is killed', async () => {
  const folder = temporaryFolder();
  const db = join(folder, 'study.db');
  const file = writeStudy(folder);
  const first = start(runArgs(file), { db });
  await first.until('a run trained', () => countRuns(db, 'running') > 0);
  const second = start(['--json', ...runArgs(file)], { db });
  await second.until('it waited', () => second.stderr().includes(`Process ${first.pid}`));
  first.signal('SIGKILL');
  const { code, stdout, stderr } = await second.ended;
  expect(code, stderr).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ state: 'complete', runs: { complete: 6 } });
  expect(await snapshot(db, 'study')).toEqual((await undisturbed()).results);
});

test('Ctrl-C of who trains leaves a sweep that another process waits for to that one', async () => {
  const folder = temporaryFolder();
  const db = join(folder, 'study.db');
  const first = start(
    ['--json', ...runArgs(writeStudy(folder, { name: 'first', N: [0], learningRate: [0.01], seeds: 1 }))],
    { db },
  );
  await first.until('it took the database', () => isTaken(db));
  const waiting = start(['--json', ...runArgs(writeStudy(folder))], { db });
  await waiting.until('it waited', () => waiting.stderr().includes(`Process ${first.pid}`));
  await first.until('it went on with the other sweep', () => first.stderr().includes('s2 study: '));
  first.pressCtrlC();
  const stopped = await first.ended;
  expect([stopped.code, JSON.parse(stopped.stdout)], stopped.stderr).toMatchObject([
    130,
    { name: 'first', state: 'complete' },
  ]);
  const { code, stdout, stderr } = await waiting.ended;
  expect(code, stderr).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ name: 'study', state: 'complete', runs: { complete: 6 } });
  expect(await snapshot(db, 'study')).toEqual((await undisturbed()).results);
});

test('cancel from another process stops a sweep, and run continues it', async () => {
  const folder = temporaryFolder();
  const db = join(folder, 'study.db');
  const file = writeStudy(folder);
  const run = start(['--json', ...runArgs(file)], { db });
  await run.until('a run trained', () => countRuns(db, 'running') > 0);
  const cancelled = await cosweep(['cancel', 'study'], { db });
  expect([cancelled.code, cancelled.stdout]).toEqual([
    0,
    's1 study: the process that trains it will stop it within seconds\n',
  ]);
  const { code, stdout } = await run.ended;
  expect(code).toBe(1);
  const summary = JSON.parse(stdout) as Summary;
  expect(summary.state).toBe('cancelled');
  expect(summary.batchesTrained).toBeLessThan(6 * BATCHES);
  expect(run.children()).toEqual([]);
  const [sweep] = await cosweepHere<Listed[]>(['list'], { db });
  expect(sweep).toMatchObject({ state: 'cancelled', cancelling: false, counts: { waiting: 0, running: 0 } });
  expect((await cosweep(runArgs('s1'), { db })).code).toBe(0);
  expect(await snapshot(db)).toEqual((await undisturbed()).results);
});
