import {
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { planDefinition } from '../../server/cli/plan-definition.ts';
import { queueDefinition, readWanted } from '../../server/cli/queue-definition.ts';
import { readDefinitionFile } from '../../server/cli/read-definition-file.ts';
import { openStorage } from '../../server/store/database/storage.ts';
import { partOf } from '../../server/sweep/definition/part.ts';
import { readDefinition } from '../../server/sweep/definition/parse-definition.ts';
import type { Plan } from '../../server/sweep/plan/plan.ts';
import { inProcess } from '../helpers/in-process.ts';
import { temporaryFolder } from '../runner/study.ts';

/** Of a random search, with comments, and a data set whose files are beside it. */
const RANDOM = `{ // which arms?
  "name": "drawn", "method": "random", "runCap": 6, "samplerSeed": 3,
  "parameters": {
    "alpha": { "distribution": "uniform", "min": 0.1, "max": 0.8 },
    "beta": { "distribution": "uniform", "min": 0.1, "max": 0.5 },
    "epsilon": { "values": [0.1, 0.2] }, "N": { "values": [0, 40] }
  },
  "ablations": ["noIntra", "noWarmup"], "constraints": ["alpha + beta < 1"],
  "seeds": SEEDS,
  "training": { "dataset": { "name": "csv", "file": "data/digits.csv", "label": "class", "shape": [2, 2, 1], "validation": 2 },
    "model": { "name": "mlp", "embedding": 4 }, "batchSize": 4, "batches": 80, "evalEvery": 40 }
}`;

function write(seeds: string): { folder: string; file: string } {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'data'));
  const rows = Array.from({ length: 12 }, (_, i) => `${i % 2},${i},${i},${i},${i}`);
  writeFileSync(join(folder, 'data', 'digits.csv'), `class,a,b,c,d\n${rows.join('\n')}\n`);
  const file = join(folder, 'drawn.json');
  writeFileSync(file, RANDOM.replace('SEEDS', seeds));
  return { folder, file };
}

/** Plans a file as `run` does, with its relative paths. */
async function planOf(file: string): Promise<Plan> {
  const { text, source, folder } = await readDefinitionFile(file);
  return planDefinition(readDefinition(text, source), folder);
}

test('every part has the arms of the whole, a seed is in one part, and a part knows the whole', async () => {
  const { folder, file } = write('[7, 3, 11, 2, 5]');
  const whole = await planOf(file);
  const split = await inProcess(['split', 'drawn.json', '--shards', '3', '--out', 'parts/of it'], folder);
  expect(split.code, split.stderr).toBe(0);
  const names = readdirSync(join(folder, 'parts/of it')).map((name) => join(folder, 'parts/of it', name));
  const plans = await Promise.all(names.sort().map(planOf));
  expect(plans.map(({ seeds }) => seeds)).toEqual([[7], [3, 11], [2, 5]]);
  for (const { arms, name, metric, dropped, folded } of plans)
    expect({ arms, name, metric, dropped, folded }).toEqual({
      arms: whole.arms,
      name: whole.name,
      metric: whole.metric,
      dropped: whole.dropped,
      folded: whole.folded,
    });
  const { part, seeds, whole: text } = partOf(readFileSync(names[1]!, 'utf8'))!;
  expect(part).toEqual({ of: '../../drawn.json', number: 2, parts: 3, planHash: whole.planHash });
  expect(seeds).toEqual(whole.seeds);
  expect(await planDefinition(readDefinition(text, 'the whole'), folder)).toEqual(whole);
});

test('parts in a folder that a link leads to find what is beside the whole definition', async () => {
  const { folder, file } = write('2');
  const [scratch, linked] = [join(temporaryFolder(), 'deep/er'), join(temporaryFolder(), 'study')];
  mkdirSync(scratch, { recursive: true });
  symlinkSync(scratch, join(folder, 'parts'));
  symlinkSync(folder, linked);
  const { arms } = await planOf(file);
  for (const [cwd, out] of [
    [folder, 'parts'],
    [linked, 'parts/made'],
  ] as const) {
    const { code, stderr } = await inProcess(['split', 'drawn.json', '--shards', '2', '--out', out], cwd);
    expect(code, stderr).toBe(0);
    const part = join(cwd, out, 'drawn-part-1.json');
    expect((await planOf(part)).arms).toEqual(arms);
    const further = join(temporaryFolder(), 'part.json');
    symlinkSync(part, further);
    expect((await planOf(further)).arms).toEqual(arms);
  }
});

