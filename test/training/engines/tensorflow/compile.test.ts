import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Stream } from '../../../../server/sweep/random.ts';
import type { LossSettings, ModelName } from '../../../../server/sweep/settings.ts';
import type { Engine, Step, Tensors } from '../../../../server/training/engine.ts';
import { buildEvaluationStep, inferenceState } from '../../../../server/training/evaluation-step.ts';
import type { Backend } from '../../../../server/training/engines/tensorflow/binding.ts';
import { openTensorflow } from '../../../../server/training/engines/tensorflow/open.ts';
import { buildModel, type Model } from '../../../../server/training/models/model.ts';
import { buildOptimizer } from '../../../../server/training/optimizers/optimizer.ts';
import { initialState, toDevice } from '../../../../server/training/state.ts';
import { buildStep, type StepStructure } from '../../../../server/training/step.ts';
import { describeWithTensorflow } from '../../../helpers/engines.ts';

const scalars = {
  alpha: 0.5, beta: 0.3, gamma: 0.9, epsilon: 0.01, s: 20, m: 0.35, centerRate: 0.4,
  learningRate: 0.05, momentum: 0.9, beta1: 0.9, beta2: 0.99, correction1: 0.1, correction2: 0.01, adamEpsilon: 1e-8,
  weightDecay: 0.01, clipNorm: 0.7,
};
const loss = {
  truncation: 'batch', distance: 'cosine', centerUpdate: 'cumulative', centerSpace: 'unit', centerOrder: 'updateThenLoss', crossEntropyHead: 'linear',
} satisfies StepStructure['loss'];
const momentum = { name: 'momentum', nesterov: false, decay: false, clip: false } satisfies StepStructure['optimizer'];
const all = { interClass: true, intraClass: true, crossEntropy: true };

/** Every value of every option, each in at least one case: that is where TensorFlow's graph optimiser could change bits. */
const cases: { network: ModelName; loss?: Partial<LossSettings>; optimizer?: Partial<StepStructure['optimizer']>; dropout?: number; inForce?: Partial<typeof all> }[] = [
  { network: 'mlp' },
  { network: 'cnn-small', dropout: 0.3, loss: { truncation: 'sample', distance: 'angle', centerUpdate: 'ema' }, optimizer: { nesterov: true, decay: true } },
  { network: 'cnn', loss: { truncation: 'class', distance: 'euclidean', centerSpace: 'raw', centerUpdate: 'wen' }, optimizer: { name: 'adamw', decay: true, clip: true } },
  { network: 'resnet8', loss: { truncation: 'none', centerOrder: 'lossThenUpdate', centerUpdate: 'batch' }, optimizer: { name: 'adam', decay: true } },
  { network: 'resnet20', loss: { crossEntropyHead: 'cosine' }, optimizer: { name: 'sgd', clip: true } },
  { network: 'mlp', inForce: { intraClass: false, crossEntropy: false } },
  { network: 'mlp', inForce: { interClass: false } },
];

