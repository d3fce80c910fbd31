import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ModelName } from '../../../server/sweep/settings.ts';
import type { Engine, Tensors } from '../../../server/training/engine.ts';
import { openWasm } from '../../../server/training/engines/wasm/open-wasm.ts';
import { buildModel } from '../../../server/training/models/model.ts';
import type { OptimizerStructure } from '../../../server/training/optimizers/optimizer.ts';
import { buildOptimizer } from '../../../server/training/optimizers/build-optimizer.ts';
import { initialState, toDevice, toHost, type HostState } from '../../../server/training/state.ts';
import { buildStep, stepMetrics, type StepStructure } from '../../../server/training/step.ts';
import { slowTensor } from './slow.ts';

let engine: Engine;
const listeners = () => process.listenerCount('uncaughtException') + process.listenerCount('unhandledRejection');
let listenersBefore: number;

beforeAll(async () => {
  listenersBefore = listeners();
  engine = await openWasm();
});

const BATCH = 8;
const inForce = { crossEntropy: true, interClass: true, intraClass: true };
const scalars = {
  alpha: 0.3,
  beta: 0.1,
  gamma: 1,
  epsilon: 0.05,
  s: 10,
  m: 0.2,
  centerRate: 0.1,
  learningRate: 0.005,
  momentum: 0.9,
  beta1: 0.9,
  beta2: 0.999,
  correction1: 0.1,
  correction2: 0.001,
  adamEpsilon: 1e-8,
  weightDecay: 1e-4,
  clipNorm: 5,
};

/** Bytes that the backend has taken from the system. */
const heapSize = () => (tf.backend() as unknown as { wasm: { HEAPU8: Uint8Array } }).wasm.HEAPU8.length;

interface Training {
  metrics: number[][];
  state: HostState;
  tensors: number[];
  heap: number[];
}

function build(name: ModelName, shape: number[], optimizer: OptimizerStructure) {
  const model = buildModel({ name, embedding: 8, dropout: 0, hidden: [16] } as never, shape);
  const structure: StepStructure = {
    classes: 3,
    inForce,
    optimizer,
    epsilons: 1,
    loss: {
      truncation: 'batch',
      distance: 'cosine',
      centerUpdate: 'cumulative',
      centerSpace: 'unit',
      centerOrder: 'updateThenLoss',
      crossEntropyHead: 'linear',
    },
  };
  const noise = slowTensor([BATCH, ...shape], 5);
  const batch: Tensors = {
    images: tf.tensor(noise.values, noise.shape),
    labels: tf.tensor1d([0, 1, 2, 0, 1, 2, 0, 1], 'int32'),
  };
  return { model, structure, batch, step: buildStep(model, structure) };
}

/** Trains on one batch of noise over and over. */
async function train(
  name: ModelName,
  shape: number[],
  optimizer: OptimizerStructure,
  batches: number,
): Promise<Training> {
  const { model, batch, step } = build(name, shape, optimizer);
  let state = toDevice(initialState(model, buildOptimizer(optimizer), 3, 8, 1));
  const compiled = engine.compile(step, { state, batch, scalars });
  const training: Omit<Training, 'state'> = { metrics: [], tensors: [], heap: [] };
  for (let t = 0; t < batches; t++) {
    const result = compiled.run(state, batch, scalars);
    training.metrics.push([...result.outputs.metrics!.dataSync()]);
    tf.dispose([state, result.outputs]);
    state = result.state;
    training.tensors.push(tf.memory().numTensors);
    training.heap.push(heapSize());
  }
  const host = await toHost(state);
  tf.dispose([state, batch]);
  compiled.dispose();
  return { ...training, state: host };
}

describe('the wasm engine', () => {
  it('says what it is', () => {
    expect(engine.name).toBe('wasm');
    expect(engine.device).toMatch(/^CPU, 1 thread/);
    expect(engine.versions['@tensorflow/tfjs-backend-wasm']).toMatch(/^4\./);
    expect(tf.getBackend()).toBe('wasm');
  });

  it('leaves errors to the program', () => {
    expect(listeners()).toBe(listenersBefore);
  });

  it('opens twice in one process', async () => {
    const again = await openWasm();
    expect(again.name).toBe('wasm');
  });

  const momentum: OptimizerStructure = { name: 'momentum', nesterov: true, decay: true, clip: true };
  const adam: OptimizerStructure = { name: 'adam', nesterov: false, decay: false, clip: false };
  it.each<[ModelName, number[], OptimizerStructure]>([
    ['mlp', [7, 5, 1], adam],
    ['cnn-small', [9, 10, 1], momentum],
    ['cnn', [6, 6, 3], adam],
    ['resnet8', [7, 7, 3], momentum],
  ])(
    'trains %s on images of %j, the same bits twice, without a leak',
    async (name, shape, optimizer) => {
      const first = await train(name, shape, optimizer, 20);
      const second = await train(name, shape, optimizer, 20);
      const [total, accuracy] = ['train/total', 'train/accuracy'].map((metric) =>
        stepMetrics({ inForce, epsilons: 1 }).findIndex(({ name }) => name === metric),
      ) as [number, number];
      expect(first.metrics[19]![total]).toBeLessThan(0.5 * first.metrics[0]![total]!);
      expect(first.metrics[19]![accuracy]).toBe(1);
      expect(second.metrics).toEqual(first.metrics);
      expect(second.state).toEqual(first.state);
      expect(new Set(first.tensors).size).toBe(1);
      expect(new Set([...first.heap.slice(5), ...second.heap]).size).toBe(1);
    },
    60_000,
  );

  it('gives the caller tensors that are its own, whatever the step passes on', () => {
    const x = tf.tensor1d([1, 2]);
    const compiled = engine.compile(({ x }, { y }) => ({ state: { x: x! }, outputs: { y: y!, sum: tf.add(x!, y!) } }), {
      state: { x },
      batch: { y: x },
      scalars: {},
    });
    const { state, outputs } = compiled.run({ x }, { y: x }, {});
    x.dispose();
    expect([...state.x!.dataSync()]).toEqual([1, 2]);
    tf.dispose(state);
    expect([...outputs.y!.dataSync()]).toEqual([1, 2]);
    expect([...outputs.sum!.dataSync()]).toEqual([2, 4]);
    tf.dispose(outputs);
  });
});
