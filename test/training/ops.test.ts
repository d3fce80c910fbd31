import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import '../../server/training/gradients.ts';
import { batchNorm } from '../../server/training/ops/batch-norm.ts';
import { flaw } from '../../server/training/ops/flaw.ts';
import { norm } from '../../server/training/ops/norm.ts';
import { relu } from '../../server/training/ops/relu.ts';
import { eachEngine } from '../helpers/engines.ts';

eachEngine('operations of our own', (open) => {
  beforeAll(async () => {
    await open();
  });

  it('the norm of nothing is 0', async () => {
    expect(
      await norm(
        tf.tensor2d([
          [3, 0],
          [0, -4],
        ]),
      ).data(),
    ).toEqual(Float32Array.of(5));
    expect(await norm(tf.zeros([2, 2])).data()).toEqual(Float32Array.of(0));
  });

  describe('batch norm', () => {
    const running = () => ({ mean: tf.tensor1d([0]), variance: tf.tensor1d([1]) });

    it('gives the example of its documentation', async () => {
      const { y, mean, variance } = batchNorm(
        tf.tensor2d([[1], [3]]),
        tf.tensor1d([2]),
        tf.tensor1d([0]),
        running(),
        'training',
      );
      const values = await Promise.all([y, mean, variance].map((tensor) => tensor.data()));
      values.flatMap((each) => [...each]).forEach((value, i) => expect(value).toBeCloseTo([-2, 2, 2, 2][i]!, 4));
    });

    it('leaves no tensor behind', () => {
      const [image, scale, offset] = [tf.ones([4, 3, 3, 1]), tf.tensor1d([1]), tf.tensor1d([0])];
      const run = (): void =>
        tf.tidy(
          () =>
            void tf.grads((x, gamma, beta) =>
              tf.sum(relu(batchNorm(x!, gamma as tf.Tensor1D, beta as tf.Tensor1D, running(), 'training').y)),
            )([image, scale, offset]),
        );
      run();
      const before = tf.memory().numTensors;
      run();
      expect(tf.memory().numTensors).toBe(before);
    });
  });

  it('a flaw is NaN where a value is not finite, and 0 elsewhere, whatever the sign of the sum', async () => {
    const of = async (...values: number[]): Promise<number> =>
      (await flaw([tf.ones([2, 3]), tf.tensor1d(values)]).data())[0]!;
    expect([await of(1, 2), await of(-100, 1e30), await of(0)].map(Math.abs)).toEqual([0, 0, 0]);
    expect([await of(1, NaN), await of(Infinity), await of(-Infinity, 3), await of(Infinity, -Infinity)]).toEqual([
      NaN,
      NaN,
      NaN,
      NaN,
    ]);
  });
});
