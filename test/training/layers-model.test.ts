import * as tf from '@tensorflow/tfjs';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { Stream } from '../../server/sweep/random.ts';
import type { DatasetSettings, LossSettings, OptimizerSettings, OwnTraining } from '../../server/sweep/settings.ts';
import type { Dataset } from '../../server/training/dataset.ts';
import { imagesOf } from '../../server/training/datasets/batch.ts';
import { loadDataset } from '../../server/training/datasets/load.ts';
import type { Engine } from '../../server/training/engine.ts';
import { openEngine } from '../../server/training/engines/open.ts';
import { inferenceState } from '../../server/training/evaluation-step.ts';
import { toLayersModel, type ModelFile } from '../../server/training/layers-model.ts';
import { buildNetwork, freshState, type RunSettings } from '../../server/training/network.ts';
import { modelOf, networks, type NetworkName } from '../helpers/networks.ts';
import { toDevice, type HostState } from '../../server/training/state.ts';
import { StepCache } from '../../server/training/step-cache.ts';

const loss: LossSettings = {
  s: 30,
  m: 0.35,
  truncation: 'batch',
  distance: 'cosine',
  centerUpdate: 'cumulative',
  centerRate: 0.1,
  centerSpace: 'unit',
  centerOrder: 'updateThenLoss',
  crossEntropyHead: 'linear',
};
const optimizer: OptimizerSettings = {
  name: 'momentum',
  learningRate: 0.01,
  momentum: 0.9,
  nesterov: false,
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-8,
  weightDecay: 0,
  schedule: 'constant',
  warmup: 0,
  steps: [],
  decay: 0.1,
  clipNorm: null,
};
const data = {
  name: 'idx',
  images: 'mnist-cut/images-idx3-ubyte.gz',
  labels: 'mnist-cut/labels-idx1-ubyte.gz',
  validationImages: null,
  validationLabels: null,
  testImages: null,
  testLabels: null,
  validation: 0.2,
  splitSeed: 0,
  limit: null,
  augment: { shift: 0, flip: false, crop: 0, cutout: 0 },
} as unknown as DatasetSettings;

const IMAGES = 6;

let engine: Engine;
let dataset: Dataset;
beforeAll(async () => {
  engine = await openEngine('wasm');
  dataset = await loadDataset(data, { baseFolder: fileURLToPath(new URL('../fixtures', import.meta.url)), seed: 0 });
});

function settings(network: NetworkName, run: Partial<RunSettings> = {}): RunSettings {
  const training = {
    dataset: data,
    model: modelOf(network, { embedding: 8, dropout: 0.2 }),
    optimizer,
    batchSize: IMAGES,
    batches: 3,
    evalEvery: 3,
  } as OwnTraining;
  return { alpha: 0.5, beta: 0.2, gamma: 1, epsilon: 0.02, N: 1, loss, training, ...run };
}

/**
 * A state in which no weight and no statistic is what it begins as, and what the evaluation step makes of real images
 * with it.
 */
async function evaluate(
  run: RunSettings,
): Promise<{ state: HostState; expected: Record<'logits' | 'features' | 'cosines', Float32Array> }> {
  await tf.setBackend('wasm');
  const network = buildNetwork(run, dataset);
  const host = freshState(network, 1);
  for (const [name, { values }] of Object.entries(host)) {
    if (name.endsWith('/kernel')) continue; // drawn already, and more would blow the activations up
    const stream = new Stream(1, `moved/${name}`);
    const move = name.endsWith('/variance') ? () => 0.2 * stream.uniform() : () => 0.1 * stream.normal();
    values.forEach((value, i) => (values[i] = value + move()));
  }
  const steps = new StepCache(engine);
  const state = toDevice(host);
  const images = tf.tensor(imagesOf(dataset, dataset.validation, 0, IMAGES), [IMAGES, ...dataset.shape]);
  const { outputs } = steps.evaluation(network, dataset.validation, IMAGES).run(inferenceState(state), { images }, {});
  const read = (name: string) => Float32Array.from(outputs[name]!.dataSync());
  return { state: host, expected: { logits: read('logits'), features: read('features'), cosines: read('cosines') } };
}