describeWithTensorflow('a step compiled to a TensorFlow graph', () => {
  let engine: Engine;
  let backend: Backend;
  beforeAll(async () => {
    engine = await openTensorflow();
    backend = tf.backend() as unknown as Backend;
  });
  afterAll(() => engine.close());

  it.each(cases)('gives the bits of the step run operation by operation: %j', (options) => {
    const { step, state, batchOf } = realStep(options);
    const compiled = engine.compile(step, { state, batch: batchOf(0), scalars });
    const onDevice = tf.tidy(() => Object.fromEntries(Object.entries(scalars).map(([name, value]) => [name, tf.keep(tf.scalar(value))])));
    let [ofGraph, ofStep] = [state, state];
    for (let t = 0; t < 4; t++) {
      const batch = batchOf(t);
      const graph = compiled.run(ofGraph, batch, scalars);
      const plain = runPlainly(step, ofStep, batch, onDevice);
      expect(Object.keys(graph.state).sort()).toEqual(Object.keys(state).sort());
      expect(differing(graph, plain)).toEqual([]);
      [ofGraph, ofStep] = [graph.state, plain.state];
    }
    const [moved] = Object.values(ofGraph);
    expect(moved!.dataSync()).not.toEqual(Object.values(state)[0]!.dataSync());
    compiled.dispose();
  });

  it('evaluates with the bits of the uncompiled evaluation, and returns no state', () => {
    const { model, state, batchOf } = realStep({ network: 'cnn' });
    const [step, read, { images }] = [buildEvaluationStep(model), inferenceState(state), batchOf(0)];
    const compiled = engine.compile(step, { state: read, batch: { images: images! }, scalars: {} });
    const graph = compiled.run(read, { images: images! }, {});
    expect(graph.state).toEqual({});
    expect(Object.keys(graph.outputs)).toEqual(['features', 'logits', 'cosines']);
    expect(differing(graph, runPlainly(step, read, { images: images! }, {}))).toEqual([]);
    compiled.dispose();
  });

  it('takes other scalars without being compiled again', () => {
    const example = { state: { w: tf.scalar(1) }, batch: { x: tf.scalar(3) }, scalars: { rate: 2, unused: 7 } };
    const step: Step = ({ w }, { x }, { rate }) => ({ state: { w: tf.add(w!, tf.mul(rate!, x!)) }, outputs: {} });
    const compiled = engine.compile(step, example);
    expect(compiled.run(example.state, example.batch, { rate: 2, unused: 7 }).state.w!.dataSync()[0]).toBe(7);
    expect(compiled.run(example.state, { x: tf.scalar(-1) }, { rate: 0.5, unused: 7 }).state.w!.dataSync()[0]).toBe(0.5);
    expect(() => compiled.run(example.state, example.batch, { rate: 2 } as never)).toThrow('scalar "unused", which it was compiled with, is missing');
    compiled.dispose();
  });

  it('tells apart inputs that share their values, and returns an input or one tensor twice', () => {
    const shared = tf.tensor1d([1, 2]);
    const state = { a: shared, b: shared.clone() };
    const step: Step = ({ a, b }) => ({ state: { a: b!, b: a! }, outputs: { twice: a!, again: a! } });
    const compiled = engine.compile(step, { state, batch: {}, scalars: {} });
    const result = compiled.run({ a: tf.tensor1d([1, 2]), b: tf.tensor1d([3, 4]) }, {}, {});
    expect([...result.state.a!.dataSync()]).toEqual([3, 4]);
    expect([...result.state.b!.dataSync()]).toEqual([1, 2]);
    result.outputs.twice!.dispose();
    expect([...result.outputs.again!.dataSync()]).toEqual([1, 2]);
    compiled.dispose();
  });

  it('refuses tensors of another shape or type than it was compiled with, and missing ones', () => {
    const step: Step = ({ w }, { x }) => ({ state: { w: tf.mul(w!, x!) }, outputs: {} });
    const compiled = engine.compile(step, { state: { w: tf.zeros([2]) }, batch: { x: tf.zeros([2]) }, scalars: {} });
    expect(() => compiled.run({ w: tf.zeros([3]) }, { x: tf.zeros([2]) }, {})).toThrow('state.w is float32 [3]. Wanted: float32 [2]');
    expect(() => compiled.run({ w: tf.zeros([2]) }, { x: tf.zeros([2], 'int32') }, {})).toThrow('batch.x is int32 [2]. Wanted: float32 [2]');
    expect(() => compiled.run({ w: tf.zeros([2]) }, {}, {})).toThrow('batch.x is nothing');
    compiled.dispose();
  });

  it.each<[string, Step, string]>([
    ['reads values', ({ w }) => ({ state: { w: tf.mul(w!, w!.dataSync()[0]!) }, outputs: {} }), 'it reads the values of a tensor that depends on its arguments'],
    ['gathers', ({ w }) => ({ state: { w: tf.gather(w!, tf.cast(w!, 'int32') as tf.Tensor1D) }, outputs: {} }), 'it reads the values of a tensor'],
    ['draws in TensorFlow', ({ w }) => ({ state: { w: tf.add(w!, tf.cast(tf.multinomial(tf.tensor1d([0.5, 0.5]), 1), 'float32')) }, outputs: {} }), 'it uses the random operation Multinomial'],
    ['changes between calls', changing(), 'run twice on the same arguments, it did two different things'],
  ])('refuses a step that %s', (_, step, message) => {
    const tensors = backend.binding.getNumOfTensors();
    const state = { w: tf.zeros([1]) };
    expect(() => engine.compile(step, { state, batch: {}, scalars: {} })).toThrow(message);
    state.w.dispose();
    // The backend is as it was: nothing is recorded any more, and reading works.
    expect(tf.tidy(() => tf.add(1, 1).dataSync()[0])).toBe(2);
    expect(backend.binding.getNumOfTensors()).toBeLessThanOrEqual(tensors + 3);
  });

  it('leaves no file, no tensor and no graph behind, however often it runs', () => {
    const folder = mkdtempSync(join(tmpdir(), 'cosweep-test-'));
    const before = process.env.TMPDIR;
    process.env.TMPDIR = folder;
    const graphs = backend.binding.getNumOfSavedModels();
    const step: Step = ({ w }, { x }, { rate }) => ({ state: { w: tf.sub(w!, tf.mul(rate!, x!)) }, outputs: { norm: tf.norm(w!) } });
    let state: Tensors = { w: tf.zeros([64, 64]) };
    const batch = { x: tf.ones([64, 64]) };
    const compiled = engine.compile(step, { state, batch, scalars: { rate: 1 } });
    const runSome = (count: number): void => {
      for (let i = 0; i < count; i++) {
        const result = compiled.run(state, batch, { rate: 1e-3 });
        tf.dispose([state, result.outputs]);
        state = result.state;
      }
    };
    runSome(1000);
    const [tensors, native, bytes] = [tf.memory().numTensors, backend.binding.getNumOfTensors(), process.memoryUsage().rss];
    runSome(10_000);
    expect(tf.memory().numTensors).toBe(tensors);
    expect(backend.binding.getNumOfTensors()).toBe(native);
    expect(process.memoryUsage().rss - bytes).toBeLessThan(40 * 2 ** 20); // 10,000 states of 16 KiB would be 160 MiB
    compiled.dispose();
    expect(backend.binding.getNumOfSavedModels()).toBe(graphs);
    expect(readdirSync(folder)).toEqual([]);
    process.env.TMPDIR = before;
    rmSync(folder, { recursive: true });
  });
});

