import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { cosweep, cosweepHere, cosweepJson, start } from '../helpers/cosweep.ts';
import { countRuns, snapshot } from './snapshot.ts';
import { BATCHES, runArgs, temporaryFolder, writeStudy } from './study.ts';
import { copyOfTrained, undisturbed, type Summary } from './undisturbed.ts';

// With N = 0 nothing is shared between runs, so that what has to be trained is a whole number of runs.
const small = { N: [0], small: true };

test('what the database holds is not trained again: the same definition, a longer one, another sweep; --fresh does', async () => {
  const folder = temporaryFolder();
  const { db, file, summary } = await copyOfTrained(folder, small);
  const train = (file: string, ...more: string[]): Promise<Summary> =>
    cosweepJson<Summary>(runArgs(file, ...more), { db });
  expect(summary).toMatchObject({ sweepId: 's1', batchesTrained: 4 * BATCHES });
  const first = await snapshot(db);

  expect(await train(file)).toMatchObject({
    sweepId: 's1',
    state: 'complete',
    runs: { complete: 4, failed: 0 },
    batchesTrained: 0,
    batchesUnshared: 4 * BATCHES,
  });
  expect(await snapshot(db)).toEqual(first);

  // One more β and one more seed: 3 arms × 3 seeds, of which 2 × 2 are there.
  const longer = { ...small, beta: [0.3, 0.4], seeds: 3 };
  writeStudy(folder, longer);
  expect(await train(file)).toMatchObject({
    sweepId: 's1',
    state: 'complete',
    runs: { complete: 9 },
    batchesTrained: 5 * BATCHES,
  });
  const extended = await snapshot(db);
  expect(extended['noIntra, seed 1']).toEqual(first['noIntra, seed 1']);
  expect(extended['β0.3, seed 0']!.curves).toEqual(first['β0.3 N0, seed 0']?.curves ?? Object.values(first)[0]!.curves);

  const other = writeStudy(folder, { ...small, name: 'other', beta: [0.4], seeds: [2, 3] });
  expect(await train(other)).toMatchObject({
    sweepId: 's2',
    state: 'complete',
    runs: { complete: 4, reused: 2 },
    batchesTrained: 2 * BATCHES,
  });

  writeStudy(folder, small);
  expect(await train(file)).toMatchObject({
    sweepId: 's1',
    state: 'complete',
    runs: { complete: 4 },
    batchesTrained: 0,
  });
  expect(await snapshot(db, 's1')).toEqual(first);

  const before = await cosweepHere<{ run: string }[]>(['runs', 's1'], { db });
  expect(await train(file, '--fresh')).toMatchObject({
    sweepId: 's1',
    state: 'complete',
    runs: { complete: 4, reused: 0 },
    batchesTrained: 4 * BATCHES,
  });
  const after = await cosweepHere<{ run: string }[]>(['runs', 's1'], { db });
  expect(after.filter(({ run }) => before.some((old) => old.run === run))).toEqual([]);
  expect(await snapshot(db, 's1')).toEqual(first);
});

test('a sweep that goes on with another device or library says so', async () => {
  const folder = temporaryFolder();
  const { db, file } = await copyOfTrained(folder, { ...small, seeds: 1 });
  const connection = new Database(db);
  connection
    .prepare(
      `UPDATE "Run" SET device = 'GeForce 256', versions = json_set(versions, '$."@tensorflow/tfjs-core"', '1.0.0') WHERE id = 1`,
    )
    .run();
  connection.close();
  writeStudy(folder, { ...small, seeds: 2 });
  const { code, stderr } = await cosweep(runArgs(file), { db });
  expect(code, stderr).toBe(0);
  expect(stderr).toMatch(
    /s1 was trained on GeForce 256, now on CPU, 1 thread[^;]*; with @tensorflow\/tfjs-core 1\.0\.0, now with \d+\.\d+\.\d+: they round differently/,
  );
});

test('a sweep keeps its engine once it has started: another one is refused, and nothing changes', async () => {
  const folder = temporaryFolder();
  const { db, file } = await copyOfTrained(folder, { ...small, seeds: 1 });
  const unopened = await cosweep(['run', file, '--engine', 'tensorflow', '--device', '0'], {
    db: join(folder, 'none.db'),
  });
  expect([unopened.code, unopened.stderr]).toEqual([
    2,
    expect.stringContaining('the engine tensorflow has no choice of devices'),
  ]);
  const before = await cosweepHere(['list'], { db });
  for (const sweep of [file, 's1']) {
    const { code, stderr } = await cosweep(['run', sweep, '--engine', 'tensorflow'], { db });
    expect(code).toBe(2);
    expect(stderr).toContain('Cannot train s1 on tensorflow: it was started on wasm');
    expect(stderr).toContain('--fresh');
    expect(await cosweepHere(['list'], { db })).toEqual(before);
  }
});

test('a damaged checkpoint costs its stage and nothing else', async () => {
  const folder = temporaryFolder();
  const db = join(folder, 'study.db');
  const args = runArgs(writeStudy(folder));
  const run = start(args, { db });
  await run.until('a run trained', () => countRuns(db, 'running') > 0);
  await sleep(150);
  run.signal('SIGTERM');
  expect((await run.ended).code).toBe(143);
  const files = readdirSync(`${db}.checkpoints`).filter((name) => name !== 'owner');
  expect(files.length).toBeGreaterThan(0);
  for (const name of files) flipOneBit(join(`${db}.checkpoints`, name));

  const { code, stderr } = await cosweep(args, { db });
  expect(code).toBe(0);
  expect(stderr).toMatch(/[Cc]heckpoint .* is lost or damaged/);
  expect(await snapshot(db)).toEqual((await undisturbed()).results);
});

function flipOneBit(file: string): void {
  const bytes = readFileSync(file);
  bytes[bytes.length >> 1]! ^= 1;
  writeFileSync(file, bytes);
}
