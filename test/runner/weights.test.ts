import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { expect, test } from 'vitest';
import { groupBy } from '../../server/sweep/group-by.ts';
import { parseDefinitionValue } from '../../server/sweep/definition/parse-definition.ts';
import { planSweep } from '../../server/sweep/plan/plan-sweep.ts';
import { loadDataset } from '../../server/training/datasets/load.ts';
import { cosweep, cosweepHere, cosweepJson, start } from '../helpers/cosweep.ts';
import { ask, countRuns, snapshot, type Snapshot } from './snapshot.ts';
import { BATCHES, definition, temporaryFolder, writeStudy, type Study } from './study.ts';
import { undisturbed, type Summary } from './undisturbed.ts';
import { ownTraining } from '../../server/sweep/settings.ts';

interface Listed {
  run: string;
  armName: string;
  seed: number;
  metrics: Record<string, { last: number }>;
}

/** As users do, without the option that other tests keep every checkpoint with. */
const runArgs = (file: string, ...more: string[]): string[] => [
  'run',
  file,
  '--engine',
  'wasm',
  '--workers',
  '2',
  ...more,
];

const checkpointsOf = (db: string): string[] =>
  readdirSync(`${db}.checkpoints`)
    .filter((name) => name !== 'owner')
    .sort();

test('of a complete sweep the final weights of each run are kept, and `weights` writes a model that predicts what the run did', async () => {
  const folder = temporaryFolder();
  const db = join(folder, 'study.db');
  expect((await cosweep(runArgs(writeStudy(folder, { small: true })), { db })).code).toBe(0);
  const runs = await cosweepHere<Listed[]>(['runs', 'latest'], { db });
  expect(checkpointsOf(db)).toHaveLength(runs.length);

  const [run] = runs as [Listed];
  const out = join(folder, 'model');
  const written = await cosweepJson<{ run: string; folder: string; files: { name: string; bytes: number }[] }>(
    ['weights', run.run, '--out', out],
    { db },
  );
  expect(written).toMatchObject({ run: run.run, folder: out });
  expect(readdirSync(out).sort()).toEqual(written.files.map(({ name }) => name).sort());
  const model = await load(out);
  expect(model.getUserDefinedMetadata()).toMatchObject({
    run: run.run,
    seed: run.seed,
    batches: BATCHES,
    predictsBy: 'logits',
    network: 'mlp',
  });

  const settings = ownTraining(planOf(definition({ small: true })).arms[0]!.training).dataset;
  const { validation, shape } = await loadDataset(settings, { baseFolder: folder, seed: run.seed });
  const [logits] = model.predict(tf.tensor(Float32Array.from(validation.pixels), [validation.count, ...shape])) as [
    tf.Tensor2D,
  ];
  const predictions = logits.argMax(1).dataSync();
  const right = predictions.filter((label, i) => label === validation.labels[i]).length;
  expect(right / validation.count).toBe(run.metrics['val/accuracyLinear']!.last);

  const again = await cosweep(['weights', run.run, '--out', out], { db });
  expect([again.code, again.stderr]).toEqual([
    2,
    `Cannot write the weights of ${run.run}: ${out} is not empty; wanted a new or an empty folder\n`,
  ]);
});

