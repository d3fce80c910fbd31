import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { openWasm } from '../../../server/training/engines/wasm/open-wasm.ts';
import {
  avgPool, avgPoolGradient, conv2d, conv2dGradients, difference, matMul, maxPool, maxPoolGradient, pooledShape, slowTensor, type Slow,
} from './slow.ts';

/** Sums of up to some thousand float32 products. */
const TOLERANCE = 2e-6;

const fast = ({ shape, values }: Slow) => tf.tensor(values, shape, 'float32');

beforeAll(openWasm);

describe('padding given as a number, which not every engine has', () => {
  it.each<[number[], number[], [number, number], number]>([
    [[2, 6, 6, 2], [4, 4, 2, 3], [2, 2], 1],
    [[1, 5, 5, 2], [2, 2, 2, 3], [1, 1], 2], // more padding than the filter is wide
  ])('convolution of %j with %j, strides %j, padding %s: both gradients', (xShape, filterShape, strides, pad) => {
    const [x, filter] = [slowTensor(xShape, 1), slowTensor(filterShape, 2)];
    const y = conv2d(x, filter, strides, pad);
    const dy = slowTensor(y.shape, 3);
    const expected = conv2dGradients(x, filter, dy, strides, pad);
    tf.tidy(() => {
      const convolve = (x: tf.Tensor, filter: tf.Tensor) => tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, strides, pad, 'NHWC', [1, 1], 'floor');
      expect(convolve(fast(x), fast(filter)).shape).toEqual(y.shape);
      expect(difference(convolve(fast(x), fast(filter)).dataSync(), y.values)).toBeLessThan(TOLERANCE);
      const [dx, dFilter] = tf.grads(convolve)([fast(x), fast(filter)], fast(dy));
      expect(difference(dx!.dataSync(), expected.dx.values)).toBeLessThan(TOLERANCE);
      expect(difference(dFilter!.dataSync(), expected.dFilter.values)).toBeLessThan(TOLERANCE);
    });
  });

  it('pooling: maximum, average and their gradients', () => {
    const [x, window, strides, pad] = [slowTensor([2, 6, 6, 2], 1), [3, 3] as [number, number], [2, 2] as [number, number], 1];
    const dy = slowTensor(pooledShape(x.shape, window, strides, pad), 2);
    tf.tidy(() => {
      const [maximum, mean] = [tf.maxPool, tf.avgPool].map((pool) => (x: tf.Tensor) => pool(x as tf.Tensor4D, window, strides, pad, 'floor')) as [typeof tf.abs, typeof tf.abs];
      expect([...maximum(fast(x)).dataSync()]).toEqual(maxPool(x, window, strides, pad));
      expect(difference(mean(fast(x)).dataSync(), avgPool(x, window, strides, pad))).toBeLessThan(TOLERANCE);
      expect(difference(tf.grad(maximum)(fast(x), fast(dy)).dataSync(), maxPoolGradient(x, dy, window, strides, pad).values)).toBeLessThan(TOLERANCE);
      expect(difference(tf.grad(mean)(fast(x), fast(dy)).dataSync(), avgPoolGradient(x, dy, window, strides, pad).values)).toBeLessThan(TOLERANCE);
    });
  });
});

describe('matMul', () => {
  it('of one right-hand side under two shapes', () => {
    const [a, b] = [slowTensor([3, 4], 1), slowTensor([4, 6], 2)];
    tf.tidy(() => {
      const right = fast(b) as tf.Tensor2D;
      tf.matMul(fast(a) as tf.Tensor2D, right);
      const left = slowTensor([2, 6], 3);
      const y = tf.matMul(fast(left) as tf.Tensor2D, tf.reshape(right, [6, 4]));
      expect(difference(y.dataSync(), matMul(2, 6, 4, (i, l) => left.values[i * 6 + l]!, (l, j) => b.values[l * 4 + j]!))).toBeLessThan(TOLERANCE);
    });
  });

  it('refuses inner dimensions that differ, and integers', () => {
    expect(() => tf.matMul(tf.zeros([2, 3]), tf.zeros([4, 5]))).toThrow(/inner/i);
    expect(() => tf.matMul(tf.zeros([2, 3], 'int32'), tf.zeros([3, 5], 'int32'))).toThrow(/float32/);
  });
});

describe('a clone', () => {
  it('lives on when its original is disposed', () => {
    const before = tf.memory().numBytes;
    const x = tf.tensor1d([1, 2, 3]);
    const clone = x.clone();
    x.dispose();
    expect([...clone.dataSync()]).toEqual([1, 2, 3]);
    clone.dispose();
    expect(tf.memory().numBytes).toBe(before);
  });
});
