import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { cosweep, cosweepHere, start } from '../helpers/cosweep.ts';
import { countRuns, snapshot } from './snapshot.ts';
import { BATCHES, runArgs, temporaryFolder, writeStudy } from './study.ts';
import { undisturbed, type Summary } from './undisturbed.ts';

test('a run that diverges keeps its curve up to the first batch that is not finite, and leaves the others alone', async () => {
  const folder = temporaryFolder();
  const db = join(folder, 'study.db');
  const file = writeStudy(folder, { N: [0], learningRate: [0.02, 1e30], small: true });
  const run = await cosweep(['--json', ...runArgs(file)], { db });
  expect(run.code, run.stderr).toBe(0);
  expect(JSON.parse(run.stdout)).toMatchObject({ state: 'complete', runs: { complete: 4, failed: 0, diverged: 4 } });

  const results = await snapshot(db);
  const healthy = (await undisturbed({ N: [0], small: true })).results;
  const diverged = Object.entries(results).filter(([, { state }]) => state === 'diverged');
  expect(diverged.map(([name]) => name).every((name) => /1e\+?30/.test(name))).toBe(true);
  for (const [, { curves }] of diverged) {
    const total = curves['train/total']!;
    expect(total.length).toBeLessThan(25); // the losses are read 25 batches or more at a time
    expect(total.map(([batch]) => batch)).toEqual(total.map((_, batch) => batch));
    expect(total.map(([, value]) => value === null)).toEqual(total.map((_, batch) => batch === total.length - 1));
    expect(curves['val/accuracy']!.map(([batch]) => batch)).toEqual([0]);
  }
  const complete = Object.values(results).filter(({ state }) => state === 'complete');
  expect(complete.map(({ curves }) => curves)).toEqual(Object.values(healthy).map(({ curves }) => curves));

  const table = await cosweepHere<{ rows: Row[]; missing: { arm: number; seed: number; state: string }[] }>(
    ['export', 'latest', '--format', 'json'],
    { db },
  );
  const broken = table.rows.filter(({ params }) => params['training.optimizer.learningRate'] === 1e30);
  expect(broken.map(({ n, mean, diverged }) => ({ n, mean, diverged }))).toEqual([
    { n: 0, mean: null, diverged: 2 },
    { n: 0, mean: null, diverged: 2 },
  ]);
  expect(table.missing).toEqual(
    expect.arrayContaining(broken.flatMap(({ arm }) => [0, 1].map((seed) => ({ arm, seed, state: 'diverged' })))),
  );
  expect(table.missing).toHaveLength(4);
  for (const { arm, n, mean } of table.rows.filter(
    ({ params }) => params['training.optimizer.learningRate'] !== 1e30,
  )) {
    expect([arm, n, mean]).toEqual([arm, 2, expect.any(Number)]);
  }
  const again = await cosweep(['--json', ...runArgs(file, '--fail-on', 'diverged')], { db });
  expect(again.code).toBe(1);
  expect(JSON.parse(again.stdout)).toMatchObject({ state: 'complete', runs: { diverged: 4 }, batchesTrained: 0 });
});

interface Row {
  arm: number;
  n: number;
  mean: number | null;
  diverged: number;
  params: Record<string, number | null>;
}

test('a run whose worker dies every time fails with its reason after two retries; retry completes it', async () => {
  const folder = temporaryFolder();
  const db = join(folder, 'study.db');
  const run = start(
    ['--json', 'run', writeStudy(folder, { N: [0] }), '--engine', 'wasm', '--workers', '1', '--keep-checkpoints'],
    { db },
  );
  await run.until('its worker opened', () => / to train, on wasm with/.test(run.stderr()));
  // The processes are listed before the database is asked: one that is there then belongs to the run that has not
  // failed yet.
  for (;;) {
    const workers = run.children();
    if (countRuns(db, 'failed') > 0) break;
    for (const worker of workers) kill(worker);
    await sleep(50);
  }
  const { code, stdout, stderr } = await run.ended;
  expect(code, stderr).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({ state: 'complete', runs: { complete: 3, failed: 1, diverged: 0 } });

  const rows = await cosweepHere<{ run: string; state: string; error: string | null }[]>(['runs', 'latest'], { db });
  const [failed] = rows.filter(({ state }) => state === 'failed');
  // The last one may not have come to its stage yet.
  expect(failed!.error).toMatch(
    /^Worker process \d+ ended while (training|its engine was opening) \(killed by SIGKILL\).*\(tried 3 times\)$/s,
  );
  expect(await cosweepHere(['show', failed!.run], { db })).toMatchObject({ state: 'failed', error: failed!.error });
  expect(await cosweepHere(['list'], { db })).toMatchObject([
    { state: 'complete', counts: { complete: 3, failed: 1 } },
  ]);

  const retried = await cosweep(['--json', 'retry', 'latest', '--engine', 'wasm', '--workers', '1'], { db });
  expect(retried.code, retried.stderr).toBe(0);
  expect(JSON.parse(retried.stdout) as Summary).toMatchObject({
    state: 'complete',
    runs: { complete: 4, failed: 0 },
    batchesTrained: BATCHES,
  });
  expect(await snapshot(db)).toEqual((await undisturbed({ N: [0] })).results);
});

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // it has ended by itself
  }
}
