import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import type { Engine, Tensors } from '../../../server/training/engine.ts';
import { buildEvaluationStep, inferenceState } from '../../../server/training/evaluation-step.ts';
import { isOlder } from '../../../server/training/engines/tensorflow/is-older.ts';
import { eachEngine } from '../../helpers/engines.ts';
import { buildVariant, describeVariant, runPlainly, scalars, variants } from './variants.ts';

const STEPS = 4;

type Result = { state: Tensors; outputs: Tensors };

eachEngine('a compiled step', (open, { trains }) => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await open();
  });

  test.each(variants.filter(({ network }) => trains.includes(network)).map((variant) => ({ what: describeVariant(variant), variant })))('gives the bits of the step run operation by operation: $what', async ({ variant }) => {
    const { step, state, batchOf } = buildVariant(variant);
    const example = batchOf(0);
    const compiled = engine.compile(step, { state, batch: example, scalars });
    tf.dispose(example);
    let [ofCompiled, ofPlain] = [state, state];
    for (let t = 0; t < STEPS; t++) {
      const batch = batchOf(t);
      const [run, plain] = [compiled.run(ofCompiled, batch, scalars), runPlainly(step, ofPlain, batch)];
      expect(Object.keys(run.state).sort()).toEqual(Object.keys(state).sort());
      expect({ t, differing: await differing(run, plain, fusesInexactly(engine) ? TOLERANCE : 0) }).toEqual({ t, differing: [] });
      tf.dispose([batch, run.outputs, plain.outputs, ...(t > 0 ? [ofCompiled, ofPlain] : [])]);
      [ofCompiled, ofPlain] = [run.state, plain.state];
    }
    expect(await bytesOf(ofCompiled['weights/head/weights']!)).not.toEqual(await bytesOf(state['weights/head/weights']!));
    compiled.dispose();
    tf.dispose([state, ofCompiled, ofPlain]);
  });

  test.each(trains)('evaluates %s with the bits of the uncompiled evaluation, and returns no state', async (network) => {
    const { model, state, batchOf } = buildVariant({ network });
    const [step, read, batch] = [buildEvaluationStep(model), inferenceState(state), batchOf(0)];
    const images = { images: batch.images! };
    const compiled = engine.compile(step, { state: read, batch: images, scalars: {} });
    const [run, plain] = [compiled.run(read, images, {}), runPlainly(step, read, images, {})];
    expect([run.state, Object.keys(run.outputs)]).toEqual([{}, ['features', 'logits', 'cosines']]);
    expect(await differing(run, plain, 0)).toEqual([]);
    compiled.dispose();
    tf.dispose([state, batch, run.outputs, plain.outputs]);
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
 * The libtensorflow of tfjs-node's own download, 2.9, adds a convolution's bias before its products where both are one operation of a graph,
 * and after them where they are two. Newer ones add it after them either way.
 */
function fusesInexactly({ versions: { libtensorflow } }: Engine): boolean {
  return libtensorflow !== undefined && isOlder(libtensorflow, '2.15');
}

/** Of a tensor's largest entry. */
const TOLERANCE = 1e-3;

/** The tensors that differ: in their bits, where NaN equals itself and 0 differs from −0, or by more than the tolerance where there is one. */
async function differing(a: Result, b: Result, tolerance: number): Promise<string[]> {
  const [left, right] = [{ ...a.state, ...a.outputs }, { ...b.state, ...b.outputs }];
  const names: string[] = [];
  for (const [name, tensor] of Object.entries(left)) {
    const [one, other] = [await bytesOf(tensor), await bytesOf(right[name]!)];
    if (Buffer.compare(one, other) !== 0 && !(tolerance > 0 && areClose(tensor, right[name]!, tolerance))) names.push(name);
  }
  return names;
}

function areClose(a: Tensor, b: Tensor, tolerance: number): boolean {
  const [left, right] = [a, b].map((tensor) => Array.from(tensor.dataSync() as Float32Array)) as [number[], number[]];
  const largest = Math.max(...left.map(Math.abs));
  return left.every((value, i) => Math.abs(value - right[i]!) <= tolerance * largest);
}

async function bytesOf(tensor: Tensor): Promise<Buffer> {
  const values = await tensor.data();
  return Buffer.from(values.buffer.slice(values.byteOffset, values.byteOffset + values.byteLength));
}