/** What somebody with these files and TensorFlow.js has: no engine of ours, raw pixels. */
async function loadAndPredict(files: ModelFile[]): Promise<{ model: tf.LayersModel; outputs: Float32Array[] }> {
  await tf.setBackend('cpu');
  const [json, ...shards] = files.map(({ bytes }) => bytes);
  const { weightsManifest, ...artifacts } = JSON.parse(new TextDecoder().decode(json)) as tf.io.ModelJSON;
  expect(weightsManifest.flatMap(({ paths }) => paths)).toEqual(files.slice(1).map(({ name }) => name));
  const model = await tf.loadLayersModel(
    tf.io.fromMemory({
      ...artifacts,
      weightSpecs: weightsManifest.flatMap(({ weights }) => weights),
      weightData: Uint8Array.from(Buffer.concat(shards)).buffer,
    }),
  );
  const pixels = Float32Array.from(dataset.validation.pixels.slice(0, IMAGES * 28 * 28));
  const predicted = model.predict(tf.tensor(pixels, [IMAGES, 28, 28, 1])) as tf.Tensor[];
  return { model, outputs: predicted.map((tensor) => tensor.dataSync() as Float32Array) };
}

/** As a share of the largest expected value where that is above 1. */
function largestDifference(actual: Float32Array, expected: Float32Array): number {
  expect(actual.length).toBe(expected.length);
  const scale = Math.max(1, ...expected.map(Math.abs));
  return actual.reduce((worst, value, i) => {
    const difference = Math.abs(value - expected[i]!) / scale;
    return difference <= worst ? worst : difference; // NaN is not small
  }, 0);
}

describe("a trained network, loaded by plain TensorFlow.js, computes what the run's last evaluation did", () => {
  test.each(networks)('%s', async (name) => {
    const run = settings(name);
    const { state, expected } = await evaluate(run);
    const files = await toLayersModel({ settings: run, dataset, state, about: { run: 'r7' } });
    const { model, outputs } = await loadAndPredict(files);
    expect(outputs).toHaveLength(2);
    expect(Math.max(...expected.logits.map(Math.abs))).toBeGreaterThan(0.01);
    expect(largestDifference(outputs[0]!, expected.logits)).toBeLessThan(1e-4);
    expect(largestDifference(outputs[1]!, expected.features)).toBeLessThan(1e-4);
    expect(model.getUserDefinedMetadata()).toMatchObject({
      run: 'r7',
      network: name === 'every layer' ? 'network' : name,
      outputs: ['logits', 'embedding'],
      predictsBy: 'logits',
      classes: dataset.classes,
    });
  });
});

test("a run that predicts by its cosines gets an output: the cosines times the embedding's length", async () => {
  for (const change of [{ gamma: 0 }, { loss: { ...loss, crossEntropyHead: 'cosine' as const } }]) {
    const run = settings('mlp', change);
    const { state, expected } = await evaluate(run);
    const {
      model,
      outputs: [, embedding, projections],
    } = await loadAndPredict(await toLayersModel({ settings: run, dataset, state, about: {} }));
    expect(model.getUserDefinedMetadata()).toMatchObject({ predictsBy: 'projections' });
    const classes = dataset.classes.length;
    const cosines = projections!.map((value, i) => {
      const sample = Math.floor(i / classes);
      return value / Math.hypot(...embedding!.subarray(8 * sample, 8 * (sample + 1)));
    });
    expect(largestDifference(cosines, expected.cosines)).toBeLessThan(1e-4);
  }
});

test('weights of more than 4 MB are cut into shards of 4 MB', async () => {
  const run = settings('mlp');
  const wide: RunSettings = {
    ...run,
    training: { ...run.training, model: { ...run.training.model, embedding: 8192 } },
  };
  const { state } = await evaluate(wide);
  const [json, ...shards] = await toLayersModel({ settings: wide, dataset, state, about: {} });
  expect(json!.name).toBe('model.json');
  expect(shards.map(({ name }) => name)).toEqual(['group1-shard1of2.bin', 'group1-shard2of2.bin']);
  expect(shards[0]!.bytes.length).toBe(4 * 1024 * 1024);
});
