import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as tf from '@tensorflow/tfjs';
import { expect, onTestFinished, test } from 'vitest';
import { importModel } from '../../server/cli/import-model.ts';
import { headParameters } from '../../server/sweep/network/lay-out-network.ts';
import { buildModel } from '../../server/training/models/model.ts';
import { readSafetensors } from '../../server/training/weights/safetensors.ts';
import { cosweep } from '../helpers/cosweep.ts';

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'cosweep-keras-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

/** Saves a model as `model.save('file://…')` of tfjs-node does. @returns the path of its `model.json` */
async function save(model: tf.LayersModel, folder: string): Promise<string> {
  mkdirSync(folder, { recursive: true });
  await model.save(
    tf.io.withSaveHandler(async ({ weightData, weightSpecs, modelTopology }) => {
      const bytes = new Uint8Array(tf.io.CompositeArrayBuffer.join(weightData));
      const half = bytes.length >> 1;
      writeFileSync(join(folder, 'group1-shard1of2.bin'), bytes.subarray(0, half));
      writeFileSync(join(folder, 'group1-shard2of2.bin'), bytes.subarray(half));
      const manifest = [{ paths: ['group1-shard1of2.bin', 'group1-shard2of2.bin'], weights: weightSpecs }];
      writeFileSync(
        join(folder, 'model.json'),
        JSON.stringify({ format: 'layers-model', modelTopology, weightsManifest: manifest }),
      );
      return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } };
    }),
  );
  return join(folder, 'model.json');
}

/** A small MobileNet with residual blocks, whose weights all differ from what they begin as. */
function mobileNet(): tf.LayersModel {
  const { layers } = tf;
  const initial = { kernelInitializer: tf.initializers.randomUniform({ minval: -0.5, maxval: 0.5, seed: 1 }) };
  const norm = (name: string) =>
    layers.batchNormalization({
      name,
      epsilon: 0.002,
      momentum: 0.9,
      betaInitializer: tf.initializers.randomUniform({ seed: 2 }),
      movingMeanInitializer: tf.initializers.randomUniform({ seed: 3 }),
      movingVarianceInitializer: tf.initializers.randomUniform({ minval: 0.5, maxval: 1, seed: 4 }),
    });
  const apply = (layer: tf.layers.Layer, ...x: tf.SymbolicTensor[]) =>
    layer.apply(x.length === 1 ? x[0]! : x) as tf.SymbolicTensor;
  const input = tf.input({ shape: [8, 8, 3], name: 'images' });
  let x = apply(
    layers.conv2d({ name: 'stem', filters: 6, kernelSize: 3, padding: 'same', activation: 'relu', ...initial }),
    input,
  );
  let y = apply(
    layers.depthwiseConv2d({
      name: 'depth',
      kernelSize: 3,
      padding: 'same',
      depthMultiplier: 2,
      depthwiseInitializer: initial.kernelInitializer,
    }),
    x,
  );
  y = apply(norm('norm'), y);
  y = apply(layers.conv2d({ name: 'point', filters: 8, kernelSize: 1, useBias: false, ...initial }), y);
  x = apply(
    layers.add({ name: 'join' }),
    y,
    apply(layers.conv2d({ name: 'short', filters: 8, kernelSize: 1, ...initial }), x),
  );
  x = apply(layers.activation({ activation: 'relu' }), x);
  x = apply(layers.averagePooling2d({ poolSize: 3, strides: 2, padding: 'valid' }), x);
  x = apply(layers.flatten(), x);
  x = apply(layers.dense({ name: 'embedding', units: 12, activation: 'relu', ...initial }), x);
  x = apply(layers.dense({ name: 'classes', units: 5, activation: 'softmax' }), x);
  return tf.model({ inputs: input, outputs: x });
}

