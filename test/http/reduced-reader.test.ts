import { expect, test } from 'vitest';
import { decimate } from '../../server/http/decimate.ts';
import { reducedReader } from '../../server/http/reduced-reader.ts';
import { readCurve, readPaths } from '../../server/store/reading/read-curve.ts';
import type { Storage } from '../../server/store/database/storage.ts';
import { Stream } from '../../server/sweep/random.ts';
import { begin, lease, makePlan, newStorage } from '../store/support.ts';

/**
 * A run of two stages with 1,500 batches. The second stage records the metric under the run's ε in some batches, and
 * under another run's in all. There are ties, spikes, and values that are not finite.
 */
async function storeLongRun(): Promise<Storage> {
  const storage = await newStorage();
  begin(storage, lease(storage), makePlan([{ beta: 0.2, epsilon: 0.02, N: 701 }], [1], 'long', 1_500));
  const run = (sql: string, ...values: unknown[]) => storage.raw.prepare(sql).run(...values);
  run('DELETE FROM "RunStage"');
  run('UPDATE "Run" SET epsilon = 0.02');
  run(`INSERT INTO "Stage" (id, key, fromBatch, toBatch, seed, params) VALUES (101, 'a', 0, 701, 1, '{}'),
    (102, 'b', 701, 1500, 1, '{}')`);
  run('INSERT INTO "RunStage" VALUES (1, 0, 101), (1, 1, 102)');
  run(`INSERT INTO "Metric" (id, name, epsilon) VALUES (201, 'train/total', NULL), (202, 'train/total', 0.02),
    (203, 'train/total', 0.5)`);
  const stream = new Stream(1, 'points');
  for (let batch = 0; batch < 1_500; batch++) {
    const value = batch === 777 ? 1e9 : stream.below(40) === 0 ? null : stream.below(200) / 10;
    const stage = batch < 701 ? 101 : 102;
    run('INSERT INTO "Point" VALUES (?, ?, ?, ?)', stage, stage === 102 && batch % 3 > 0 ? 202 : 201, batch, value);
    if (stage === 102) run('INSERT INTO "Point" VALUES (102, 203, ?, -5)', batch);
  }
  return storage;
}

test('a long curve is reduced by SQLite to the very points that the whole curve gives', async () => {
  const storage = await storeLongRun();
  const path = readPaths(storage, [1]).get(1)!;
  const whole = readCurve(storage, 1, 'train/total');
  expect(whole.batches).toEqual(Array.from({ length: 1_500 }, (_, batch) => batch));
  for (const width of [1, 3, 20, 40, 90, 1_499, 1_500]) {
    for (const [from, to] of [
      [0, 1_499],
      [5, 1_400],
      [699, 704],
      [690, 1_499],
      [2_000, 3_000],
    ] as const) {
      const reduced = reducedReader(storage, 'train/total', { from, to }, width)(path);
      expect(reduced).toEqual(decimate(whole, from, to, width));
    }
  }
  expect(reducedReader(storage, 'train/total', { from: 0, to: 1_499 }, 10)(path).values).toContain(1e9);
});

test('a long curve is not read whole', async () => {
  const storage = await storeLongRun();
  let rows = 0;
  const counting: Storage = {
    ...storage,
    prepare(sql) {
      const statement = storage.prepare(sql);
      const all = statement.all.bind(statement);
      return Object.assign(statement, {
        all: (...values: unknown[]) => {
          const read = all(...values);
          rows += read.length;
          return read;
        },
      });
    },
  };
  const path = readPaths(storage, [1]).get(1)!;
  expect(reducedReader(counting, 'train/total', { from: 0, to: 1_499 }, 10)(path).points).toBe(1_500);
  expect(rows).toBeLessThan(20);
});
