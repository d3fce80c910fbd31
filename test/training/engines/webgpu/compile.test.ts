import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Stream } from '../../../../server/sweep/random.ts';
import type { LossSettings, ModelName } from '../../../../server/sweep/settings.ts';
import type { Engine, Step, Tensors } from '../../../../server/training/engine.ts';
import type { Backend } from '../../../../server/training/engines/webgpu/backend.ts';
import { openWebgpu } from '../../../../server/training/engines/webgpu/open-webgpu.ts';
import { buildEvaluationStep, inferenceState } from '../../../../server/training/evaluation-step.ts';
import { buildModel, type Model } from '../../../../server/training/models/model.ts';
import { buildOptimizer } from '../../../../server/training/optimizers/optimizer.ts';
import { initialState, toDevice } from '../../../../server/training/state.ts';
import { buildStep, type StepStructure } from '../../../../server/training/step.ts';
import { describeWithWebgpu } from '../../../helpers/engines.ts';

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

const cases: { network: ModelName; loss?: Partial<LossSettings>; optimizer?: Partial<StepStructure['optimizer']>; dropout?: number; inForce?: Partial<typeof all> }[] = [
  { network: 'mlp', inForce: { intraClass: false, crossEntropy: false } },
  { network: 'cnn-small', dropout: 0.3, loss: { truncation: 'sample', distance: 'angle', centerUpdate: 'ema' }, optimizer: { nesterov: true, decay: true } },
  { network: 'resnet8', loss: { truncation: 'class', distance: 'euclidean', centerSpace: 'raw', centerUpdate: 'wen' }, optimizer: { name: 'adamw', decay: true, clip: true } },
];

describeWithWebgpu('a step played back on webgpu', () => {
  let engine: Engine;
  let backend: Backend;
  beforeAll(async () => {
    engine = await openWebgpu();
    backend = tf.backend() as unknown as Backend;
  });
  afterAll(() => engine.close());

  it.each(cases)('gives the bits of the step run operation by operation: %j', async (options) => {
    const { step, state, batchOf } = realStep(options);
    const compiled = engine.compile(step, { state, batch: batchOf(0), scalars });
    let [played, plain] = [state, state];
    for (let t = 0; t < 3; t++) {
      const batch = batchOf(t);
      const [ofRecording, ofStep] = [compiled.run(played, batch, scalars), runPlainly(step, plain, batch, scalars)];
      expect(Object.keys(ofRecording.state).sort()).toEqual(Object.keys(state).sort());
      expect(await differing(ofRecording, ofStep)).toEqual([]);
      [played, plain] = [ofRecording.state, ofStep.state];
    }
    compiled.dispose();
  });

  it('evaluates with the bits of the uncompiled evaluation, and returns no state', async () => {
    const { model, state, batchOf } = realStep({ network: 'resnet8' });
    const [step, read, { images }] = [buildEvaluationStep(model), inferenceState(state), batchOf(0)];
    const compiled = engine.compile(step, { state: read, batch: { images: images! }, scalars: {} });
    const result = compiled.run(read, { images: images! }, {});
    expect(result.state).toEqual({});
    expect(Object.keys(result.outputs)).toEqual(['features', 'logits', 'cosines']);
    expect(await differing(result, runPlainly(step, read, { images: images! }, {}))).toEqual([]);
    compiled.dispose();
  });

  it('takes other scalars without being compiled again', async () => {
    const example = { state: { w: tf.scalar(1) }, batch: { x: tf.scalar(3) }, scalars: { rate: 2, unused: 7 } };
    const step: Step = ({ w }, { x }, { rate }) => ({ state: { w: tf.add(w!, tf.mul(rate!, x!)) }, outputs: {} });
    const compiled = engine.compile(step, example);
    expect(await values(compiled.run(example.state, example.batch, { rate: 2, unused: 7 }).state.w!)).toEqual([7]);
    expect(await values(compiled.run(example.state, { x: tf.scalar(-1) }, { rate: 0.5, unused: 7 }).state.w!)).toEqual([0.5]);
    expect(() => compiled.run(example.state, example.batch, { rate: 2 } as never)).toThrow('scalar "unused", which it was compiled with, is missing');
    compiled.dispose();
  });

  it('tells apart inputs that share their values, and returns an input, one tensor twice or a constant', async () => {
    const shared = tf.tensor1d([1, 2]);
    const step: Step = ({ a, b }) => ({ state: { a: b!, b: a! }, outputs: { twice: a!, again: a!, constant: tf.scalar(5) } });
    const compiled = engine.compile(step, { state: { a: shared, b: shared.clone() }, batch: {}, scalars: {} });
    const result = compiled.run({ a: tf.tensor1d([1, 2]), b: tf.tensor1d([3, 4]) }, {}, {});
    expect(await values(result.state.a!)).toEqual([3, 4]);
    expect(await values(result.state.b!)).toEqual([1, 2]);
    result.outputs.twice!.dispose();
    expect(await values(result.outputs.again!)).toEqual([1, 2]);
    expect(await values(result.outputs.constant!)).toEqual([5]);
    compiled.dispose();
  });

  it('leaves every state as it is for as long as its tensors are there, after the step is gone too', async () => {
    const step: Step = ({ w }) => ({ state: { w: tf.mul(w!, 2) }, outputs: { w: tf.add(w!, 0) } });
    const start = { w: tf.tensor1d([1, 10]) };
    const compiled = engine.compile(step, { state: start, batch: {}, scalars: {} });
    const states: Tensors[] = [start];
    for (let i = 0; i < 4; i++) states.push(compiled.run(states[i]!, {}, {}).state);
    states[1]!.w!.dispose();
    const again = compiled.run(states[2]!, {}, {});
    compiled.dispose();
    expect(await values(again.state.w!)).toEqual([8, 80]);
    expect(await values(again.outputs.w!)).toEqual([4, 40]);
    expect(await values(states[4]!.w!)).toEqual([16, 160]);
    expect(await values(states[2]!.w!)).toEqual([4, 40]);
    expect(await values(tf.add(states[3]!.w!, states[2]!.w!))).toEqual([12, 120]);
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
    ['changes between calls', changing(), 'run twice on the same arguments, it did two different things'],
    ['uses a tensor from elsewhere', using(), 'it uses a tensor that is none of its arguments'],
  ])('refuses a step that %s', async (_, step, message) => {
    const state = { w: tf.zeros([1]) };
    const before = tf.memory().numTensors;
    expect(() => engine.compile(step, { state, batch: {}, scalars: {} })).toThrow(message);
    expect(tf.memory().numTensors).toBeLessThanOrEqual(before + 1);
    // The backend is as it was: nothing is recorded any more, and reading works.
    expect(await values(tf.add(1, 1))).toEqual([2]);
  });

  it('holds no more memory after 10,000 batches than after a few', async () => {
    const step: Step = ({ w }, { x }, { rate }) => ({ state: { w: tf.sub(w!, tf.mul(rate!, x!)) }, outputs: { twice: tf.mul(w!, 2) } });
    let state: Tensors = { w: tf.zeros([256]) };
    const compiled = engine.compile(step, { state, batch: { x: tf.ones([256]) }, scalars: { rate: 1 } });
    const runSome = async (count: number): Promise<void> => {
      for (let i = 0; i < count; i++) {
        const batch = { x: tf.ones([256]) };
        const result = compiled.run(state, batch, { rate: 1e-3 });
        if (i % 100 === 0) await result.outputs.twice!.data();
        tf.dispose([state, batch, result.outputs]);
        state = result.state;
      }
      await values(tf.add(1, 1)); // what is disposed is let go of when the queue is handed over
    };
    await runSome(200);
    const [tensors, used, allocated] = [tf.memory().numTensors, backend.bufferManager.numBytesUsed, backend.bufferManager.numBytesAllocated];
    await runSome(10_000);
    expect(tf.memory().numTensors).toBe(tensors + 1);
    expect(backend.bufferManager.numBytesUsed).toBeLessThanOrEqual(used + 4);
    expect(backend.bufferManager.numBytesAllocated).toBeLessThanOrEqual(allocated + 4);
    compiled.dispose();
    tf.dispose(state);
  });
});

