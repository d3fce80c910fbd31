import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { buildEvaluationStep, inferenceState } from '../../../server/training/evaluation-step.ts';
import { eachEngine } from '../../helpers/engines.ts';
import { difference } from '../engines/slow.ts';
import { kernelsCalled } from './kernels-called.ts';
import { operations } from './operations/every.ts';
import { TOLERANCE } from './operations/operation.ts';
import { buildVariant, describeVariant, runPlainly, variants } from './variants.ts';

eachEngine('every operation that training uses', (open, { name }) => {
  beforeAll(async () => {
    await open();
  });

  // On webgpu, matrices repeated along a batch are TensorFlow.js's own, with its mistakes.
  test.each(operations.filter(({ unused }) => !unused || name !== 'webgpu'))('$name', async ({ kernels, compare }) => {
    const before = tf.memory().numTensors;
    let compared: ReturnType<typeof compare> = [];
    const called = kernelsCalled(
      () => (compared = tf.tidy(() => compare() as unknown as tf.TensorContainer) as unknown as typeof compared),
    );
    expect(kernels.filter((kernel) => tf.getKernel(kernel, tf.getBackend()) && !called.has(kernel))).toEqual([]);
    for (const { what, computed, expected, tolerance = TOLERANCE } of compared) {
      expect({ what, shape: computed.shape }).toEqual({ what, shape: expected.shape });
      const error = difference(await computed.data(), expected.values);
      expect({ what, error, within: error <= tolerance }).toEqual({ what, error, within: true });
    }
    tf.dispose(compared.map(({ computed }) => computed));
    expect(tf.memory().numTensors).toBe(before);
  });
});

eachEngine('the training step', (open) => {
  beforeAll(async () => {
    await open();
  });

  const held = new Set(operations.flatMap(({ kernels }) => kernels));
  describe('calls no kernel that this suite does not hold against float64', () => {
    test.each(variants.map((variant) => ({ what: describeVariant(variant), variant })))('$what', ({ variant }) => {
      const { model, step, state, batchOf } = buildVariant(variant);
      const batch = batchOf(0);
      const called = kernelsCalled(() => {
        tf.dispose(runPlainly(step, state, batch));
        tf.dispose(runPlainly(buildEvaluationStep(model), inferenceState(state), batch, {}));
      });
      tf.dispose([state, batch]);
      expect([...called].filter((kernel) => !held.has(kernel))).toEqual([]);
    });
  });
});