test('a model of TensorFlow.js becomes layers and weights that compute what it does', async () => {
  await tf.setBackend('cpu');
  const folder = temporaryFolder();
  const model = mobileNet();
  const { layers, notes, weights } = await importModel(await save(model, folder), true);
  expect(layers).toEqual([
    { conv: 6, size: 3, stride: 1, padding: 'same', bias: true, name: 'stem' },
    'relu',
    {
      residual: [
        { depthwise: 2, size: 3, stride: 1, padding: 'same', bias: true, name: 'depth' },
        { batchNorm: true, epsilon: 0.002, rate: 0.1, name: 'norm' },
        { conv: 8, size: 1, stride: 1, padding: 'valid', bias: false, name: 'point' },
      ],
      shortcut: [{ conv: 8, size: 1, stride: 1, padding: 'valid', bias: true, name: 'short' }],
      name: 'join',
    },
    'relu',
    { averagePool: 3, stride: 2, padding: 'valid' },
    'flatten',
    { dense: 12, bias: true, name: 'keras_embedding' },
    'relu',
  ]);
  expect(notes).toEqual([
    '"classes" of 5 units is left out: Cosweep adds the embedding and the last layer, for the classes of the data set',
    'it was made for images of 8 × 8 × 3',
    '"weights" beside "layers" starts from its weights, with "fresh": ["embedding", "head"]',
  ]);
  writeFileSync(join(folder, 'w.safetensors'), weights!);
  const { tensors } = await readSafetensors(join(folder, 'w.safetensors'));
  const end = { embedding: 12, dropout: 0 };
  const own = buildModel({ layers, ...end }, [8, 8, 3]);
  const named = (specs: { name: string }[]) =>
    Object.fromEntries(
      specs.flatMap(({ name }) =>
        tensors[name] ? [[name, tf.tensor(tensors[name].values, tensors[name].shape)]] : [],
      ),
    );
  expect(Object.keys(tensors).sort()).toEqual(
    [...own.parameters, ...own.statistics]
      .map(({ name }) => name)
      .filter((name) => !name.startsWith('embedding'))
      .sort(),
  );
  expect(headParameters(5, 12)).toHaveLength(2);

  const images = tf.randomUniform([4, 8, 8, 3], -1, 1, 'float32', 7) as tf.Tensor4D;
  const hidden = tf.model({ inputs: model.inputs, outputs: model.getLayer('embedding').output });
  const features = own.features(images, {
    // The embedding passes on what comes to it.
    weights: { ...named(own.parameters), 'embedding/kernel': tf.eye(12), 'embedding/bias': tf.zeros([12]) },
    statistics: named(own.statistics),
    training: false,
    dropoutMask: null,
    newStatistics: {},
  });
  const [seen, wanted] = [features.dataSync(), (hidden.predict(images) as tf.Tensor).dataSync()];
  expect(Math.max(...wanted)).toBeGreaterThan(0.1);
  expect(Math.max(...seen.map((value, i) => Math.abs(value - wanted[i]!)))).toBeLessThan(1e-4);
});

const keras3 = fileURLToPath(new URL('../fixtures/keras/functional-keras3.json', import.meta.url));

test('the command prints layers that a definition takes, says what is left out, and overwrites nothing', async () => {
  const folder = temporaryFolder();
  const { code, stdout, stderr } = await cosweep(['model', 'import', keras3], { cwd: folder });
  expect(code, stderr).toBe(0);
  expect(JSON.parse(stdout)).toEqual({
    layers: [
      { conv: 4, size: 3, stride: 1, padding: 'same', bias: true, name: 'conv2d' },
      'relu',
      {
        residual: [
          { depthwise: 1, size: 3, stride: 1, padding: 'same', bias: false, name: 'separable_conv2d/depthwise' },
          { conv: 4, size: 1, stride: 1, padding: 'same', bias: false, name: 'separable_conv2d/pointwise' },
          { batchNorm: true, epsilon: 0.001, rate: 0.01, name: 'batch_normalization' },
        ],
        shortcut: 'identity',
        name: 'add',
      },
      'relu',
      'globalAveragePool',
    ],
  });
  expect(stderr.trimEnd().split('\n')).toEqual([
    '"rescaling" (Rescaling) is left out: Cosweep normalises images itself',
    '"dropout" is left out: Cosweep drops activations before the embedding alone, with "dropout": 0.25',
    '"predictions" of 10 units is left out: Cosweep adds the embedding and the last layer, for the classes of the data set',
    'it was made for images of 8 × 8 × 3',
  ]);
  const out = join(folder, 'layers.json');
  expect(await cosweep(['model', 'import', keras3, '--out', out], { cwd: folder })).toMatchObject({ code: 0 });
  expect(readFileSync(out, 'utf8')).toBe(stdout);
  expect(await cosweep(['model', 'import', keras3, '--out', out], { cwd: folder })).toMatchObject({
    code: 2,
    stderr: `Cannot write the layers to ${out}: there is one already (EEXIST)\n`,
  });
  expect(readdirSync(folder)).toEqual(['layers.json']);
  expect(
    await cosweep(['model', 'import', keras3, '--weights', join(folder, 'w.safetensors')], { cwd: folder }),
  ).toMatchObject({
    code: 2,
    stderr: `Cannot translate the weights of ${keras3}: it names none, wanted the model.json that TensorFlow.js saves\n`,
  });
});

test('where one of two files cannot be written, neither is, so that the command can be tried again', async () => {
  const folder = temporaryFolder();
  const rescaling = tf.sequential({
    layers: [
      tf.layers.rescaling({ inputShape: [4, 4, 1], scale: 0.5, offset: -1, name: 'scale' }),
      tf.layers.flatten(),
      tf.layers.dense({ units: 3, name: 'hidden' }),
      tf.layers.dense({ units: 2 }),
    ],
  });
  const model = await save(rescaling, join(folder, 'saved'));
  const [out, weights] = [join(folder, 'layers.json'), join(folder, 'w.safetensors')];
  const command = ['model', 'import', model, '--out', out, '--weights', weights];
  writeFileSync(weights, 'mine');
  expect(await cosweep(command, { cwd: folder })).toMatchObject({
    code: 2,
    stderr: `Cannot write the weights to ${weights}: there is one already (EEXIST)\n`,
  });
  expect(readFileSync(weights, 'utf8')).toBe('mine');
  expect(readdirSync(folder).sort()).toEqual(['saved', 'w.safetensors']);
  rmSync(weights);
  const { code, stderr } = await cosweep(command, { cwd: folder });
  expect(code, stderr).toBe(0);
  expect(stderr).toContain('its weights expect images as "scale" makes them (Rescaling, scale 0.5, offset -1)');
  expect(Object.keys((await readSafetensors(weights)).tensors).sort()).toEqual(['hidden/bias', 'hidden/kernel']);
  expect(readdirSync(folder).sort()).toEqual(['layers.json', 'saved', 'w.safetensors']);
});

