import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { extensionPlan } from '../../server/http/schemas/extend.ts';
import { readGrowth } from '../../server/store/reading/read-growth.ts';
import { openStorage } from '../../server/store/database/storage.ts';
import { queueUnchanged } from '../../server/store/sweeps/queue-sweep.ts';
import { cosweep } from '../helpers/cosweep.ts';
import { inProcess } from '../helpers/in-process.ts';

/** A sweep that trains in seconds gets more seeds, then more arms. */

vi.setConfig({ testTimeout: 300_000 });

let folder: string;
const TRAINING = ['--engine', 'wasm', '--workers', '1', '--json'];
const train = async (...args: string[]) => JSON.parse((await cosweep([...args, ...TRAINING], { cwd: folder })).stdout);
const look = async (...args: string[]) => JSON.parse((await inProcess([...args, '--json'], folder)).stdout);
const refused = async (...args: string[]) => {
  const { code, stderr } = await inProcess(['extend', 's1', ...args], folder);
  return [code, stderr];
};

const definition = {
  name: 'growing',
  method: 'grid',
  metric: { name: 'val/accuracy', goal: 'maximize' },
  parameters: { alpha: { value: 0.5 }, β: { values: [0.2, 0.4] }, epsilon: { value: 0.001 }, N: { value: 4 } },
  seeds: 1,
  training: {
    dataset: { name: 'glyphs', train: 60 },
    model: { name: 'mlp', embedding: 4 },
    batches: 8,
    evalEvery: 8,
    batchSize: 8,
  },
};
const TEXT = `// kept\n${JSON.stringify(definition, null, 2)}\n`;

interface RunRow {
  run: string;
  arm: number;
  seed: number;
  state: string;
}
const runs = async (): Promise<RunRow[]> =>
  (await look('runs', 's1', '--format', 'json')).map(({ run, arm, seed, state }: RunRow) => ({
    run,
    arm,
    seed,
    state,
  }));

async function growth() {
  const storage = await openStorage({ file: join(folder, 'cosweep.db'), create: false });
  const { definition: text } = storage.prepare('SELECT definition FROM "Sweep"').get() as { definition: string };
  const grown = { ...readGrowth(storage, 1), text };
  await storage.close();
  return grown;
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'cosweep-extend-'));
  writeFileSync(join(folder, 'growing.json'), TEXT);
});
afterAll(() => rmSync(folder, { recursive: true }));

test('more seeds: trained beside what is there, a look is noted, and the text keeps its comments', async () => {
  expect(await train('run', 'growing.json')).toMatchObject({ state: 'complete', runs: { complete: 3 } });
  expect(await look('plan', 'growing.json')).toMatchObject({ runs: 3, stored: 3 });
  writeFileSync(join(folder, 'larger.json'), JSON.stringify({ ...definition, name: 'larger', seeds: 2 }));
  expect((await inProcess(['plan', 'larger.json'], folder)).stdout).toContain(
    'runs       6 (3 × 2 seeds); 3 of them trained already, and not again on the same data and engine\n',
  );
  const before = await runs();
  const plan = extensionPlan.parse(await look('extend', 's1', '--seeds', '2', '--plan'));
  expect(plan).toMatchObject({
    arms: { before: 3, after: 3 },
    seeds: { before: 1, after: 2 },
    runs: { before: 3, after: 6, stored: 3 },
    newSeeds: [1],
    batches: 8 + 4 + 4,
    looks: 2,
  });
  expect(plan.seconds).toBeGreaterThan(0);
  expect(await runs()).toEqual(before);
  const extended = await train('extend', 's1', '--seeds', '2');
  expect(extended).toMatchObject({ sweepId: 's1', state: 'complete', runs: { complete: 6 } });
  expect(extended.batchesTrained + extended.batchesTaken).toBe(16);
  const after = await runs();
  expect(after.filter(({ seed }) => seed === 0)).toEqual(before);
  expect(after.filter(({ seed }) => seed === 1).map(({ arm }) => arm)).toEqual([0, 1, 2]);
  const { text, ...grown } = await growth();
  expect(grown).toEqual({ looks: [1], armsBefore: [] });
  expect(text).toBe(TEXT.replace('"seeds": 1', '"seeds": 2'));
});

test('more values: old arms keep their indices and runs, the new one comes last and has its control', async () => {
  const before = await runs();
  expect(await train('extend', 's1', '--add', 'beta=0.3,0.4')).toMatchObject({ runs: { complete: 8 } });
  const { armList } = await look('show', 's1');
  expect(armList.map(({ index, params }: { index: number; params: { beta: number } }) => [index, params.beta])).toEqual(
    [
      [0, 0.2],
      [1, 0.4],
      [2, 0],
      [3, 0.3],
    ],
  );
  const after = await runs();
  expect(after.filter(({ arm }) => arm < 3)).toEqual(before);
  const { rows, note } = await look('export', 's1', '--format', 'json');
  expect(rows[3]).toMatchObject({ arm: 3, difference: { control: 2, n: 2 } });
  expect(rows[3].difference.untested).toBe('tooFew');
  expect(note).toContain('no p can be under');
  const { looks, armsBefore, text } = await growth();
  expect([looks, armsBefore]).toEqual([[1], [3]]);
  expect(text).toContain('// kept');
});

test('its file still names the extended sweep, and takes nothing away from it', async () => {
  const { text } = await growth();
  const storage = await openStorage({ file: join(folder, 'cosweep.db'), create: false });
  const request = { definition: TEXT, definitionPath: join(folder, 'growing.json'), folder, engine: null, share: true };
  expect(queueUnchanged(storage, request)).toBe(1);
  await storage.close();
  expect((await growth()).text).toBe(text);
  expect(await runs()).toHaveLength(8);
});

test('what would take something away, adds nothing or cannot be added is refused in one line', async () => {
  writeFileSync(
    join(folder, 'smaller.json'),
    JSON.stringify({ ...definition, parameters: { ...definition.parameters, β: { values: [0.2, 0.3] } }, seeds: 3 }),
  );
  expect(await refused('--definition', 'smaller.json')).toEqual([
    2,
    expect.stringMatching(/the definition lacks arm 1 β0\.4, wanted all arms that it has\n$/),
  ]);
  expect(await refused('--seeds', '1')).toEqual([2, expect.stringContaining('it has 2, wanted at least as many')]);
  expect(await refused('--seeds', '2')).toEqual([2, expect.stringContaining('it has all of these arms and seeds')]);
  expect(await refused('--add', 'delta=1')).toEqual([
    2,
    expect.stringMatching(/no such parameter.*wanted one of alpha/),
  ]);
  expect(await refused('--add', 'beta=0.9')).toEqual([
    2,
    expect.stringContaining('it has all of these arms and seeds'),
  ]);
  expect(await refused()).toEqual([2, expect.stringContaining('found nothing to add')]);
  expect(await runs()).toHaveLength(8);
});