function realStep({ network, dropout = 0, ...options }: (typeof cases)[number]): { model: Model; step: Step; state: Tensors; batchOf: (t: number) => Tensors } {
  const shape: [number, number, number] = network.startsWith('resnet') || network === 'cnn' ? [8, 8, 3] : [9, 9, 1];
  const structure = { classes: 4, loss: { ...loss, ...options.loss }, inForce: { ...all, ...options.inForce }, optimizer: { ...momentum, ...options.optimizer }, epsilons: 1 };
  const model = buildModel({ name: network, embedding: 6, dropout }, shape);
  const state = toDevice(initialState(model, buildOptimizer(structure.optimizer), structure.classes, 6, 3));
  const batchOf = (t: number): Tensors => {
    const stream = new Stream(5, 'batch', t);
    return {
      images: tf.tensor(Float32Array.from({ length: 8 * shape[0] * shape[1] * shape[2] }, () => stream.normal()), [8, ...shape]),
      labels: tf.tensor(Int32Array.from({ length: 8 }, () => stream.below(4)), [8], 'int32'),
      ...(dropout > 0 ? { dropoutMask: tf.tensor(Float32Array.from({ length: 8 * model.dropoutWidth }, () => stream.below(2) * 2), [8, model.dropoutWidth]) } : {}),
    };
  };
  return { model, step: buildStep(model, structure), state, batchOf };
}

function runPlainly(step: Step, state: Tensors, batch: Tensors, onDevice: Tensors): { state: Tensors; outputs: Tensors } {
  return tf.tidy(() => step(state, batch, onDevice) as unknown as tf.TensorContainer) as unknown as { state: Tensors; outputs: Tensors };
}

/** The tensors whose bits differ: NaN equals itself here, and 0 differs from −0. */
function differing(a: { state: Tensors; outputs: Tensors }, b: { state: Tensors; outputs: Tensors }): string[] {
  const [left, right] = [{ ...a.state, ...a.outputs }, { ...b.state, ...b.outputs }];
  return Object.keys(left).filter((name) => Buffer.compare(bytesOf(left[name]!), bytesOf(right[name]!)) !== 0);
}

function bytesOf(tensor: Tensor): Buffer {
  const values = tensor.dataSync();
  return Buffer.from(values.buffer, values.byteOffset, values.byteLength);
}

function changing(): Step {
  let calls = 0;
  return ({ w }) => ({ state: { w: tf.add(w!, ++calls) }, outputs: {} });
}
