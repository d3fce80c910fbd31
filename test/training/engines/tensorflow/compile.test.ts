import * as tf from '@tensorflow/tfjs-core';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Engine, Step, Tensors } from '../../../../server/training/engine.ts';
import type { NativeBackend } from '../../../../server/training/engines/tensorflow/binding.ts';
import { openTensorflow } from '../../../../server/training/engines/tensorflow/open.ts';
import { describeWithTensorflow } from '../../../helpers/engines.ts';

describeWithTensorflow('a step compiled to a TensorFlow graph', () => {
  let engine: Engine;
  let backend: NativeBackend;
  beforeAll(async () => {
    engine = await openTensorflow();
    backend = tf.backend() as unknown as NativeBackend;
  });
  afterAll(() => engine.close());

  it.each<[string, Step, string]>([
    [
      'reads values',
      ({ w }) => ({ state: { w: tf.mul(w!, w!.dataSync()[0]!) }, outputs: {} }),
      'it reads the values of a tensor that depends on its arguments',
    ],
    [
      'gathers',
      ({ w }) => ({ state: { w: tf.gather(w!, tf.cast(w!, 'int32') as tf.Tensor1D) }, outputs: {} }),
      'it reads the values of a tensor',
    ],
    [
      'draws in TensorFlow',
      ({ w }) => ({
        state: { w: tf.add(w!, tf.cast(tf.multinomial(tf.tensor1d([0.5, 0.5]), 1), 'float32')) },
        outputs: {},
      }),
      'it uses the random operation Multinomial',
    ],
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
    const step: Step = ({ w }, { x }, { rate }) => ({
      state: { w: tf.sub(w!, tf.mul(rate!, x!)) },
      outputs: { norm: tf.norm(w!) },
    });
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
    const [tensors, native, bytes] = [
      tf.memory().numTensors,
      backend.binding.getNumOfTensors(),
      process.memoryUsage().rss,
    ];
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