test('weights that are not there are refused in words: a run that is not complete or diverged, a checkpoint that is gone, other data', async () => {
  const folder = temporaryFolder();
  const db = join(folder, 'study.db');
  const images = join(folder, 'images.csv');
  const file = writeCsvStudy(folder, images, [0.02, 1e30]);
  writeCsv(images, 1);
  expect((await cosweep(runArgs(file), { db })).code).toBe(0);
  const rows = await cosweepHere<{ run: string; state: string }[]>(['runs', 'latest'], { db });
  const complete = rows.find(({ state }) => state === 'complete')!.run;
  const diverged = rows.find(({ state }) => state === 'diverged')!.run;
  const out = join(folder, 'model');
  const refusalOf = async (run: string): Promise<string> => {
    const { code, stdout, stderr } = await cosweep(['weights', run, '--out', out], { db });
    expect([code, stdout, existsSync(out)]).toEqual([2, '', false]);
    return stderr;
  };
  expect(await refusalOf(diverged)).toMatch(
    /^Cannot write the weights of r\d+: it diverged at batch \d+, so that it has no final weights; wanted a complete run\n$/,
  );

  writeCsv(images, 2);
  expect(await refusalOf(complete)).toMatch(
    /^Cannot write the weights of r\d+: data set "csv" is not what it was trained on .* the numbers that normalise its images are taken from it\n$/,
  );
  writeCsv(images, 1);
  for (const name of checkpointsOf(db)) rmSync(join(`${db}.checkpoints`, name));
  expect(await refusalOf(complete)).toMatch(
    /^Cannot write the weights of r\d+: its checkpoint .*\.checkpoint is lost or damaged; `cosweep run s1 --fresh` trains its sweep anew\n$/,
  );

  const queued = writeStudy(folder, { name: 'later' });
  const run = cosweep(['run', queued, '--engine', 'wasm', '--workers', '1'], { db });
  for (;;) {
    const [waiting] = await cosweepHere<{ run: string; state: string }[]>(['runs', 'later'], { db }).catch(() => []);
    if (!waiting) continue;
    if (waiting.state !== 'complete')
      expect(await refusalOf(waiting.run)).toMatch(
        /it is (waiting|running), at batch \d+ of 120; wanted a complete run \(`cosweep run s2` continues its sweep\)/,
      );
    break;
  }
  await run;
});

test("--keep-checkpoints keeps every stage's; without it a sweep that grows trains lost trunks again, to the same bits", async () => {
  const grown = { beta: [0.3, 0.4], N: [0, 60, 90], seeds: 1, small: true };
  const expected = (await undisturbed(grown)).results;
  const folder = temporaryFolder();
  const train = async (db: string, ...more: string[]): Promise<Summary> => {
    const file = writeStudy(folder, { seeds: 1, small: true });
    expect((await cosweep(runArgs(file, ...more), { db })).code).toBe(0);
    expect(checkpointsOf(db).length > FINAL).toBe(more.includes('--keep-checkpoints'));
    writeStudy(folder, grown);
    const summary = await cosweepJson<Summary>(runArgs(file), { db });
    expect(summary).toMatchObject({ sweepId: 's1', state: 'complete', runs: { complete: 7, failed: 0 } });
    return summary;
  };
  const pruned = join(folder, 'pruned.db');
  const lost = await train(pruned);
  expect(withFinalCheckpoints(await snapshot(pruned))).toEqual(withFinalCheckpoints(expected));
  expect(checkpointsOf(pruned)).toHaveLength(7);

  const kept = join(folder, 'kept.db');
  const reused = await train(kept, '--keep-checkpoints');
  expect(withFinalCheckpoints(await snapshot(kept))).toEqual(withFinalCheckpoints(expected));
  // The trunk up to 60 is what three new runs fork from: it is trained again once.
  expect(lost.batchesTrained).toBe(reused.batchesTrained + 60);
});

