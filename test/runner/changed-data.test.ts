import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { cosweep, cosweepHere, start } from '../helpers/cosweep.ts';
import { countRuns } from './snapshot.ts';
import { BATCHES, definition, temporaryFolder } from './study.ts';
import { writeImages } from './tiny-images.ts';

test('what is trained after the data has changed does not count as trained on it', async () => {
  const folder = temporaryFolder();
  const db = join(folder, 'study.db');
  writeImages(folder, 300, 12);
  const study = definition({ N: [0] }) as { training: object };
  const dataset = { name: 'idx', images: 'images', labels: 'labels', validation: 60, splitSeed: 'seed' };
  writeFileSync(
    join(folder, 'study.json'),
    JSON.stringify({ ...study, training: { ...study.training, dataset, batches: 4 * BATCHES, evalEvery: BATCHES } }),
  );
  const args = ['--json', 'run', 'study.json', '--engine', 'wasm', '--workers', '1'];

  const run = start(args, { db });
  await run.until('it trained', () => countRuns(db, 'running') > 0); // on the split of the first seed
  writeImages(folder, 200, 12);
  const { code, stdout, stderr } = await run.ended;
  expect(code, stderr).toBe(1);
  const { runs } = JSON.parse(stdout) as { runs: { complete: number; failed: number } };
  expect(runs.failed).toBeGreaterThan(0);
  expect(runs.complete + runs.failed).toBe(4);
  const rows = await cosweepHere<{ state: string; error: string | null }[]>(['runs', 'latest'], { db });
  for (const { error } of rows.filter(({ state }) => state === 'failed')) {
    expect(error).toMatch(
      /^Cannot train on the data set idx: it has changed since the sweep began .* `cosweep run` trains all of it on what is there now/,
    );
  }

  const again = await cosweep(args, { db });
  expect(JSON.parse(again.stdout)).toMatchObject({ state: 'complete', runs: { complete: 4, failed: 0, reused: 0 } });
});
