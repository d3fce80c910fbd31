import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { Stream } from '../../../server/sweep/random.ts';
import type { Engine } from '../../../server/training/engine.ts';
import { batchNorm } from '../../../server/training/ops/batch-norm.ts';
import { norm } from '../../../server/training/ops/norm.ts';
import { relu } from '../../../server/training/ops/relu.ts';

const EPSILON = 1e-5;

/** The operations that models call, on one engine, against the slow way in float64. */
export function suite(open: () => Promise<Engine>): void {
  beforeAll(async () => {
    await open();
  });

  describe('relu', () => {
    it('passes what is positive, and the gradient where it passes', async () => {
      const x = tf.tensor1d([-2, -0, 0, 1e-30, 3]);
      const { value, grads } = tf.valueAndGrads((x) => tf.sum(tf.mul(relu(x!), tf.tensor1d([10, 20, 30, 40, 50]))) as tf.Scalar)([x]);
      expect((await read(relu(x))).map(Math.abs)).toEqual([0, 0, 0, Math.fround(1e-30), 3]);
      expect(await read(value)).toEqual([150]);
      expect(await read(grads[0]!)).toEqual([0, 0, 0, 40, 50]);
    });
  });

  describe('norm', () => {
    it('is the root of the sum of squares over all dimensions', async () => {
      expect(await read(norm(tf.tensor2d([[3, 0], [0, -4]])))).toEqual([5]);
      expect(await read(norm(tf.zeros([2, 2])))).toEqual([0]);
    });
  });

  describe('batch norm', () => {
    it('gives the example of its documentation', async () => {
      const running = { mean: tf.tensor1d([0]), variance: tf.tensor1d([1]) };
      const { y, mean, variance } = batchNorm(tf.tensor2d([[1], [3]]), tf.tensor1d([2]), tf.tensor1d([0]), running, 'training');
      await near(y, [-2, 2]);
      await near(mean, [2]);
      await near(variance, [2]);
    });

    it.each([[[6, 3]], [[4, 3, 5, 2]], [[1, 2, 2, 3]], [[64, 7, 7, 4]]])('normalises a batch of shape %j by its own moments, with the gradients of the float64 formula', async (shape) => {
      const { x, gamma, beta, dy } = draw(shape);
      const wanted = slowly(x, gamma, beta, dy);
      let seen: ReturnType<typeof batchNorm> | undefined;
      const inputs = [tf.tensor(x, shape), tf.tensor1d(gamma), tf.tensor1d(beta)];
      const running = { mean: tf.zeros([gamma.length]) as tf.Tensor1D, variance: tf.ones([gamma.length]) as tf.Tensor1D };
      const grads = tf.grads((x, gamma, beta) => {
        const result = batchNorm(x!, gamma as tf.Tensor1D, beta as tf.Tensor1D, running, 'training');
        seen = { y: tf.keep(result.y), mean: tf.keep(result.mean), variance: tf.keep(result.variance) };
        return tf.sum(tf.mul(result.y, tf.tensor(dy, shape)));
      })(inputs);
      expect(seen!.y.shape).toEqual(shape);
      await near(seen!.y, wanted.y);
      await near(seen!.mean, wanted.mean);
      await near(seen!.variance, wanted.variance);
      await near(grads[0]!, wanted.dx);
      await near(grads[1]!, wanted.dGamma);
      await near(grads[2]!, wanted.dBeta);
    });

    it('normalises by the running moments in inference, whatever the batch', async () => {
      const running = { mean: tf.tensor1d([1, -2]), variance: tf.tensor1d([4, 0.25]) };
      for (const shape of [[2, 2], [1, 1, 2, 2]]) {
        const { y, mean, variance } = batchNorm(tf.tensor([1, -2, 5, 0], shape), tf.tensor1d([1, 2]), tf.tensor1d([0.5, 0]), running, 'inference');
        await near(y, [0.5, 0, 2.5, 8]);
        await near(mean, [1, -2]);
        await near(variance, [4, 0.25]);
      }
    });

    it('leaves no tensor behind', () => {
      const { x, gamma, beta } = draw([4, 3, 3, 2]);
      const [image, scale, offset] = [tf.tensor4d(x, [4, 3, 3, 2]), tf.tensor1d(gamma), tf.tensor1d(beta)];
      const running = { mean: tf.tensor1d([0, 0]), variance: tf.tensor1d([1, 1]) };
      const run = (): void =>
        tf.tidy(() => void tf.grads((x, gamma, beta) => tf.sum(relu(batchNorm(x!, gamma as tf.Tensor1D, beta as tf.Tensor1D, running, 'training').y)))([image, scale, offset]));
      run();
      const before = tf.memory().numTensors;
      run();
      expect(tf.memory().numTensors).toBe(before);
    });
  });
}

function draw(shape: number[]): { x: number[]; gamma: number[]; beta: number[]; dy: number[] } {
  const stream = new Stream(7, 'batch norm');
  const normals = (count: number): number[] => Array.from({ length: count }, () => Math.fround(stream.normal()));
  const [size, channels] = [shape.reduce((product, side) => product * side, 1), shape.at(-1)!];
  return { x: normals(size).map((value) => Math.fround(2 * value + 1)), gamma: normals(channels), beta: normals(channels), dy: normals(size) };
}

/** Batch norm channel by channel, its gradient by writing out what each x_i does to the mean and to the variance. */
function slowly(x: number[], gamma: number[], beta: number[], dy: number[]): Record<'y' | 'dx' | 'mean' | 'variance' | 'dGamma' | 'dBeta', number[]> {
  const channels = gamma.length;
  const n = x.length / channels;
  const result = { y: [...x], dx: [...x], mean: [...gamma], variance: [...gamma], dGamma: [...gamma], dBeta: [...gamma] };
  for (let c = 0; c < channels; c++) {
    const at = Array.from({ length: n }, (_, i) => i * channels + c);
    const mean = at.reduce((sum, i) => sum + x[i]!, 0) / n;
    const variance = at.reduce((sum, i) => sum + (x[i]! - mean) ** 2, 0) / n;
    const deviation = Math.sqrt(variance + EPSILON);
    const normal = (i: number): number => (x[i]! - mean) / deviation;
    const dVariance = at.reduce((sum, i) => sum - (0.5 * dy[i]! * gamma[c]! * (x[i]! - mean)) / deviation ** 3, 0);
    const dMean = at.reduce((sum, i) => sum - (dy[i]! * gamma[c]!) / deviation, 0);
    for (const i of at) {
      result.y[i] = gamma[c]! * normal(i) + beta[c]!;
      result.dx[i] = (dy[i]! * gamma[c]!) / deviation + (dVariance * 2 * (x[i]! - mean)) / n + dMean / n;
    }
    result.mean[c] = mean;
    result.variance[c] = (variance * n) / (n - 1);
    result.dGamma[c] = at.reduce((sum, i) => sum + dy[i]! * normal(i), 0);
    result.dBeta[c] = at.reduce((sum, i) => sum + dy[i]!, 0);
  }
  return result;
}

/** Not all engines can give values at once. */
async function read(tensor: tf.Tensor): Promise<number[]> {
  return [...(await tensor.data())];
}

async function near(tensor: tf.Tensor, wanted: number[]): Promise<void> {
  const values = await read(tensor);
  expect(values).toHaveLength(wanted.length);
  wanted.forEach((value, i) => expect(Math.abs(values[i]! - value)).toBeLessThan(2e-4 * Math.max(1, Math.abs(value))));
}
