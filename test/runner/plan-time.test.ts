import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { cosweep, cosweepJson } from '../helpers/cosweep.ts';
import { definition, temporaryFolder, writeStudy } from './study.ts';

interface Timed {
  runs: number;
  batches: number;
  seconds?: { shared: number; unshared: number; engine: string; workers: number };
}

test('plan --time trains a few batches, says what they foretell and leaves nothing behind; without it nothing is trained', async () => {
  const folder = temporaryFolder();
  const db = join(folder, 'study.db');
  const file = writeStudy(folder, { N: [60, 90], seeds: 4 });
  const plain = await cosweepJson<Timed>(['plan', file], { db });
  expect(plain.seconds).toBeUndefined();

  const { seconds, ...rest } = await cosweepJson<Timed>(
    ['plan', file, '--time', '--engine', 'wasm', '--workers', '2'],
    { db },
  );
  expect(rest).toEqual(plain);
  expect(seconds).toMatchObject({ engine: 'wasm', workers: 2 });
  expect(seconds!.shared).toBeGreaterThan(0);
  // 12 runs of 120 batches against trunks trained once: the difference is batches, and no noise can turn it around.
  expect(seconds!.unshared).toBeGreaterThan(seconds!.shared);

  const { stdout } = await cosweep(['plan', file, '--time', '--engine', 'wasm', '--workers', '1'], { db });
  expect(stdout).toMatch(
    /\n {2}time {7}about .*(s|min|h) with shared stages, .*(s|min|h).* without \(1 worker on wasm\)\n/,
  );
  expect(existsSync(db)).toBe(false);
  expect(readdirSync(folder)).toEqual(['study.json']);
});

test("data that is not there is the user's to hear, in one line", async () => {
  const folder = temporaryFolder();
  const file = join(folder, 'lost.json');
  const lost = definition() as { training: object };
  writeFileSync(
    file,
    JSON.stringify({
      ...lost,
      training: { ...lost.training, dataset: { name: 'idx', images: 'gone.gz', labels: 'gone.gz' } },
    }),
  );
  const { code, stdout, stderr } = await cosweep(['plan', file, '--time', '--engine', 'wasm'], {
    db: join(folder, 'none.db'),
  });
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toMatch(/gone\.gz/);
  expect(stderr).not.toMatch(/\n\s+at /);
});