test('--keep-weights: what is on the disk and in the table after each, what `plan` said of it, and what `weights` says of what is gone', async () => {
  const folder = temporaryFolder();
  const db = join(folder, 'study.db');
  const file = writeStudy(folder, { small: true });
  const keep = async (runs: string, ...more: string[]): Promise<string> => {
    const { code, stderr } = await cosweep(runArgs(file, '--keep-weights', runs, ...more), { db });
    expect(code, stderr).toBe(0);
    const known = ask<string>(db, 'SELECT json_group_array(DISTINCT file) FROM "Checkpoint"');
    expect((JSON.parse(known) as string[]).sort()).toEqual(checkpointsOf(db));
    expect(ask(db, 'SELECT count(*) FROM "FileBeingWritten"')).toBe(0);
    return stderr;
  };
  const bytes = (): number =>
    checkpointsOf(db).reduce((sum, name) => sum + statSync(join(`${db}.checkpoints`, name)).size, 0);
  const planned = (await cosweepJson<{ weightBytes: { all: number; best: number } }>(['plan', file], { db }))
    .weightBytes;

  await keep('all');
  const rows = await cosweepHere<Listed[]>(['runs', 'latest'], { db });
  expect(checkpointsOf(db)).toHaveLength(rows.length);
  expect(bytes() / planned.all).toBeCloseTo(1, 3);

  await keep('best');
  const arms = [...groupBy(rows, ({ armName }) => armName).values()];
  const best = arms.map((runs) =>
    runs.reduce((a, b) => (b.metrics['val/accuracy']!.last > a.metrics['val/accuracy']!.last ? b : a)),
  );
  expect(checkpointsOf(db)).toHaveLength(arms.length);
  expect(bytes() / planned.best).toBeCloseTo(1, 3);
  const out = join(folder, 'model');
  // Of one arm, one run each way: a process takes seconds.
  const ofFirst = arms[0]!;
  for (const { run } of [best[0]!, ofFirst.find(({ run }) => run !== best[0]!.run)!]) {
    const { code, stderr } = await cosweep(['weights', run, '--out', join(folder, run)], { db });
    const instead = best[0]!.run;
    expect([code, stderr]).toEqual(
      instead === run
        ? [0, expect.any(String)]
        : [
            2,
            `Cannot write the weights of ${run}: its final weights were not kept, since s1 keeps those of the best ` +
              `run of each arm alone, here ${instead} (--keep-weights best); ` +
              '`cosweep run s1 --fresh --keep-weights all` trains that sweep anew\n',
          ],
    );
  }

  await keep('none');
  expect(checkpointsOf(db)).toEqual([]);
  expect((await cosweep(['weights', 'r1', '--out', out], { db })).stderr).toBe(
    'Cannot write the weights of r1: its final weights were not kept, since s1 keeps those of none of its runs ' +
      '(--keep-weights none); `cosweep run s1 --fresh --keep-weights all` trains that sweep anew\n',
  );
  expect(await keep('all')).toContain(
    `The final weights of ${rows.length} runs of s1 are gone and stay so; --fresh trains it anew\n`,
  );
  expect(checkpointsOf(db)).toEqual([]);
  await keep('all', '--fresh');
  expect(checkpointsOf(db)).toHaveLength(rows.length);

  const { code, stderr } = await cosweep(runArgs(file, '--keep-weights', 'none', '--keep-checkpoints'), { db });
  expect([code, stderr]).toEqual([2, expect.stringMatching(/^Cannot keep the checkpoints of every stage with/)]);
});

test('a sweep without any weights is extended and grows to the bits of one that never shared', async () => {
  const grown: Study = { beta: [0.3, 0.4], N: [0, 60, 90], seeds: 2, small: true };
  const folder = temporaryFolder();
  const [db, alone] = [join(folder, 'study.db'), join(folder, 'alone.db')];
  const file = writeStudy(folder, { N: [0, 60], seeds: 1, small: true });
  await cosweepJson<Summary>(runArgs(file, '--keep-weights', 'none'), { db });
  expect(checkpointsOf(db)).toEqual([]);
  const extended = await cosweepJson<Summary>(
    ['extend', 's1', '--seeds', '2', '--add', 'beta=0.4', '--engine', 'wasm', '--workers', '2'],
    { db },
  );
  expect(extended).toMatchObject({ sweepId: 's1', state: 'complete', runs: { complete: 10, failed: 0 } });
  expect(checkpointsOf(db)).toEqual([]); // its option stays its own

  await cosweepJson<Summary>(runArgs(writeStudy(folder, { ...grown, name: 'grown' })), { db });
  await cosweepJson<Summary>(runArgs(file.replace('study', 'grown'), '--no-share'), { db: alone });
  expect(withoutCheckpoints(await snapshot(db, 'grown'))).toEqual(withoutCheckpoints(await snapshot(alone)));
  // Of what both have no weights are left, and those that the second sweep has trained stay.
  const [all, old] = [await snapshot(db, 'grown'), await snapshot(db, 's1')];
  for (const [run, { checkpoints }] of Object.entries(all)) {
    const isOld = Object.keys(old).includes(run);
    expect([run, Object.keys(checkpoints)]).toEqual([run, isOld ? [] : [`${BATCHES}`]]);
  }
});