/** What is said of a model with these layers in a row. */
async function told(layers: [className: string, config: object][], more: object = {}): Promise<string> {
  const folder = temporaryFolder();
  const file = join(folder, 'model.json');
  const config = {
    layers: layers.map(([class_name, config], i) => ({ class_name, config: { name: `l${i}`, ...config } })),
  };
  writeFileSync(file, JSON.stringify({ class_name: 'Sequential', config, ...more }));
  return importModel(file, false).then(
    () => 'translated',
    (error: Error) => error.message.replaceAll(file, 'FILE'),
  );
}

test('everything that has no translation is named, all at once', async () => {
  expect(
    await told([
      ['Conv2D', { filters: 8, kernel_size: [3, 5], dilation_rate: [1, 1] }],
      ['Conv2D', { filters: 8, kernel_size: [3, 3], dilation_rate: [2, 2] }],
      ['Conv2D', { filters: 8, kernel_size: 3, activation: 'swish' }],
      ['LSTM', { units: 8 }],
      ['BatchNormalization', { axis: 1 }],
      ['BatchNormalization', { scale: false }],
      ['ReLU', { max_value: 6 }],
      ['MaxPooling2D', { pool_size: [2, 2], data_format: 'channels_first' }],
      ['Dense', { units: 3 }],
    ]),
  ).toBe(
    'Cannot translate the model FILE: 8 problems\n' +
      [
        '  l0 (Conv2D): found kernel_size [3,5], wanted the same whole number in both directions',
        '  l1 (Conv2D): found dilation_rate [2,2], wanted 1',
        '  l2 (Conv2D): found the activation "swish", wanted relu or linear',
        '  l3 (LSTM): found a layer that Cosweep does not have, wanted one of InputLayer, Conv2D, DepthwiseConv2D, ' +
          'SeparableConv2D, Dense, BatchNormalization, Activation, ReLU, MaxPooling2D, AveragePooling2D, ' +
          'GlobalAveragePooling2D, Flatten, Dropout, Rescaling, Normalization, Add',
        '  l4 (BatchNormalization): found axis 1, wanted -1, the channels',
        '  l5 (BatchNormalization): found scale false, wanted true',
        '  l6 (ReLU): found max_value 6, wanted null',
        '  l7 (MaxPooling2D): found data_format "channels_first", wanted "channels_last"',
      ].join('\n'),
  );
});

test('a model of which nothing is left, or whose layers do not fit, is refused in words', async () => {
  expect(await told([['Dense', { units: 3 }]])).toBe(
    'Cannot translate the model FILE: layers: found [], ' +
      'wanted a list of layers, ["flatten", {"dense": 128}, "relu"]',
  );
  expect(
    await told([
      ['Dense', { units: 1e300 }],
      ['Dense', { units: 3 }],
    ]),
  ).toContain('layers[0].dense: found 1e+300');
});

test('what is no such model, or goes other ways, is refused', async () => {
  const folder = temporaryFolder();
  const file = join(folder, 'model.json');
  const toldOf = async (text: string): Promise<string> => {
    writeFileSync(file, text);
    return importModel(file, true).then(
      () => 'translated',
      (error: Error) => error.message,
    );
  };
  expect(await toldOf('{')).toContain('it is not JSON');
  expect(await toldOf('[]')).toContain('found no class_name and config');
  expect(await toldOf('{"format":"graph-model","modelTopology":{"node":[]}}')).toContain('(not of a graph model)');
  const branching = JSON.parse(readFileSync(keras3, 'utf8')) as {
    config: { layers: { name: string; class_name: string }[] };
  };
  branching.config.layers.find(({ name }) => name === 'add')!.class_name = 'Concatenate';
  expect(await toldOf(JSON.stringify(branching))).toContain(
    'conv2d (Conv2D): found two ways from its output that do not join in one Add, wanted a residual block',
  );
  const manifest = [{ paths: ['../model.json'], weights: [{ name: 'a', shape: [1], dtype: 'float32' }] }];
  expect(
    await toldOf(
      JSON.stringify({ modelTopology: JSON.parse(readFileSync(keras3, 'utf8')), weightsManifest: manifest }),
    ),
  ).toBe('Cannot translate the weights: found the file "../model.json", wanted one beside the model');
});
