import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ModelName } from '../../../server/sweep/settings.ts';
import type { Engine, Step, Tensors } from '../../../server/training/engine.ts';
import { openWasm } from '../../../server/training/engines/wasm/open-wasm.ts';
import { buildEvaluationStep, inferenceState } from '../../../server/training/evaluation-step.ts';
import { buildModel } from '../../../server/training/models/model.ts';
import { buildOptimizer } from '../../../server/training/optimizers/build-optimizer.ts';
import { initialState, toDevice } from '../../../server/training/state.ts';
import { buildStep, type StepStructure } from '../../../server/training/step.ts';
import { slowTensor } from './slow.ts';

let engine: Engine;

beforeAll(async () => {
  engine = await openWasm();
});

const structure: StepStructure = {
  classes: 3,
  inForce: { crossEntropy: true, interClass: true, intraClass: true },
  epsilons: 2,
  optimizer: { name: 'adam', nesterov: false, decay: true, clip: true },
  loss: {
    truncation: 'class',
    distance: 'angle',
    centerUpdate: 'ema',
    centerSpace: 'unit',
    centerOrder: 'updateThenLoss',
    crossEntropyHead: 'linear',
  },
};
const scalars = {
  alpha: 0.3,
  beta: 0.1,
  gamma: 1,
  epsilon: 0.05,
  epsilon1: 0.5,
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
  clipNorm: 0.5,
};

const image = [6, 8, 1];
const batchOf = (seed: number): Tensors => ({
  images: tf.tensor(slowTensor([4, ...image], seed).values, [4, ...image]),
  labels: tf.tensor1d([0, 1, 2, seed % 3], 'int32'),
});

function model(name: ModelName) {
  return buildModel({ name, embedding: 8, dropout: 0 }, image);
}

/** The step without a recording: it runs where it reads values. */
const unrecorded =
  (step: Step): Step =>
  (...given) => {
    tf.zeros([1]).dataSync();
    return step(...given);
  };

const values = (tensors: Tensors) =>
  Object.fromEntries(Object.entries(tensors).map(([key, tensor]) => [key, [tensor.shape, ...tensor.dataSync()]]));

describe('a step replayed on wasm', () => {
  it.each<[ModelName]>([['mlp'], ['cnn-small'], ['cnn'], ['resnet8']])(
    'gives the bits of %s run operation by operation, whatever comes in',
    (name) => {
      const step = buildStep(model(name), structure);
      let [state, batch] = [
        toDevice(initialState(model(name), buildOptimizer(structure.optimizer), 3, 8, 1)),
        batchOf(1),
      ];
      const [replayed, plain] = [step, unrecorded(step)].map((step) =>
        engine.compile(step, { state, batch, scalars }),
      ) as [ReturnType<Engine['compile']>, ReturnType<Engine['compile']>];
      for (let t = 0; t < 3; t++) {
        const now = { ...scalars, learningRate: 0.01 / (t + 1), correction1: 1 - 0.9 ** (t + 1) };
        const [seen, wanted] = [replayed, plain].map((compiled) => compiled.run(state, batch, now)) as [
          ReturnType<Step>,
          ReturnType<Step>,
        ];
        expect(values(seen.outputs)).toEqual(values(wanted.outputs));
        expect(values(seen.state)).toEqual(values(wanted.state));
        tf.dispose([state, batch, seen.outputs, wanted]);
        [state, batch] = [seen.state, batchOf(t + 2)];
      }
      tf.dispose([state, batch]);
      replayed.dispose();
    },
  );

  it('evaluates like the network run operation by operation', () => {
    const step = buildEvaluationStep(model('resnet8'));
    const state = toDevice(
      inferenceState(initialState(model('resnet8'), buildOptimizer(structure.optimizer), 3, 8, 1)),
    );
    const batches = [1, 2].map((seed) => ({ images: batchOf(seed).images! }));
    const [replayed, plain] = [step, unrecorded(step)].map((step) =>
      engine.compile(step, { state, batch: batches[0]!, scalars: {} }).run(state, batches[1]!, {}),
    );
    expect(values(replayed!.outputs)).toEqual(values(plain!.outputs));
    tf.dispose([state, batches, replayed, plain]);
  });

  it('leaves nothing behind', () => {
    const step = buildStep(model('cnn-small'), structure);
    const [state, batch] = [
      toDevice(initialState(model('cnn-small'), buildOptimizer(structure.optimizer), 3, 8, 1)),
      batchOf(1),
    ];
    const held = () => ({
      ...tf.memory(),
      inBackend: (tf.backend() as unknown as { numDataIds(): number }).numDataIds(),
    });
    const before = held();
    const compiled = engine.compile(step, { state, batch, scalars });
    const compiledHolds = held();
    for (let t = 0; t < 3; t++) tf.dispose(compiled.run(state, batch, scalars));
    expect(held()).toEqual(compiledHolds);
    compiled.dispose();
    expect(held()).toEqual(before);
    tf.dispose([state, batch]);
  });

  it('computes values that depend on no input once, and values that depend on an input in every run', () => {
    const outside = tf.tensor1d([10, 20]);
    const step: Step = ({ x }, _, { a }) => ({
      state: { x: tf.add(x!, tf.mul(a!, tf.add(outside, tf.ones([2])))) },
      outputs: { constant: tf.neg(tf.ones([2])), same: a!, twice: x! },
    });
    const x = tf.tensor1d([1, 2]);
    const compiled = engine.compile(step, { state: { x }, batch: {}, scalars: { a: 1 } });
    outside.dispose();
    const seen = [2, 3].map((a) => compiled.run({ x }, {}, { a }));
    x.dispose();
    compiled.dispose();
    expect(seen.map(({ state }) => [...state.x!.dataSync()])).toEqual([
      [23, 44],
      [34, 65],
    ]);
    expect(
      seen.map(({ outputs }) =>
        [outputs.constant!, outputs.same!, outputs.twice!].map((tensor) => [...tensor.dataSync()]),
      ),
    ).toEqual([
      [[-1, -1], [2], [1, 2]],
      [[-1, -1], [3], [1, 2]],
    ]);
    tf.dispose(seen);
  });

  it('goes another way where the step looks at values', () => {
    const step: Step = ({ x }) => ({
      state: { x: x!.dataSync()[0]! > 0 ? tf.add(x!, 1) : tf.sub(x!, 1) },
      outputs: {},
    });
    const [up, down] = [tf.tensor1d([1]), tf.tensor1d([-1])];
    const compiled = engine.compile(step, { state: { x: up }, batch: {}, scalars: {} });
    expect([up, down].map((x) => compiled.run({ x }, {}, {}).state.x!.dataSync()[0])).toEqual([2, -2]);
  });

  it('refuses what it was not compiled for', () => {
    const x = tf.tensor1d([1, 2]);
    const compiled = engine.compile(({ x }, _, { a }) => ({ state: { x: tf.mul(a!, x!) }, outputs: {} }), {
      state: { x },
      batch: {},
      scalars: { a: 1 },
    });
    expect(() => compiled.run({ x: tf.zeros([3]) }, {}, { a: 1 })).toThrow(
      'Cannot run the step: state.x is float32 [3]. Wanted: float32 [2], which it was compiled with.',
    );
    expect(() => compiled.run({}, {}, { a: 1 })).toThrow('state.x is nothing');
    expect(() => compiled.run({ x }, {}, {})).toThrow('scalar "a", which it was compiled with, is missing');
  });
});
