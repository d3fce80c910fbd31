import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { cosweep, cosweepHere, cosweepJson } from '../helpers/cosweep.ts';
import { definition, runArgs, temporaryFolder, writeStudy } from './study.ts';

interface Listed {
  run: string;
  armName: string;
  seed: number;
  metrics: Record<string, { last: number; best: number; bestBatch: number }>;
}

interface Point {
  metric: string;
  batch: number;
  value: number;
}

/** Trains the small study for one seed. @returns its first run, whose weights are in `w.safetensors` */
async function trainFirst(folder: string, db: string): Promise<Listed> {
  const study = writeStudy(folder, { small: true, seeds: 1, N: [0] });
  expect((await cosweep(runArgs(study), { db })).code).toBe(0);
  const [run] = await cosweepHere<[Listed]>(['runs', 'latest'], { db });
  const written = await cosweepJson<{ run: string; file: string; bytes: number }>(
    ['weights', run.run, '--format', 'safetensors', '--out', join(folder, 'w.safetensors')],
    { db },
  );
  expect(written).toEqual({
    run: run.run,
    file: join(folder, 'w.safetensors'),
    bytes: readFileSync(join(folder, 'w.safetensors')).length,
  });
  return run;
}

/** Writes the study with this end of its model. */
function writeStarting(folder: string, model: object, more: { name?: string; arms?: object } = {}): string {
  const { parameters, training, ...study } = definition({ small: true, seeds: 1, N: [0] }) as {
    parameters: object;
    training: { model: object };
  };
  const file = join(folder, `${more.name ?? 'starting'}.json`);
  writeFileSync(
    file,
    JSON.stringify({
      ...study,
      name: more.name ?? 'starting',
      parameters: { ...parameters, ...more.arms },
      training: { ...training, model: { ...training.model, ...model } },
    }),
  );
  return file;
}

/** The format as its description says it, read without the program. */
function readTensors(file: string): Record<string, { shape: number[]; values: number[] }> {
  const bytes = readFileSync(file);
  const length = Number(bytes.readBigUInt64LE(0));
  expect(length % 8).toBe(0);
  const { __metadata__: facts, ...entries } = JSON.parse(bytes.subarray(8, 8 + length).toString()) as Record<
    string,
    { dtype: string; shape: number[]; data_offsets: [number, number] }
  >;
  expect(facts).toMatchObject({ format: 'cosweep', seed: '0' });
  let expected = 0;
  return Object.fromEntries(
    Object.entries(entries).map(
      ([
        name,
        {
          dtype,
          shape,
          data_offsets: [begin, end],
        },
      ]) => {
        expect([dtype, begin, end - begin]).toEqual(['F32', expected, 4 * shape.reduce((a, b) => a * b)]);
        expected = end;
        return [
          name,
          {
            shape,
            values: Array.from({ length: (end - begin) / 4 }, (_, i) => bytes.readFloatLE(8 + length + begin + 4 * i)),
          },
        ];
      },
    ),
  );
}

test('weights go from a run through safetensors into the first batch of another one, and what is frozen stays', async () => {
  const folder = temporaryFolder();
  const db = join(folder, 'study.db');
  const first = await trainFirst(folder, db);
  const before = readTensors(join(folder, 'w.safetensors'));
  expect(Object.entries(before).map(([name, { shape }]) => `${name} ${shape.join('×')}`)).toEqual([
    'dense1/bias 256',
    'dense1/kernel 144×256',
    'dense2/bias 128',
    'dense2/kernel 256×128',
    'embedding/bias 8',
    'embedding/kernel 128×8',
    'head/bias 3',
    'head/weights 3×8',
  ]);

  const starting = writeStarting(folder, { weights: 'w.safetensors', freeze: ['dense1', 'embedding'] });
  expect((await cosweep(runArgs(starting), { db })).code).toBe(0);
  const [run] = await cosweepHere<[Listed]>(['runs', 'starting'], { db });
  expect(run.run).not.toBe(first.run);
  const points = await cosweepJson<Point[]>(['curves', run.run, '--format', 'json'], { db });
  const atStart = points.filter(({ metric, batch }) => metric === 'val/accuracyLinear' && batch === 0);
  expect(atStart.map(({ value }) => value)).toEqual([first.metrics['val/accuracyLinear']!.last]);

  const out = join(folder, 'after.safetensors');
  expect((await cosweep(['weights', run.run, '--format', 'safetensors', '--out', out], { db })).code).toBe(0);
  const after = readTensors(out);
  const same = Object.keys(before).filter((name) => `${before[name]!.values}` === `${after[name]!.values}`);
  expect(same).toEqual(['dense1/bias', 'dense1/kernel', 'embedding/bias', 'embedding/kernel']);
});

