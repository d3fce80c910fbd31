import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Engine, Step, Tensors } from '../../../../server/training/engine.ts';
import type { WebgpuBackend } from '../../../../server/training/engines/webgpu/backend.ts';
import { openWebgpu } from '../../../../server/training/engines/webgpu/open-webgpu.ts';
import { describeWithWebgpu } from '../../../helpers/engines.ts';
import { differing } from '../../conformance/same-bits.ts';
import { buildVariant, runPlainly, scalars } from '../../conformance/variants.ts';

describeWithWebgpu('a step played back on webgpu', () => {
  let engine: Engine;
  let backend: WebgpuBackend;
  beforeAll(async () => {
    engine = await openWebgpu();
    backend = tf.backend() as unknown as WebgpuBackend;
  });
  afterAll(() => engine.close());

  // The networks that the common suite leaves out where there is no GPU.
  it('gives the bits of a residual network run operation by operation', async () => {
    const { step, state, batchOf } = buildVariant({
      network: 'resnet8',
      loss: { truncation: 'class', distance: 'euclidean', centerSpace: 'raw', centerUpdate: 'wen' },
      optimizer: { name: 'adamw', decay: true, clip: true },
    });
    const compiled = engine.compile(step, { state, batch: batchOf(0), scalars });
    let [played, plain] = [state, state];
    for (let t = 0; t < 3; t++) {
      const batch = batchOf(t);
      const [ofRecording, ofStep] = [compiled.run(played, batch, scalars), runPlainly(step, plain, batch)];
      expect(await differing(ofRecording, ofStep)).toEqual([]);
      [played, plain] = [ofRecording.state, ofStep.state];
    }
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

  it.each<[string, (outsider: Tensor) => Step, string]>([
    [
      'reads values',
      () =>
        ({ w }) => ({ state: { w: tf.mul(w!, w!.dataSync()[0]!) }, outputs: {} }),
      'it reads the values of a tensor that depends on its arguments',
    ],
    [
      'uses a tensor from elsewhere',
      (outsider) =>
        ({ w }) => ({ state: { w: tf.add(w!, outsider) }, outputs: {} }),
      'it uses a tensor that is none of its arguments',
    ],
  ])('refuses a step that %s', async (_, stepWith, message) => {
    const state = { w: tf.zeros([1]) };
    const step = stepWith(tf.scalar(1));
    const before = tf.memory().numTensors;
    expect(() => engine.compile(step, { state, batch: {}, scalars: {} })).toThrow(message);
    expect(tf.memory().numTensors).toBe(before);
    // The backend is as it was: nothing is recorded any more, and reading works.
    expect(await values(tf.add(1, 1))).toEqual([2]);
  });

  it('holds no more memory after 10,000 batches than after a few', async () => {
    const step: Step = ({ w }, { x }, { rate }) => ({
      state: { w: tf.sub(w!, tf.mul(rate!, x!)) },
      outputs: { twice: tf.mul(w!, 2) },
    });
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
    const [tensors, used, allocated] = [
      tf.memory().numTensors,
      backend.bufferManager.numBytesUsed,
      backend.bufferManager.numBytesAllocated,
    ];
    await runSome(10_000);
    expect(tf.memory().numTensors).toBe(tensors + 1);
    expect(backend.bufferManager.numBytesUsed).toBeLessThanOrEqual(used + 4);
    expect(backend.bufferManager.numBytesAllocated).toBeLessThanOrEqual(allocated + 4);
    compiled.dispose();
    tf.dispose(state);
  });
});

async function values(tensor: Tensor): Promise<number[]> {
  return [...(await tensor.data())];
}
