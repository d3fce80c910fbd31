import { appendFileSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { cosweep, cosweepHere, start } from '../../helpers/cosweep.ts';
import { ask, countRuns, snapshot } from '../snapshot.ts';
import { temporaryFolder } from '../study.ts';
import { writeProgramStudy } from './program-study.ts';

interface RunRow {
  armName: string;
  control: boolean;
  seed: number;
  state: string;
  metrics: Record<string, { last: number | null }>;
}

/** What `plain.mjs` prints after an epoch. */
function plainAccuracy(seed: number, lr: number, epochs: number): number {
  let weight = seed;
  for (let step = 0; step < 5 * epochs; step++) weight = 0.9 * weight + lr;
  return weight / (1 + weight);
}

test('a script that was not written for Cosweep is swept by its options and by what it prints', async () => {
  const folder = temporaryFolder();
  const file = writeProgramStudy(folder, { script: 'plain.mjs' });
  const definition = {
    name: 'plain',
    parameters: { 'training.lr': { values: [0.1, 0.2, 0.4] } },
    control: { 'training.lr': 0.2 },
    seeds: [3, 4],
    metric: { name: 'val/acc', goal: 'maximize' },
    metrics: { 'val/acc': 'maximize' },
    training: {
      program: {
        command: [process.execPath, 'plain.mjs', '--lr={training.lr}', '--seed={seed}', '--epochs={training.passes}'],
        files: ['plain.mjs'],
        metrics: 'stdout',
        names: { loss: 'train/total' },
      },
      epochs: 4,
      batchesPerEpoch: 5,
      lr: 0.1,
      passes: 4,
    },
  };
  writeFileSync(file, JSON.stringify(definition));
  const db = join(folder, 'plain.db');
  const { code, stderr } = await cosweep(['run', file], { db });
  expect(code, stderr).toBe(0);
  const runs = await cosweepHere<RunRow[]>(['runs', 'plain'], { db });
  expect(runs).toHaveLength(6);
  for (const { armName, seed, metrics, state, control } of runs) {
    expect(state).toBe('complete');
    expect(control).toBe(armName === 'lr=0.2');
    const lr = Number(armName.replace('lr=', ''));
    expect(metrics['val/acc']!.last).toBeCloseTo(plainAccuracy(seed, lr, 4), 6);
  }
  const results = await snapshot(db);
  const [first] = Object.values(results);
  expect(first!.curves['val/acc']!.map(([batch]) => batch)).toEqual([5, 10, 15, 20]);
  expect(first!.curves['train/total']!.map(([batch]) => batch)).toEqual([4, 9, 14, 19]);
  // Each other arm has its difference to the named control.
  const { stdout } = await cosweep(['export', 'plain', '--format', 'csv'], { db });
  expect(stdout.split('\n').filter((line) => line !== '')).toHaveLength(4);
  expect(stdout).toMatch(/lr=0\.4/);
});

test('a script that prints nothing that can be read says so', async () => {
  const folder = temporaryFolder();
  const file = writeProgramStudy(folder, { script: 'plain.mjs', seeds: 1 });
  const definition = JSON.parse(readFileSync(file, 'utf8'));
  definition.parameters = {};
  definition.training = {
    program: { command: [process.execPath, 'plain.mjs', '--epochs=0'], files: ['plain.mjs'], metrics: 'stdout' },
    batches: 10,
  };
  writeFileSync(file, JSON.stringify(definition));
  const db = join(folder, 'silent.db');
  expect((await cosweep(['run', file], { db })).code).toBe(1);
  const [run] = await cosweepHere<{ error: string }[]>(['runs', 'latest'], { db });
  expect(run!.error).toMatch(/ended \(exit code 0\), wanted lines such as step=100 loss=0\.5 or epoch=1/);
});

test('a program that cannot fork has whole runs, and what it had reported of a stopped one does not count', async () => {
  const folder = temporaryFolder();
  const file = writeProgramStudy(folder, { program: { fork: false }, training: { pause: 20 } });
  const db = join(folder, 'whole.db');
  const run = start(['run', file], { db });
  await run.until('one run is complete', () => countRuns(db, 'complete') >= 1);
  run.pressCtrlC();
  expect((await run.ended).code).toBe(130);
  const before = countRuns(db, 'complete');
  expect(ask(db, 'SELECT count(*) FROM "Stage" WHERE batch NOT IN (0, toBatch)')).toBe(0);
  const { code, stderr } = await cosweep(['run', file], { db });
  expect(code, stderr).toBe(0);
  expect([before < 4, countRuns(db, 'complete')]).toEqual([true, 4]);
  expect(ask(db, 'SELECT count(*) FROM "Stage" WHERE fromBatch > 0')).toBe(0);
  expect(ask(db, 'SELECT count(*) FROM "Checkpoint"')).toBe(0);
});

test('a program that has changed since it was planned is refused by the names of its files; --fresh takes it', async () => {
  const folder = temporaryFolder();
  const file = writeProgramStudy(folder, { seeds: 1 });
  const db = join(folder, 'changed.db');
  const script = join(folder, 'trainer.mjs');
  const original = readFileSync(script);
  expect((await cosweep(['run', file], { db })).code).toBe(0);
  const before = ask<string>(db, 'SELECT engine FROM "Sweep"');

  appendFileSync(script, '\n// another one\n');
  for (const what of [file, 's1']) {
    const { code, stderr } = await cosweep(['run', what], { db });
    expect([code, stderr]).toEqual([2, expect.stringMatching(/its program has changed .*\(trainer\.mjs differs\)/)]);
  }
  // A confirmation is trained by what the sweep was trained by.
  const confirmed = await cosweep(['confirm', 's1', '--arm', '0', '--seeds', '2'], { db });
  expect(confirmed.code, confirmed.stderr).toBe(0);
  expect(ask(db, 'SELECT engine FROM "Sweep" WHERE id = 2')).toBe(before);

  const fresh = await cosweep(['run', file, '--fresh'], { db });
  expect(fresh.code, fresh.stderr).toBe(0);
  expect(ask(db, 'SELECT engine FROM "Sweep" WHERE id = 1')).not.toBe(before);

  // A copy that was damaged, or is gone, is made again by whoever plans it.
  const copies = readdirSync(`${db}.programs`).filter((name) => name !== 'stages');
  for (const copy of copies) appendFileSync(join(`${db}.programs`, copy, 'trainer.mjs'), 'damaged');
  const mended = await cosweep(['run', file], { db });
  expect(mended.code, mended.stderr).toBe(0);
  const hash = ask<string>(db, 'SELECT engine FROM "Sweep" WHERE id = 1').slice('program:'.length);
  expect(readFileSync(join(`${db}.programs`, hash, 'trainer.mjs'))).toEqual(readFileSync(script));
  writeFileSync(script, original);
  rmSync(`${db}.programs`, { recursive: true });
  const again = await cosweep(['run', file, '--fresh'], { db });
  expect(again.code, again.stderr).toBe(0);
});

test('β without N is in force from the first batch on, and forks nothing', async () => {
  const folder = temporaryFolder();
  const file = writeProgramStudy(folder, { seeds: 1 });
  const definition = JSON.parse(readFileSync(file, 'utf8'));
  definition.parameters = { beta: { values: [0, 0.3] } };
  writeFileSync(file, JSON.stringify(definition));
  const db = join(folder, 'beta.db');
  const { code, stderr } = await cosweep(['run', file], { db });
  expect(code, stderr).toBe(0);
  expect(ask(db, 'SELECT count(*) FROM "Stage" WHERE fromBatch = 0')).toBe(2);
  const runs = await cosweepHere<RunRow[]>(['runs', 'latest'], { db });
  expect(runs.map(({ control }) => control)).toEqual([false, true]);
});

test('a definition that names no program any more is refused, and --fresh trains the network that it names', async () => {
  const folder = temporaryFolder();
  const file = writeProgramStudy(folder, { seeds: 1 });
  const db = join(folder, 'kind.db');
  expect((await cosweep(['run', file], { db })).code).toBe(0);
  const definition = JSON.parse(readFileSync(file, 'utf8'));
  definition.parameters.N = { values: [4] };
  definition.training = {
    dataset: { name: 'glyphs', train: 200, classes: 3 },
    model: { name: 'mlp', embedding: 4 },
    batches: 8,
    evalEvery: 8,
  };
  writeFileSync(file, JSON.stringify(definition));
  const { code, stderr } = await cosweep(['run', file, '--engine', 'wasm'], { db });
  expect([code, stderr]).toEqual([
    2,
    expect.stringMatching(/was planned with a program, and its definition names none/),
  ]);
  const fresh = await cosweep(['run', file, '--engine', 'wasm', '--fresh'], { db });
  expect(fresh.code, fresh.stderr).toBe(0);
  expect(ask(db, 'SELECT engine FROM "Sweep"')).toBe('wasm');
});

test('files that are not there are a mistake before anything is stored', async () => {
  const folder = temporaryFolder();
  const file = writeProgramStudy(folder, { program: { files: ['*.mjs', 'models/*.py'] } });
  const { code, stderr } = await cosweep(['run', file], { db: join(folder, 'none.db') });
  expect([code, stderr]).toEqual([2, expect.stringContaining('found no file "models/*.py" in')]);
  const outside = writeProgramStudy(folder, { program: { files: ['../secret.py'] } });
  expect((await cosweep(['plan', outside], { db: join(folder, 'none.db') })).stderr).toMatch(
    /found the pattern "\.\.\/secret\.py", wanted files below the folder of the definition/,
  );
  const engine = await cosweep(['run', writeProgramStudy(folder), '--engine', 'wasm'], { db: join(folder, 'none.db') });
  expect([engine.code, engine.stderr]).toEqual([2, expect.stringMatching(/its definition names a program/)]);
});
