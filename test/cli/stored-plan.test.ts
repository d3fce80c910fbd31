import Database from 'better-sqlite3';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { inProcess } from '../helpers/in-process.ts';
import { oldDatabase } from '../helpers/old-database.ts';

interface Summary {
  sweepId: string;
  state: string;
  batchesTrained: number;
  runs: { complete: number };
}

/** Everything that a sweep holds of its plan, and where its runs are. */
function heldBy(db: string): unknown {
  const raw = new Database(db, { readonly: true });
  try {
    return ['Arm', 'SweepRun', 'RunStage', 'Stage', 'Run', 'Sweep'].map((table) =>
      raw
        .prepare(`SELECT * FROM "${table}"`)
        .all()
        .map((row) => ({
          ...(row as object),
          revision: null,
          queuedAt: null,
          finishedAt: null,
          resumedAt: null,
          batchesBefore: null,
          reused: null,
          bits: null,
        })),
    );
  } finally {
    raw.close();
  }
}

test.each([
  ['whole-bounds', 's1', 10, /6 arms instead of 5; 6 of the 6 arms of a new plan are others, the first with alpha 1\.\d+ instead of 1, /],
  [
    'in-epochs',
    's2',
    6,
    /3 of the 3 arms .* N 2 instead of 3, training\.batches 7 instead of 9, training\.evalEvery 2 instead of 3/,
  ],
])(
  '%s of 0.1 keeps its arms and runs, trains nothing, and says what a new plan would do',
  async (name, id, complete, words) => {
    const { folder, db } = oldDatabase();
    await inProcess(['--db', db, 'list'], folder); // migrates
    const before = heldBy(db);
    for (const args of [
      ['run', `${name}.json`],
      ['run', id],
      ['run', name],
      ['run', id, '--if-queued'],
    ]) {
      const { code, stdout, stderr } = await inProcess(['--db', db, '--json', ...args], folder);
      expect(stderr).toMatch(words);
      expect(stderr.match(/keeps the plan that it was stored with/g)).toHaveLength(1);
      expect(JSON.parse(stdout) as Summary).toMatchObject({
        sweepId: id,
        state: 'complete',
        batchesTrained: 0,
        runs: { complete },
      });
      expect(code).toBe(0);
      expect(heldBy(db)).toEqual(before);
    }
    const { stderr, code } = await inProcess(['--db', db, '--json', 'probe', `${name}.json`], folder);
    expect(stderr).toMatch(words);
    expect(code).toBe(0);
  },
);

test('a plan that this version refuses is kept too; an edited definition is planned anew', async () => {
  const { folder, db } = oldDatabase();
  const path = join(folder, 'in-epochs.json');
  // As if this version refused the name of an ablation that an earlier one took.
  const text = readFileSync(path, 'utf8').replace('"seeds": 2', '"seeds": 2, "ablations": ["noIntra", "noSuchThing"]');
  writeFileSync(path, text);
  const raw = new Database(db);
  raw.prepare('UPDATE "Sweep" SET definition = ? WHERE id = 2').run(text);
  raw.close();
  const kept = await inProcess(['--db', db, '--json', 'run', 'in-epochs.json'], folder);
  expect(kept.stderr).toContain('a new one is refused, Cannot read the sweep definition of s2: ablations[1]: found');
  expect(JSON.parse(kept.stdout)).toMatchObject({ batchesTrained: 0, runs: { complete: 6 } });

  writeFileSync(path, `${text} `);
  const { code, stderr } = await inProcess(['--db', db, 'run', 'in-epochs.json'], folder);
  expect([code, stderr]).toEqual([2, expect.stringContaining('found "noSuchThing"')]);
});
