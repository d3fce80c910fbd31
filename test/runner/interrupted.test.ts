import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test, vi } from 'vitest';
import { cosweep, cosweepHere, cosweepJson, start, untilNoneIsLeft, type Cosweep } from '../helpers/cosweep.ts';
import { ask, countRuns, isTaken, snapshot } from './snapshot.ts';
import { BATCHES, definition, runArgs, temporaryFolder, writeStudy } from './study.ts';
import { undisturbed, type Summary } from './undisturbed.ts';

/** Moments of a run's life that can be seen from outside. */
const moments = {
  itHasTakenTheDatabase: (run: Cosweep, db: string) => run.until('it took the database', () => isTaken(db)),
  itsWorkersOpen,
  aRunTrains: async (run: Cosweep, db: string) => {
    await itsWorkersOpen(run); // else the run may be one that a killed process has left as running
    await run.until('a run trained', () => countRuns(db, 'running') > 0);
    await sleep(150);
  },
  oneMoreRunIsComplete: async (run: Cosweep, db: string) => {
    const before = countRuns(db, 'complete');
    await run.until('one more run was complete', () => countRuns(db, 'complete') > before);
  },
};

function itsWorkersOpen(run: Cosweep): Promise<void> {
  return run.until(
    'its workers opened',
    () => / to train, on wasm with/.test(run.stderr()) && run.children().length > 0,
  );
}

async function stateOf(db: string): Promise<string> {
  const [sweep] = await cosweepHere<{ state: string }[]>(['list'], { db });
  return sweep!.state;
}

test('a study holds every batch of every run once', async () => {
  const { results, summary } = await undisturbed();
  expect(summary.runs).toEqual({ complete: 6, failed: 0, diverged: 0, reused: 0 });
  expect(Object.keys(results).sort()).toEqual([
    'N0, seed 0',
    'N0, seed 1',
    'N60, seed 0',
    'N60, seed 1',
    'noIntra, seed 0',
    'noIntra, seed 1',
  ]);
  const everyBatch = Array.from({ length: BATCHES }, (_, batch) => batch);
  for (const run of Object.values(results)) {
    expect(run.state).toBe('complete');
    expect(run.curves['train/total']!.map(([batch]) => batch)).toEqual(everyBatch);
    expect(run.curves['val/accuracy']!.map(([batch]) => batch)).toEqual([0, 30, 60, 90, 120]);
    expect(run.checkpoints[BATCHES]).toMatch(/^[0-9a-f]{64}$/);
  }
  expect(results['N60, seed 0']!.curves['train/truncated']!.map(([batch]) => batch)).toEqual(everyBatch.slice(60));
  expect(new Set(Object.values(results).map(({ checkpoints }) => checkpoints[BATCHES])).size).toBe(6);
});

test('SIGTERM and Ctrl-C, whenever they come, leave a sweep that continues to the same bits and trains nothing twice', async () => {
  const folder = temporaryFolder();
  const db = join(folder, 'study.db');
  const args = runArgs(writeStudy(folder));
  let trained = 0;
  const interrupt = async (
    moment: (run: Cosweep, db: string) => Promise<void>,
    how: (run: Cosweep) => void,
  ): Promise<number | null> => {
    const run = start(['--json', ...args], { db });
    await moment(run, db);
    how(run);
    const { code, stdout, stderr } = await run.ended;
    const summary = JSON.parse(stdout) as Summary;
    expect(summary.state, stderr).toBe('interrupted');
    expect(run.children()).toEqual([]);
    expect(await stateOf(db)).toBe('interrupted');
    trained += summary.batchesTrained;
    return code;
  };
  expect(await interrupt(moments.itHasTakenTheDatabase, (run) => run.signal('SIGTERM'))).toBe(143);
  expect(await interrupt(moments.itsWorkersOpen, (run) => run.pressCtrlC())).toBe(130);
  expect(await interrupt(moments.aRunTrains, (run) => run.pressCtrlC())).toBe(130);
  expect(await interrupt(moments.oneMoreRunIsComplete, (run) => run.signal('SIGTERM'))).toBe(143);

  const last = await cosweepJson<Summary>(args, { db });
  expect(last).toMatchObject({ state: 'complete', runs: { complete: 6, failed: 0 } });
  expect(trained + last.batchesTrained).toBe((await undisturbed()).summary.batchesTrained);
  expect(await snapshot(db)).toEqual((await undisturbed()).results);
});

