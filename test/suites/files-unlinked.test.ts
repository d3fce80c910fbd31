import { copyFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test, vi } from 'vitest';
import { openStorage } from '../../server/store/database/storage.ts';
import { Stream } from '../../server/sweep/random.ts';
import { start, untilNoneIsLeft } from '../helpers/cosweep.ts';
import { size } from '../helpers/size.ts';
import { runArgs, temporaryFolder, writeStudy } from '../runner/study.ts';

vi.setConfig({ testTimeout: 3_600_000 });

/** Longest time between the first checkpoint and the moment at which the file goes, in milliseconds. */
const LATEST = 3000;

const rounds = Array.from({ length: size(1, 6) }, (_, round) => round);

test.each(rounds)('the database is deleted or replaced under a training, moment %i', async (round) => {
  const folder = temporaryFolder();
  const db = join(folder, 'study.db');
  const other = join(folder, 'other.db');
  await (await openStorage({ file: other, create: true })).close();
  const isReplaced = round % 2 === 0;

  const run = start(runArgs(writeStudy(folder, { N: [40, 80] })), { db });
  await run.until('it claimed its folder', () => existsSync(join(`${db}.checkpoints`, 'owner')));
  await sleep(new Stream(14, 'moments', round).uniform() * size(1, LATEST));
  rmSync(db);
  if (isReplaced) copyFileSync(other, db);

  const { code, stderr } = await run.ended;
  const what = isReplaced ? 'replaced' : 'deleted';
  expect([code, stderr]).toEqual([
    1,
    expect.stringContaining(`Cannot go on with database ${db}: the file was ${what}`),
  ]);
  expect(stderr).not.toMatch(/bug of Cosweep|^\s+at /m);
  await untilNoneIsLeft(run);
  // Whatever is at its place now was not touched.
  expect(existsSync(db)).toBe(isReplaced);
  if (isReplaced) expect(readFileSync(db).equals(readFileSync(other))).toBe(true);
});

test('a dashboard whose database was replaced ends in order and touches neither the new file nor its log', async () => {
  const folder = temporaryFolder();
  const db = join(folder, 'y.db');
  const dashboard = start(['serve', '--port', '0'], { db });
  await dashboard.says('Ctrl-C ends it');
  rmSync(db);
  const other = await openStorage({ file: db, create: true });
  other.raw.exec(`UPDATE "Identity" SET checkpoints = 'of the new one'`);
  writeFileSync(join(folder, 'witness'), readFileSync(`${db}-wal`));
  dashboard.signal('SIGTERM');
  expect((await dashboard.ended).code).toBe(143);
  expect(readFileSync(`${db}-wal`).equals(readFileSync(join(folder, 'witness')))).toBe(true);
  await other.close();
  const again = await openStorage({ file: db, create: false });
  expect(again.raw.prepare('SELECT checkpoints FROM "Identity"').pluck().get()).toBe('of the new one');
  await again.close();
});