test('the lines that it prints are those of a shell', async () => {
  const { folder } = write('2');
  const { stdout } = await inProcess(['split', 'drawn.json', '--shards', '2', '--out', "it's"], folder);
  const arms = (await planOf(join(folder, 'drawn.json'))).arms.length;
  const quoted = (name: string) => `'it'\\''s/${name}'`;
  expect(stdout.trimEnd().split('\n')).toEqual([
    `cosweep run ${quoted('drawn-part-1.json')} --db ${quoted('drawn-part-1.db')}  # seed 0, ${arms} runs`,
    `cosweep run ${quoted('drawn-part-2.json')} --db ${quoted('drawn-part-2.db')}  # seed 1, ${arms} runs`,
    `cosweep merge ${quoted('drawn.db')} ${quoted('drawn-part-1.db')} ${quoted('drawn-part-2.db')}`,
  ]);
});

test('a database takes ten others at a time, and the lines say so', async () => {
  const { folder } = write('12');
  const { stdout } = await inProcess(['split', 'drawn.json', '--shards', '12'], folder);
  const merges = stdout.split('\n').filter((line) => line.startsWith('cosweep merge drawn.db '));
  expect(merges.map((line) => line.split(' ').length - 3)).toEqual([10, 2]);
});

test('what cannot be split is said, and nothing is written', async () => {
  const { folder } = write('3');
  const { code, stderr } = await inProcess(['split', 'drawn.json', '--shards', '4', '--out', 'p'], folder);
  expect([code, stderr]).toEqual([2, expect.stringContaining('it has 3 seeds, and a seed is in one part alone')]);
  expect(existsSync(join(folder, 'p'))).toBe(false);

  await inProcess(['split', 'drawn.json', '--shards', '2'], folder);
  const again = await inProcess(['split', 'drawn.json', '--shards', '3'], folder);
  expect([again.code, again.stderr]).toEqual([2, expect.stringContaining('there is one already')]);
  expect(existsSync(join(folder, 'drawn-part-3.json'))).toBe(false);
  const part = await inProcess(['split', 'drawn-part-1.json', '--shards', '2'], folder);
  expect([part.code, part.stderr]).toEqual([2, expect.stringContaining('it is part 1 of 2 of drawn.json')]);

  const one = write('1');
  const alone = await inProcess(['split', 'drawn.json', '--shards', '2'], one.folder);
  expect(alone.stderr).toContain('it has 1 seed, and a seed is in one part alone; wanted at least 2 seeds');
});

test('a merged sweep whose definition was on another machine is continued by the same definition here', async () => {
  const there = write('2');
  const here = temporaryFolder();
  await inProcess(['split', 'drawn.json', '--shards', '2'], there.folder);
  for (const part of [1, 2]) {
    const name = `drawn-part-${part}`;
    expect(await queue(join(here, `${name}.db`), join(there.folder, `${name}.json`))).toBe(1);
  }
  const all = join(here, 'all.db');
  const merged = await inProcess(['merge', all, 'drawn-part-1.db', 'drawn-part-2.db'], here);
  expect(merged.stdout, merged.stderr).toContain('`cosweep run s1` trains what is missing');

  const second = join(here, 'second');
  cpSync(there.folder, second, { recursive: true });
  renameSync(there.folder, join(here, 'moved'));
  expect(await queue(all, join(second, 'drawn.json'))).toBe(1);
  // It is that file's now, which is still there.
  expect(await queue(all, join(here, 'moved', 'drawn.json'))).toBe(2);
  expect(await queue(all, join(second, 'drawn.json'))).toBe(1);
});

async function queue(db: string, file: string): Promise<number> {
  const wanted = await readWanted(db, file);
  const storage = await openStorage({ file: db, create: true });
  try {
    return await queueDefinition(storage, wanted, { engine: null, share: true }, () => {});
  } finally {
    await storage.close();
  }
}