test('Ctrl-C and cancel need not wait for a download', async () => {
  const folder = temporaryFolder();
  const db = join(folder, 'study.db');
  const deaf = join(folder, 'deaf.mjs');
  writeFileSync(deaf, 'globalThis.fetch = () => new Promise(() => setInterval(() => {}, 1000));');
  vi.stubEnv('NODE_OPTIONS', `--import ${deaf}`);
  vi.stubEnv('COSWEEP_DATA', '');
  vi.stubEnv('COSWEEP_CACHE', join(folder, 'cache'));
  onTestFinished(() => void vi.unstubAllEnvs());
  const file = join(folder, 'mnist.json');
  writeFileSync(
    file,
    JSON.stringify({ ...definition(), training: { dataset: { name: 'mnist' }, model: { name: 'mlp' }, batches: 10 } }),
  );
  const stopped = async (stop: (run: Cosweep) => unknown): Promise<[number | null, string]> => {
    const run = start(['--json', ...runArgs(file)], { db });
    await run.until(
      'it downloaded',
      () => run.stderr().includes('downloading') && ask(db, `SELECT state FROM "Sweep"`) === 'running',
    );
    await stop(run);
    const { code, stdout } = await run.ended;
    await untilNoneIsLeft(run);
    return [code, (JSON.parse(stdout) as Summary).state];
  };
  expect(await stopped((run) => run.pressCtrlC())).toEqual([130, 'interrupted']);
  expect(await stopped(() => cosweep(['cancel', 'study'], { db }))).toEqual([1, 'cancelled']);
});

test('Ctrl-C twice stops at once and costs no more than what was not committed', async () => {
  const folder = temporaryFolder();
  const db = join(folder, 'study.db');
  const args = runArgs(writeStudy(folder));
  const run = start(args, { db });
  await moments.aRunTrains(run, db);
  run.pressCtrlC();
  await run.until('it said that it stops', () => run.stderr().includes('once more to stop now'));
  run.pressCtrlC();
  const { code, stderr } = await run.ended;
  expect(code).toBe(130);
  expect(stderr).not.toContain('bug of Cosweep');
  await untilNoneIsLeft(run);
  expect(await stateOf(db)).toBe('interrupted');
  expect((await cosweep(args, { db })).code).toBe(0);
  expect(await snapshot(db)).toEqual((await undisturbed()).results);
});

test('kill -9 of the program, whenever it comes, leaves no process behind and a sweep that continues to the same bits', async () => {
  const folder = temporaryFolder();
  const db = join(folder, 'study.db');
  const args = runArgs(writeStudy(folder));
  const interrupt = async (
    moment: (run: Cosweep, db: string) => Promise<void>,
    signal: 'SIGKILL' | 'SIGINT',
  ): Promise<void> => {
    const run = start(args, { db });
    await moment(run, db);
    run.signal(signal);
    expect((await run.ended).code).toBe(signal === 'SIGKILL' ? null : 130);
    await untilNoneIsLeft(run);
    expect(await stateOf(db)).toBe('interrupted');
  };
  await interrupt(moments.itsWorkersOpen, 'SIGKILL');
  await interrupt(moments.aRunTrains, 'SIGINT'); // leaves checkpoints within runs, which the next one continues
  await interrupt(moments.aRunTrains, 'SIGKILL');
  await interrupt(moments.oneMoreRunIsComplete, 'SIGKILL');
  expect((await cosweep(args, { db })).code).toBe(0);
  expect(await snapshot(db)).toEqual((await undisturbed()).results);
});

test('a worker that is killed is replaced, and its run ends in the same bits', async () => {
  const folder = temporaryFolder();
  const db = join(folder, 'study.db');
  const run = start(['--json', ...runArgs(writeStudy(folder))], { db });
  await moments.itsWorkersOpen(run);
  for (const moment of [moments.itsWorkersOpen, moments.aRunTrains, moments.oneMoreRunIsComplete]) {
    await moment(run, db);
    const [victim] = run.children();
    if (victim !== undefined) process.kill(victim, 'SIGKILL');
  }
  const { code, stdout, stderr } = await run.ended;
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ state: 'complete', runs: { complete: 6, failed: 0 } });
  expect(stderr).toContain('killed by SIGKILL');
  expect(run.children()).toEqual([]);
  expect(await snapshot(db)).toEqual((await undisturbed()).results);
});