test('runs are known by what the file holds, wherever it is; drawn layers and other weights are other runs', async () => {
  const folder = temporaryFolder();
  const db = join(folder, 'study.db');
  await trainFirst(folder, db);
  const train = async (model: object, name: string): Promise<{ reused: number; complete: number }> => {
    const file = writeStarting(folder, model, { name });
    return (await cosweepJson<{ runs: { reused: number; complete: number } }>(runArgs(file), { db })).runs;
  };
  expect(await train({ weights: 'w.safetensors' }, 'one')).toMatchObject({ reused: 0, complete: 2 });
  mkdirSync(join(folder, 'elsewhere'));
  copyFileSync(join(folder, 'w.safetensors'), join(folder, 'elsewhere/copy.safetensors'));
  expect(await train({ weights: 'elsewhere/copy.safetensors' }, 'moved')).toMatchObject({ reused: 2 });
  expect(await train({ weights: null }, 'none')).toMatchObject({ reused: 2 });
  expect(await train({ weights: 'w.safetensors', fresh: ['head'] }, 'fresh')).toMatchObject({ reused: 0 });
  const bytes = readFileSync(join(folder, 'w.safetensors'));
  bytes.writeFloatLE(0.5, bytes.length - 4);
  writeFileSync(join(folder, 'w.safetensors'), bytes);
  expect(await train({ weights: 'w.safetensors' }, 'changed')).toMatchObject({ reused: 0 });

  // What a sweep starts from is not written over.
  const { code, stderr } = await cosweep(
    ['weights', 'r1', '--format', 'safetensors', '--out', join(folder, 'w.safetensors')],
    { db },
  );
  expect([code, stderr]).toEqual([2, expect.stringContaining('w.safetensors that a sweep starts from')]);
});

test('starting from weights and from none is an arm each, and the drawn one is the run of a sweep that knows no weights', async () => {
  const folder = temporaryFolder();
  const db = join(folder, 'study.db');
  await trainFirst(folder, db);
  const file = writeStarting(
    folder,
    { fresh: ['head'], weights: null },
    {
      name: 'both',
      arms: { 'training.model.weights': { values: [null, 'w.safetensors'] } },
    },
  );
  const { runs } = await cosweepJson<{ runs: object }>(runArgs(file), { db });
  expect(runs).toMatchObject({ complete: 4, reused: 2 });
});

test('a plan names what of the file does not match the network', async () => {
  const folder = temporaryFolder();
  await trainFirst(folder, join(folder, 'study.db'));
  const told = async (model: object): Promise<string> => {
    const { code, stderr } = await cosweep(['plan', writeStarting(folder, model)], { cwd: folder });
    expect(code).toBe(2);
    return stderr;
  };
  const weights = 'w.safetensors';
  expect(await told({ weights, embedding: 16 })).toBe(
    'Cannot plan sweep "starting": 3 problems\n' +
      [
        ['embedding/kernel', '128 × 8', '128 × 16', 'embedding'],
        ['embedding/bias', '8', '16', 'embedding'],
        ['head/weights', '3 × 8', '3 × 16', 'head'],
      ]
        .map(
          ([name, file, network, layer]) =>
            `  training.model.weights: found "${name}" as ${file} in the file and as ${network} in the network, ` +
            `wanted the same shape, or "${layer}" in "fresh", which draws it\n`,
        )
        .join(''),
  );
  const layers = ['flatten', { dense: 256 }, 'relu', { dense: 128, name: 'dense22' }, 'batchNorm', 'relu'];
  expect(await told({ name: undefined, layers, weights })).toBe(
    'Cannot plan sweep "starting": 3 problems\n' +
      '  training.model.weights: found no "dense22/kernel", "dense22/bias", "norm1/gamma", "norm1/beta" and 2 more ' +
      'in the file, wanted every tensor of the network, or "fresh": ["dense22", "norm1"]\n' +
      '  training.model.weights: found "dense2/bias" in the file, wanted only tensors that the network has ' +
      '— did you mean "dense22/bias"?\n' +
      '  training.model.weights: found "dense2/kernel" in the file, wanted only tensors that the network has ' +
      '— did you mean "dense22/kernel"?\n',
  );
  expect(await told({ weights: 'nothing.safetensors' })).toBe(
    `Cannot read ${join(folder, 'nothing.safetensors')}: there is no such file; a file of safetensors is wanted\n`,
  );
  expect(await told({ weights, freeze: ['dense3'] })).toMatch(
    /training\.model\.freeze\[0\]: found "dense3", .* did you mean "dense1"/,
  );
});
