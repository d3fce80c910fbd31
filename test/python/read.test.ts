import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import { expect, test, vi } from 'vitest';
import { openStorage } from '../../server/store/database/storage.ts';
import { accuracyAt, storeTrainedSweep, totalAt } from '../http/trained-sweep.ts';
import { describeWithPython, runPython } from '../helpers/python.ts';
import { newFolder } from './start-stage.ts';

vi.setConfig({ testTimeout: 300_000 });

const program = fileURLToPath(new URL('programs/read_database.py', import.meta.url));

interface Read {
  type: string;
  [table: string]: unknown;
}

async function stored(): Promise<string> {
  const file = join(newFolder(), 'a ?#%.db');
  const storage = await openStorage({ file, create: true });
  storeTrainedSweep(storage);
  await storage.close();
  return file;
}

describeWithPython('a notebook', (python) => {
  test('reads sweeps, runs, curves and pairs: data frames, and lists of dicts where there is no pandas', async () => {
    const file = await stored();
    const [frames, bare] = ['pandas', 'bare'].map(
      (how) => JSON.parse(runPython(python, [program, file, how])) as Read,
    ) as [Read, Read];
    expect([frames.type, bare.type]).toEqual(['DataFrame', 'list']);
    expect(bare['sweeps']).toEqual([{ sweep_id: 1, sweep: 'two-betas', state: 'complete', runs: 18, complete: 16 }]);
    const runs = bare['runs'] as Record<string, unknown>[];
    expect(runs).toHaveLength(18);
    expect(runs[0]).toMatchObject({ arm_index: 0, seed: 0, beta: 0.2, N: 20, state: 'complete', trained: 40 });
    expect(runs[0]).not.toHaveProperty('swept');
    expect(runs.filter(({ state }) => state === 'diverged')).toMatchObject([{ arm_index: 1, diverged_batch: 29 }]);

    const curves = bare['curves'] as {
      arm_index: number;
      seed: number;
      metric: string;
      batch: number;
      value: number;
    }[];
    expect(curves.find((row) => row.metric === 'val/accuracy' && row.seed === 2 && row.batch === 30)).toMatchObject({
      arm_index: 0,
      value: accuracyAt(0, 2, 30),
    });
    expect(curves.find((row) => row.metric === 'train/total' && row.seed === 2 && row.batch === 7)!.value).toBe(
      totalAt(2, 7),
    );
    expect(curves.filter(({ value }) => value === null)).toMatchObject([{ arm_index: 1, batch: 29 }]);
    const pairs = bare['pairs'] as Record<string, number>[];
    expect(pairs).toHaveLength(10);
    for (const { arm_index, seed, value, control_value, difference } of pairs) {
      expect([value, control_value]).toEqual([accuracyAt(arm_index!, seed!, 40), accuracyAt(2, seed!, 40)]);
      expect(difference).toBe(value! - control_value!);
    }
    expect([bare['by name'], bare['query']]).toEqual([true, [{ n: 3 }]]);
    expect(bare['refused']).toBe("There is no sweep 'threee': found s1 two-betas");
    for (const table of ['sweeps', 'pairs', 'all', 'query']) expect(frames[table]).toEqual(bare[table]);
  });

  test('says what is wrong with a file', async () => {
    const folder = newFolder();
    const said = (file: string): string =>
      runPython(python, [
        '-c',
        'import cosweep_read, sys\ntry:\n  cosweep_read.open(sys.argv[1])\nexcept (OSError, ValueError) as error:\n  print(error)',
        join(folder, file),
      ]);
    expect(said('none.db')).toMatch(/^Cannot open .*none\.db: there is no such file$/m);
    writeFileSync(join(folder, 'text.db'), 'Dear diary, '.repeat(1000));
    expect(said('text.db')).toMatch(/file is not a database; wanted a database of Cosweep$/m);
    new Database(join(folder, 'music.db')).exec('CREATE TABLE "Song" (id INTEGER)').close();
    expect(said('music.db')).toMatch(/found another program's database, wanted one of Cosweep$/m);
    new Database(join(folder, 'old.db')).exec('CREATE TABLE "SweepRun" (id INTEGER)').close();
    expect(said('old.db')).toMatch(/an older Cosweep, which has no views; .*`cosweep list --db .*old\.db`/m);
  });
});