function realStep({ network, dropout = 0, ...options }: (typeof cases)[number]): { model: Model; step: Step; state: Tensors; batchOf: (t: number) => Tensors } {
  const shape: [number, number, number] = network.startsWith('resnet') ? [8, 8, 3] : [9, 9, 1];
  const structure = { classes: 4, loss: { ...loss, ...options.loss }, inForce: { ...all, ...options.inForce }, optimizer: { ...momentum, ...options.optimizer }, epsilons: 1 };
  const model = buildModel({ name: network, embedding: 6, dropout }, shape);
  const state = toDevice(initialState(model, buildOptimizer(structure.optimizer), structure.classes, 6, 3));
  const batchOf = (t: number): Tensors => {
    const stream = new Stream(5, 'batch', t);
    return {
      images: tf.tensor(Float32Array.from({ length: 4 * shape[0] * shape[1] * shape[2] }, () => stream.normal()), [4, ...shape]),
      labels: tf.tensor(Int32Array.from({ length: 4 }, () => stream.below(4)), [4], 'int32'),
      ...(dropout > 0 ? { dropoutMask: tf.tensor(Float32Array.from({ length: 4 * model.dropoutWidth }, () => stream.below(2) * 2), [4, model.dropoutWidth]) } : {}),
    };
  };
  return { model, step: buildStep(model, structure), state, batchOf };
}

function runPlainly(step: Step, state: Tensors, batch: Tensors, scalars: Record<string, number>): { state: Tensors; outputs: Tensors } {
  const numbers = Object.fromEntries(Object.entries(scalars).map(([name, value]) => [name, tf.scalar(value)]));
  return tf.tidy(() => step(state, batch, numbers) as unknown as tf.TensorContainer) as unknown as { state: Tensors; outputs: Tensors };
}

/** The tensors whose bits differ: NaN equals itself here, and 0 differs from −0. */
async function differing(a: { state: Tensors; outputs: Tensors }, b: { state: Tensors; outputs: Tensors }): Promise<string[]> {
  const [left, right] = [{ ...a.state, ...a.outputs }, { ...b.state, ...b.outputs }];
  const names = [];
  for (const name of Object.keys(left)) if (Buffer.compare(await bytesOf(left[name]!), await bytesOf(right[name]!)) !== 0) names.push(name);
  return names;
}

async function bytesOf(tensor: Tensor): Promise<Buffer> {
  const values = await tensor.data();
  return Buffer.from(values.buffer, values.byteOffset, values.byteLength);
}

async function values(tensor: Tensor): Promise<number[]> {
  return [...(await tensor.data())];
}

function changing(): Step {
  let calls = 0;
  return ({ w }) => ({ state: { w: tf.add(w!, ++calls) }, outputs: {} });
}

function using(): Step {
  let outsider: Tensor | undefined;
  return ({ w }) => ({ state: { w: tf.add(w!, (outsider ??= tf.keep(tf.scalar(1)))) }, outputs: {} });
}
