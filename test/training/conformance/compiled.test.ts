import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import type { Engine, Step } from '../../../server/training/engine.ts';
import { buildEvaluationStep, inferenceState } from '../../../server/training/evaluation-step.ts';
import { isOlder } from '../../../server/training/engines/tensorflow/is-older.ts';
import { eachEngine } from '../../helpers/engines.ts';
import { networks } from '../../helpers/networks.ts';
import { bytesOf, differing } from './same-bits.ts';
import { buildVariant, describeVariant, runPlainly, scalars, variants } from './variants.ts';

const STEPS = 4;

eachEngine('a compiled step', (open, { trains }) => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await open();
  });

  test.each(
    variants
      .filter(({ network }) => trains.includes(network))
      .map((variant) => ({ what: describeVariant(variant), variant })),
  )('gives the bits of the step run operation by operation: $what', async ({ variant }) => {
    const { model, step, state, batchOf } = buildVariant(variant);
    const example = batchOf(0);
    const compiled = engine.compile(step, { state, batch: example, scalars });
    tf.dispose(example);
    let [ofCompiled, ofPlain] = [state, state];
    for (let t = 0; t < STEPS; t++) {
      const batch = batchOf(t);
      const [run, plain] = [compiled.run(ofCompiled, batch, scalars), runPlainly(step, ofPlain, batch)];
      expect(Object.keys(run.state).sort()).toEqual(Object.keys(state).sort());
      expect({ t, differing: await differing(run, plain, fusesInexactly(engine) ? TOLERANCE : 0) }).toEqual({
        t,
        differing: [],
      });
      tf.dispose([batch, run.outputs, plain.outputs, ...(t > 0 ? [ofCompiled, ofPlain] : [])]);
      [ofCompiled, ofPlain] = [run.state, plain.state];
    }
    const moved = model.isFrozen('head/weights') ? 'weights/embedding/kernel' : 'weights/head/weights';
    expect(await bytesOf(ofCompiled[moved]!)).not.toEqual(await bytesOf(state[moved]!));
    compiled.dispose();
    tf.dispose([state, ofCompiled, ofPlain]);
  });

  test.each(networks)('evaluates %s as the uncompiled evaluation does, and returns no state', async (network) => {
    const { model, state, batchOf } = buildVariant({ network });
    const [step, read, batch] = [buildEvaluationStep(model), inferenceState(state), batchOf(0)];
    const images = { images: batch.images! };
    const compiled = engine.compile(step, { state: read, batch: images, scalars: {} });
    const [run, plain] = [compiled.run(read, images, {}), runPlainly(step, read, images, {})];
    expect([run.state, Object.keys(run.outputs)]).toEqual([{}, ['features', 'logits', 'cosines']]);
    expect(
      await differing(run, plain, engine.name === 'tensorflow' && model.statistics.length > 0 ? ROUNDING : 0),
    ).toEqual([]);
    compiled.dispose();
    tf.dispose([state, batch, run.outputs, plain.outputs]);
  });

  test('takes other scalars without being compiled again', async () => {
    const example = { state: { w: tf.scalar(1) }, batch: { x: tf.scalar(3) }, scalars: { rate: 2, unused: 7 } };
    const step: Step = ({ w }, { x }, { rate }) => ({ state: { w: tf.add(w!, tf.mul(rate!, x!)) }, outputs: {} });
    const compiled = engine.compile(step, example);
    expect([...(await compiled.run(example.state, example.batch, { rate: 2, unused: 7 }).state.w!.data())]).toEqual([
      7,
    ]);
    expect([
      ...(await compiled.run(example.state, { x: tf.scalar(-1) }, { rate: 0.5, unused: 7 }).state.w!.data()),
    ]).toEqual([0.5]);
    expect(() => compiled.run(example.state, example.batch, { rate: 2 } as never)).toThrow(
      'scalar "unused", which it was compiled with, is missing',
    );
    compiled.dispose();
  });

  test('tells apart inputs that share their values, and returns an input, one tensor twice or a constant', async () => {
    const shared = tf.tensor1d([1, 2]);
    const step: Step = ({ a, b }) => ({
      state: { a: b!, b: a! },
      outputs: { twice: a!, again: a!, constant: tf.scalar(5) },
    });
    const compiled = engine.compile(step, { state: { a: shared, b: shared.clone() }, batch: {}, scalars: {} });
    const { state, outputs } = compiled.run({ a: tf.tensor1d([1, 2]), b: tf.tensor1d([3, 4]) }, {}, {});
    expect([...(await state.a!.data()), ...(await state.b!.data())]).toEqual([3, 4, 1, 2]);
    outputs.twice!.dispose();
    expect([...(await outputs.again!.data()), ...(await outputs.constant!.data())]).toEqual([1, 2, 5]);
    compiled.dispose();
  });

  test('refuses tensors of another shape or type than it was compiled with, and missing ones', () => {
    const step: Step = ({ w }, { x }) => ({ state: { w: tf.mul(w!, x!) }, outputs: {} });
    const compiled = engine.compile(step, { state: { w: tf.zeros([2]) }, batch: { x: tf.zeros([2]) }, scalars: {} });
    expect(() => compiled.run({ w: tf.zeros([3]) }, { x: tf.zeros([2]) }, {})).toThrow(
      'state.w is float32 [3]. Wanted: float32 [2]',
    );
    expect(() => compiled.run({ w: tf.zeros([2]) }, { x: tf.zeros([2], 'int32') }, {})).toThrow(
      'batch.x is int32 [2]. Wanted: float32 [2]',
    );
    expect(() => compiled.run({ w: tf.zeros([2]) }, {}, {})).toThrow('batch.x is nothing');
    compiled.dispose();
  });

  test('leaves no tensor behind, however often it runs', () => {
    const { step, state, batchOf } = buildVariant({ network: trains.at(-1)!, dropout: 0.3 });
    const batch = batchOf(0);
    const compiled = engine.compile(step, { state, batch, scalars });
    let current = state;
    const counts: number[] = [];
    for (let t = 0; t < 5; t++) {
      const { state: next, outputs } = compiled.run(current, batch, scalars);
      tf.dispose([current, outputs]);
      current = next;
      counts.push(tf.memory().numTensors);
    }
    expect(new Set(counts).size).toBe(1);
    compiled.dispose();
    tf.dispose([current, batch]);
  });
});

/**
 * The libtensorflow of tfjs-node's own download, 2.9, adds a convolution's bias before its products where both are one
 * operation of a graph, and after them where they are two. Newer ones add it after them either way.
 */
function fusesInexactly({ versions: { libtensorflow } }: Engine): boolean {
  return libtensorflow !== undefined && isOlder(libtensorflow, '2.15');
}

/** Of a tensor's largest entry. */
const TOLERANCE = 1e-3;

/**
 * Of a tensor's largest entry. Where nothing is trained TensorFlow makes one operation of a convolution and the batch
 * norm after it, and oneDNN then adds up in another order on some processors (seen on a Xeon with AVX-512).
 */
const ROUNDING = 1e-5;