test('killed at any moment, a sweep with --keep-weights none is continued to the same bits and leaves no file', async () => {
  const study: Study = { beta: [0.3, 0.4], small: true };
  const expected = withoutCheckpoints((await undisturbed(study)).results);
  const folder = temporaryFolder();
  const db = join(folder, 'study.db');
  const args = runArgs(writeStudy(folder, study), '--keep-weights', 'none');
  for (const complete of [2, 6]) {
    const run = start(args, { db });
    await run.until('more was complete', () => countRuns(db, 'complete') > complete);
    run.signal('SIGKILL');
    await run.ended;
  }
  expect((await cosweep(args, { db })).code).toBe(0);
  expect(withoutCheckpoints(await snapshot(db))).toEqual(expected);
  expect(checkpointsOf(db)).toEqual([]);
  expect(ask(db, 'SELECT count(*) FROM "Checkpoint"')).toBe(0);
});

/** Runs of the study before it grows: three arms. */
const FINAL = 3;

function withFinalCheckpoints(results: Snapshot): Snapshot {
  return Object.fromEntries(
    Object.entries(results).map(([name, run]) => [
      name,
      { ...run, checkpoints: { [BATCHES]: run.checkpoints[BATCHES]! } },
    ]),
  );
}

function withoutCheckpoints(results: Snapshot): Snapshot {
  return Object.fromEntries(Object.entries(results).map(([name, run]) => [name, { ...run, checkpoints: {} }]));
}

function planOf(value: object): ReturnType<typeof planSweep> {
  const parsed = parseDefinitionValue(value);
  if (parsed.problems) throw new Error(JSON.stringify(parsed.problems));
  return planSweep(parsed.definition, { batchesPerEpoch: () => 1 });
}

/** What a user of plain TensorFlow.js does, without its file system handler. */
async function load(folder: string): Promise<tf.LayersModel> {
  await tf.setBackend('cpu');
  const { weightsManifest, ...artifacts } = JSON.parse(
    readFileSync(join(folder, 'model.json'), 'utf8'),
  ) as tf.io.ModelJSON;
  const weightData = Buffer.concat(
    weightsManifest.flatMap(({ paths }) => paths.map((name) => readFileSync(join(folder, name)))),
  );
  return tf.loadLayersModel(
    tf.io.fromMemory({
      ...artifacts,
      weightSpecs: weightsManifest.flatMap(({ weights }) => weights),
      weightData: Uint8Array.from(weightData).buffer,
    }),
  );
}

function writeCsvStudy(folder: string, images: string, learningRate: number[]): string {
  mkdirSync(folder, { recursive: true });
  const study = definition({ N: [0], learningRate, seeds: 1 }) as { training: object };
  const file = join(folder, 'csv.json');
  writeFileSync(
    file,
    JSON.stringify({
      ...study,
      training: {
        ...study.training,
        dataset: { name: 'csv', file: images, label: 'label', shape: [4, 4, 1], validation: 20 },
      },
    }),
  );
  return file;
}

/** 100 images of 4 × 4 in two classes. */
function writeCsv(file: string, shade: number): void {
  const header = ['label', ...Array.from({ length: 16 }, (_, i) => `p${i}`)].join(',');
  const lines = Array.from({ length: 100 }, (_, i) =>
    [i % 2, ...Array.from({ length: 16 }, (_, p) => (i * 7 + p * 5 * (1 + (i % 2)) + shade) % 11)].join(','),
  );
  writeFileSync(file, [header, ...lines].join('\n'));
}
