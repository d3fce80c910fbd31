import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { openWasm } from '../../../server/training/engines/wasm/open-wasm.ts';
import { batchNorm } from '../../../server/training/ops/batch-norm.ts';
import { relu } from '../../../server/training/ops/relu.ts';
import {
  avgPool, avgPoolGradient, conv2d, conv2dGradients, difference, matMul, maxPool, maxPoolGradient, pooledShape, size, slowTensor, type Slow,
} from './slow.ts';

/** Sums of up to some thousand float32 products. */
const TOLERANCE = 2e-6;

const fast = ({ shape, values }: Slow) => tf.tensor(values, shape, 'float32');
type Pad = 'same' | 'valid' | number;

beforeAll(openWasm);

describe('convolution', () => {
  // [x, filter, strides, pad]
  const cases: [number[], number[], [number, number], Pad][] = [
    [[2, 5, 5, 3], [3, 3, 3, 4], [1, 1], 'same'],
    [[1, 1, 1, 1], [1, 1, 1, 1], [1, 1], 'valid'],
    [[1, 4, 7, 1], [3, 3, 1, 16], [1, 1], 'same'],
    [[3, 6, 5, 4], [1, 1, 4, 9], [1, 1], 'same'],
    [[3, 6, 5, 4], [1, 1, 4, 9], [2, 2], 'same'],
    [[2, 8, 8, 16], [3, 3, 16, 8], [2, 2], 'same'],
    [[2, 7, 9, 5], [3, 3, 5, 7], [2, 2], 'same'],
    [[2, 7, 9, 5], [3, 3, 5, 7], [2, 2], 'valid'],
    [[2, 8, 8, 2], [3, 3, 2, 3], [2, 2], 'valid'], // the last row and column reach no window
    [[1, 9, 9, 2], [5, 3, 2, 3], [1, 2], 'same'],
    [[1, 9, 10, 2], [2, 2, 2, 3], [3, 3], 'valid'], // pixels between the windows have no gradient
    [[2, 6, 6, 2], [4, 4, 2, 3], [2, 2], 1],
    [[1, 5, 5, 2], [2, 2, 2, 3], [1, 1], 2], // more padding than the filter is wide
    [[1, 3, 3, 2], [5, 5, 2, 3], [1, 1], 'same'],
    [[2, 20, 70, 3], [3, 3, 3, 18], [1, 1], 'same'],
    [[2, 8, 8, 16], [3, 3, 16, 8], [1, 1], 'same'],
    [[3, 6, 10, 9], [3, 3, 9, 13], [1, 1], 'same'],
    [[1, 2, 2, 8], [3, 3, 8, 8], [1, 1], 'same'],
    [[2, 6, 8, 12], [3, 3, 12, 10], [1, 1], 'valid'],
    [[2, 5, 8, 8], [3, 3, 8, 9], [1, 1], 'same'],
    [[1, 4, 6, 8], [3, 3, 8, 8], [1, 1], 3],
    [[2, 16, 16, 16], [3, 3, 16, 24], [1, 1], 'same'],
  ];

  it.each(cases)('of %j with %j, strides %j, padding %s: both gradients', (xShape, filterShape, strides, pad) => {
    const [x, filter] = [slowTensor(xShape, 1), slowTensor(filterShape, 2)];
    const y = conv2d(x, filter, strides, pad);
    const dy = slowTensor(y.shape, 3);
    const expected = conv2dGradients(x, filter, dy, strides, pad);
    tf.tidy(() => {
      const convolve = (x: tf.Tensor, filter: tf.Tensor) => tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, strides, pad, 'NHWC', [1, 1], pad === 'same' || pad === 'valid' ? undefined : 'floor');
      expect(convolve(fast(x), fast(filter)).shape).toEqual(y.shape);
      expect(difference(convolve(fast(x), fast(filter)).dataSync(), y.values)).toBeLessThan(TOLERANCE);
      const [dx, dFilter] = tf.grads(convolve)([fast(x), fast(filter)], fast(dy));
      expect(dx!.shape).toEqual(xShape);
      expect(dFilter!.shape).toEqual(filterShape);
      expect(difference(dx!.dataSync(), expected.dx.values)).toBeLessThan(TOLERANCE);
      expect(difference(dFilter!.dataSync(), expected.dFilter.values)).toBeLessThan(TOLERANCE);
    });
  });
});

/** Convolutions that are another one in disguise: taps apart are a larger filter with zeros in it, padding by the side is zeros around x. */
describe('convolution, its taps apart or its padding given side by side', () => {
  type Sides = [[number, number], [number, number]];
  // [x, filter, strides, dilations, padding of rows and columns]
  const cases: [number[], number[], [number, number], [number, number], Sides][] = [
    [[2, 9, 9, 3], [3, 3, 3, 4], [1, 1], [2, 2], [[2, 2], [2, 2]]],
    [[2, 8, 11, 2], [3, 3, 2, 9], [1, 1], [1, 3], [[0, 0], [0, 0]]],
    [[1, 11, 8, 2], [3, 2, 2, 3], [1, 1], [3, 1], [[1, 0], [0, 2]]],
    [[2, 9, 10, 3], [3, 3, 3, 5], [2, 2], [3, 3], [[3, 2], [1, 4]]],
    [[1, 12, 9, 4], [2, 3, 4, 8], [2, 3], [2, 3], [[0, 1], [2, 0]]],
    [[1, 9, 9, 2], [2, 2, 2, 3], [4, 4], [6, 2], [[1, 1], [1, 1]]],
    [[2, 6, 5, 3], [3, 3, 3, 4], [1, 1], [1, 1], [[2, 0], [0, 3]]],
    [[2, 7, 6, 3], [3, 3, 3, 8], [2, 1], [1, 1], [[0, 2], [1, 1]]],
  ];

  it.each(cases)('of %j with %j, strides %j, dilations %j, padding %j: result and gradients', (xShape, filterShape, strides, dilations, [rows, columns]) => {
    const [x, filter] = [slowTensor(xShape, 1), slowTensor(filterShape, 2)];
    const [batch, height, width, channels] = xShape as [number, number, number, number];
    const [h, w] = filterShape as [number, number];
    const padded = spread(x, [batch, height + rows[0] + rows[1], width + columns[0] + columns[1], channels], ([b, i, j, c]) => [b!, i! + rows[0], j! + columns[0], c!]);
    const apart = spread(filter, [(h - 1) * dilations[0] + 1, (w - 1) * dilations[1] + 1, ...filterShape.slice(2)], ([i, j, c, d]) => [i! * dilations[0], j! * dilations[1], c!, d!]);
    const y = conv2d(padded.slow, apart.slow, strides, 'valid');
    const dy = slowTensor(y.shape, 3);
    const expected = conv2dGradients(padded.slow, apart.slow, dy, strides, 'valid');
    const pad = [[0, 0], rows, columns, [0, 0]];
    tf.tidy(() => {
      const run = (kernel: string, inputs: Record<string, tf.Tensor>, attributes: object) =>
        (tf.engine().runKernel(kernel, inputs, { strides, dilations, pad, dataFormat: 'NHWC', ...attributes } as never) as tf.Tensor).dataSync();
      expect(difference(run('Conv2D', { x: fast(x), filter: fast(filter) }, {}), y.values)).toBeLessThan(TOLERANCE);
      const dx = run('Conv2DBackpropInput', { dy: fast(dy), filter: fast(filter) }, { inputShape: xShape });
      expect(difference(dx, padded.places.map((place) => expected.dx.values[place]!))).toBeLessThan(TOLERANCE);
      const dFilter = run('Conv2DBackpropFilter', { x: fast(x), dy: fast(dy) }, { filterShape });
      expect(difference(dFilter, apart.places.map((place) => expected.dFilter.values[place]!))).toBeLessThan(TOLERANCE);
    });
  });
});

/** A depthwise convolution is a full one whose filter is 0 between channels that have nothing to do with each other. */
describe('depthwise convolution', () => {
  // [x, filter, strides, pad]
  const cases: [number[], number[], [number, number], Pad][] = [
    [[2, 5, 5, 3], [3, 3, 3, 1], [1, 1], 'same'],
    [[2, 7, 6, 4], [3, 3, 4, 2], [2, 2], 'same'],
    [[1, 7, 6, 5], [2, 3, 5, 3], [2, 1], 'valid'],
    [[1, 6, 6, 8], [3, 3, 8, 1], [1, 1], 1],
  ];

  it.each(cases)('of %j with %j, strides %j, padding %s: result and gradients', (xShape, filterShape, strides, pad) => {
    const [x, filter] = [slowTensor(xShape, 1), slowTensor(filterShape, 2)];
    const [h, w, channels, multiplier] = filterShape as [number, number, number, number];
    const full = spread(filter, [h, w, channels, channels * multiplier], ([i, j, c, m]) => [i!, j!, c!, c! * multiplier + m!]);
    const y = conv2d(x, full.slow, strides, pad);
    const dy = slowTensor(y.shape, 3);
    const expected = conv2dGradients(x, full.slow, dy, strides, pad);
    const rounding = typeof pad === 'number' ? 'floor' : undefined;
    tf.tidy(() => {
      const convolve = (x: tf.Tensor, filter: tf.Tensor) => tf.depthwiseConv2d(x as tf.Tensor4D, filter as tf.Tensor4D, strides, pad, 'NHWC', [1, 1], rounding);
      expect(difference(convolve(fast(x), fast(filter)).dataSync(), y.values)).toBeLessThan(TOLERANCE);
      const [dx, dFilter] = tf.grads(convolve)([fast(x), fast(filter)], fast(dy));
      expect(difference(dx!.dataSync(), expected.dx.values)).toBeLessThan(TOLERANCE);
      expect(difference(dFilter!.dataSync(), full.places.map((place) => expected.dFilter.values[place]!))).toBeLessThan(TOLERANCE);
    });
  });
});

/** A tensor's values at other places of a larger one that is 0 elsewhere, and which places these are. */
function spread(x: Slow, shape: number[], placeOf: (index: number[]) => number[]): { slow: Slow; places: number[] } {
  const values = Array<number>(size(shape)).fill(0);
  const places = x.values.map((value, flat) => {
    const index: number[] = [];
    for (let d = x.shape.length - 1, rest = flat; d >= 0; rest = Math.floor(rest / x.shape[d]!), d--) index.unshift(rest % x.shape[d]!);
    const place = placeOf(index).reduce((at, i, d) => at * shape[d]! + i, 0);
    values[place] = value;
    return place;
  });
  return { slow: { shape, values }, places };
}

describe('pooling', () => {
  // [x, window, strides, pad]
  const cases: [number[], [number, number], [number, number], Pad][] = [
    [[2, 4, 4, 3], [2, 2], [2, 2], 'same'],
    [[2, 5, 7, 5], [2, 2], [2, 2], 'same'],
    [[1, 5, 7, 4], [2, 2], [2, 2], 'valid'],
    [[1, 1, 1, 1], [2, 2], [2, 2], 'same'],
    [[3, 7, 6, 9], [3, 3], [2, 2], 'same'],
    [[1, 6, 6, 8], [3, 2], [1, 1], 'valid'],
    [[2, 6, 6, 2], [3, 3], [2, 2], 1],
    [[2, 4, 6, 8], [4, 6], [1, 1], 'valid'],
  ];

  it.each(cases)('of %j, window %j, strides %j, padding %s: maximum, average and their gradients', (shape, window, strides, pad) => {
    const x = slowTensor(shape, 1);
    x.values = x.values.map((value) => Math.round(value * 3)); // many ties
    const dy = slowTensor(pooledShape(shape, window, strides, pad), 2);
    const rounding = typeof pad === 'number' ? 'floor' : undefined;
    tf.tidy(() => {
      const largest = tf.grad((x) => tf.maxPool(x as tf.Tensor4D, window, strides, pad, rounding))(fast(x), fast(dy));
      const average = tf.grad((x) => tf.avgPool(x as tf.Tensor4D, window, strides, pad, rounding))(fast(x), fast(dy));
      const maxima = tf.maxPool(fast(x) as tf.Tensor4D, window, strides, pad, rounding);
      expect([...maxima.dataSync()]).toEqual(maxPool(x, window, strides, pad));
      const means = tf.avgPool(fast(x) as tf.Tensor4D, window, strides, pad, rounding);
      expect(difference(means.dataSync(), avgPool(x, window, strides, pad))).toBeLessThan(TOLERANCE);
      expect(difference(largest.dataSync(), maxPoolGradient(x, dy, window, strides, pad).values)).toBeLessThan(TOLERANCE);
      expect(difference(average.dataSync(), avgPoolGradient(x, dy, window, strides, pad).values)).toBeLessThan(TOLERANCE);
    });
  });

  it('over the whole image, as a mean', () => {
    const [x, dy] = [slowTensor([3, 4, 5, 6], 1), slowTensor([3, 6], 2)];
    tf.tidy(() => {
      const dx = tf.grad((x) => tf.mean(x, [1, 2]))(fast(x), fast(dy));
      const whole = { shape: [3, 1, 1, 6], values: dy.values };
      expect(difference(dx.dataSync(), avgPoolGradient(x, whole, [4, 5], [1, 1], 'valid').values)).toBeLessThan(TOLERANCE);
    });
  });
});

describe('matMul', () => {
  const transposed = [[false, false], [false, true], [true, false], [true, true]] as const;
  const sizes = [[1, 1, 1], [3, 5, 2], [64, 130, 10], [7, 1, 9], [1, 33, 64]] as const;
  const cases = transposed.flatMap(([a, b]) => sizes.map((size) => [a, b, ...size] as const));

  it.each(cases)('transposeA %s, transposeB %s, M %i, K %i, N %i: product and gradients', (transposeA, transposeB, m, k, n) => {
    const [a, b] = [slowTensor(transposeA ? [k, m] : [m, k], 1), slowTensor(transposeB ? [n, k] : [k, n], 2)];
    const dy = slowTensor([m, n], 3);
    const aAt = (i: number, l: number) => a.values[transposeA ? l * m + i : i * k + l]!;
    const bAt = (l: number, j: number) => b.values[transposeB ? j * k + l : l * n + j]!;
    const dyAt = (i: number, j: number) => dy.values[i * n + j]!;
    const da = transposeA ? matMul(k, n, m, bAt, (j, i) => dyAt(i, j)) : matMul(m, n, k, dyAt, (j, l) => bAt(l, j));
    const db = transposeB ? matMul(n, m, k, (j, i) => dyAt(i, j), aAt) : matMul(k, m, n, (l, i) => aAt(i, l), dyAt);
    tf.tidy(() => {
      const multiply = (a: tf.Tensor, b: tf.Tensor) => tf.matMul(a, b, transposeA, transposeB);
      const y = multiply(fast(a), fast(b));
      expect(y.shape).toEqual([m, n]);
      expect(difference(y.dataSync(), matMul(m, k, n, aAt, bAt))).toBeLessThan(TOLERANCE);
      const [fastDa, fastDb] = tf.grads(multiply)([fast(a), fast(b)], fast(dy));
      expect(difference(fastDa!.dataSync(), da)).toBeLessThan(TOLERANCE);
      expect(difference(fastDb!.dataSync(), db)).toBeLessThan(TOLERANCE);
    });
  });

  it.each([[[2, 3], [2, 3]], [[2, 1], [1, 3]], [[4], [1]], [[], [2]]])('of batches %j and %j', (batchA, batchB) => {
    const [a, b] = [slowTensor([...batchA, 4, 5], 1), slowTensor([...batchB, 6, 5], 2)];
    tf.tidy(() => {
      const y = tf.matMul(fast(a), fast(b), false, true);
      const batch = tf.broadcastTo(tf.zeros(batchA), tf.backend_util.assertAndGetBroadcastShape(batchA, batchB)).shape;
      expect(y.shape).toEqual([...batch, 4, 6]);
      const wide = (slow: Slow, shape: number[]) => tf.broadcastTo(fast(slow), [...batch, ...shape]).dataSync();
      const [aWide, bWide] = [wide(a, [4, 5]), wide(b, [6, 5])];
      const expected = Array.from({ length: size(batch) }, (_, i) =>
        matMul(4, 5, 6, (r, l) => aWide[i * 20 + r * 5 + l]!, (l, c) => bWide[i * 30 + c * 5 + l]!)).flat();
      expect(difference(y.dataSync(), expected)).toBeLessThan(TOLERANCE);
    });
  });

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

describe('batch norm', () => {
  it.each([[[4, 3, 5, 7]], [[1, 2, 2, 1]], [[64, 5, 5, 16]], [[9, 12]]])('of %j: outputs, moments and gradients', (shape) => {
    const channels = shape.at(-1)!;
    const points = size(shape) / channels;
    const x = slowTensor(shape, 1);
    x.values = x.values.map((value) => Math.fround(value + 3)); // a mean far from 0
    const [gamma, beta, dy] = [slowTensor([channels], 2), slowTensor([channels], 3), slowTensor(shape, 4)];
    const expected = slowBatchNorm(x.values, gamma.values, beta.values, dy.values, channels);
    tf.tidy(() => {
      const running = { mean: tf.zeros([channels]) as tf.Tensor1D, variance: tf.ones([channels]) as tf.Tensor1D };
      const normalize = (x: tf.Tensor, gamma: tf.Tensor, beta: tf.Tensor) => batchNorm(x, gamma as tf.Tensor1D, beta as tf.Tensor1D, running, 'training');
      const { y, mean, variance } = normalize(fast(x), fast(gamma), fast(beta));
      expect(difference(y.dataSync(), expected.y)).toBeLessThan(1e-5);
      expect(difference(mean.dataSync(), expected.mean)).toBeLessThan(TOLERANCE);
      expect(difference(variance.dataSync(), expected.variance.map((value) => value * points / (points - 1)))).toBeLessThan(1e-5);
      const [dx, dGamma, dBeta] = tf.grads((...at: tf.Tensor[]) => normalize(at[0]!, at[1]!, at[2]!).y)([fast(x), fast(gamma), fast(beta)], fast(dy));
      expect(difference(dx!.dataSync(), expected.dx)).toBeLessThan(2e-5);
      expect(difference(dGamma!.dataSync(), expected.dGamma)).toBeLessThan(1e-5);
      expect(difference(dBeta!.dataSync(), expected.dBeta)).toBeLessThan(1e-5);
    });
  });
});

function slowBatchNorm(x: number[], gamma: number[], beta: number[], dy: number[], channels: number) {
  const points = x.length / channels;
  const mean = Array<number>(channels).fill(0);
  const variance = Array<number>(channels).fill(0);
  x.forEach((value, i) => (mean[i % channels]! += value / points));
  x.forEach((value, i) => (variance[i % channels]! += (value - mean[i % channels]!) ** 2 / points));
  const deviation = variance.map((value) => Math.sqrt(value + 1e-5));
  const normal = x.map((value, i) => (value - mean[i % channels]!) / deviation[i % channels]!);
  const [dGamma, dBeta] = [Array<number>(channels).fill(0), Array<number>(channels).fill(0)];
  dy.forEach((value, i) => {
    dGamma[i % channels]! += value * normal[i]!;
    dBeta[i % channels]! += value;
  });
  return {
    y: normal.map((value, i) => value * gamma[i % channels]! + beta[i % channels]!),
    mean, variance, dGamma, dBeta,
    dx: dy.map((value, i) => {
      const c = i % channels;
      return (gamma[c]! / deviation[c]!) * (value - (dBeta[c]! + normal[i]! * dGamma[c]!) / points);
    }),
  };
}

describe('smaller kernels', () => {
  it.each([
    [[3], [4]], [[2, 3], [1, 4]], [[2, 3], [5, 1]], [[1, 1, 6], [7, 3, 1]], [[4, 1], [1, 16]], [[2, 1, 3], [2, 2, 2]],
  ])('tile %j by %j', (shape, reps) => {
    const x = slowTensor(shape, 1);
    tf.tidy(() => {
      const y = tf.tile(fast(x), reps);
      const yShape = shape.map((side, d) => side * reps[d]!);
      expect(y.shape).toEqual(yShape);
      const expected = Array.from({ length: size(yShape) }, (_, flat) => {
        let [rest, from, stride] = [flat, 0, 1];
        for (let d = shape.length - 1; d >= 0; d--) {
          from += (rest % yShape[d]! % shape[d]!) * stride;
          rest = Math.floor(rest / yShape[d]!);
          stride *= shape[d]!;
        }
        return x.values[from]!;
      });
      expect([...y.dataSync()]).toEqual(expected);
      expect([...tf.tile(tf.cast(fast(x), 'int32'), reps).dataSync()]).toEqual(expected.map(Math.trunc).map((value) => value + 0));
    });
  });

  it.each([
    [[5, 3], [0]], [[4, 3, 2, 18], [0, 1, 2]], [[4, 3], [1]], [[4, 3], [0, 1]], [[1, 2000, 3], [0, 1]], [[4, 3, 2], [0, 2]], [[4, 3, 2], [-3]],
  ])('sum %j over %j', (shape, axes) => {
    const x = slowTensor(shape, 1);
    const dropped = new Set(axes.map((axis) => (axis + shape.length) % shape.length));
    const keptShape = shape.filter((_, d) => !dropped.has(d));
    const strides = tf.util.computeStrides([...shape, 1]);
    const expected = Array<number>(size(keptShape)).fill(0);
    x.values.forEach((value, flat) => {
      let to = 0;
      shape.forEach((side, d) => {
        if (!dropped.has(d)) to = to * side + (Math.floor(flat / strides[d]!) % side);
      });
      expected[to]! += value;
    });
    tf.tidy(() => {
      const y = tf.sum(fast(x), axes);
      expect(y.shape).toEqual(keptShape);
      expect(difference(y.dataSync(), expected)).toBeLessThan(TOLERANCE);
      expect(tf.sum(fast(x), axes, true).shape).toEqual(shape.map((side, d) => (dropped.has(d) ? 1 : side)));
      expect(difference(tf.sum(fast(x), axes, true).dataSync(), expected)).toBeLessThan(TOLERANCE);
    });
  });

  it('sum of numbers that are not float32', () => {
    expect([...tf.sum(tf.tensor2d([[1, 2], [3, 4]], [2, 2], 'int32'), 0).dataSync()]).toEqual([4, 6]);
    expect([...tf.sum(tf.tensor2d([1, 0, 1, 1], [2, 2], 'bool'), 0).dataSync()]).toEqual([2, 1]);
  });

  it.each([[[2, 3, 5], [5]], [[1000, 17], [17]], [[4], [4]], [[3, 1], [4]], [[3, 4], []], [[3, 4], [3, 1]], [[4], [3, 4]]])('add %j and %j', (a, b) => {
    const [left, right] = [slowTensor(a, 1), slowTensor(b, 2)];
    tf.tidy(() => {
      const y = tf.add(fast(left), fast(right));
      const [aWide, bWide] = [left, right].map((slow) => tf.broadcastTo(fast(slow), y.shape).dataSync());
      expect([...y.dataSync()]).toEqual([...aWide!].map((value, i) => Math.fround(value + bWide![i]!)));
    });
  });

  it.each([[[5]], [[3, 64]], [[9, 7, 11]]])('the gradient of relu over %j', (shape) => {
    const [x, dy] = [slowTensor(shape, 1), slowTensor(shape, 2)];
    x.values[0] = 0;
    tf.tidy(() => {
      const dx = tf.grad((x) => relu(x))(fast(x), fast(dy));
      expect([...dx.dataSync()]).toEqual(dy.values.map((value, i) => (x.values[i]! > 0 ? value : 0)));
    });
  });

  it('NaN stays what it is, on either side', () => {
    const x = tf.tensor1d([NaN, 1, -1, NaN, 2]);
    const y = tf.tensor1d([0, 0, NaN, 5, 3]);
    tf.tidy(() => {
      expect([...tf.maximum(x, y).dataSync()]).toEqual([NaN, 1, NaN, NaN, 3]);
      expect([...tf.minimum(x, y).dataSync()]).toEqual([NaN, 0, NaN, NaN, 2]);
      expect([...tf.minimum(1, y).dataSync()]).toEqual([0, 0, NaN, 1, 1]);
      expect([...tf.maximum(tf.tensor2d([[0], [2]]), x).dataSync()]).toEqual([NaN, 1, 0, NaN, 2, NaN, 2, 2, NaN, 2]);
      expect([...tf.clipByValue(x, -0.5, 1.5).dataSync()]).toEqual([NaN, 1, -0.5, NaN, 1.5]);
      expect([...tf.relu(x).dataSync()]).toEqual([NaN, 1, 0, NaN, 2]);
      expect([...tf.avgPool(tf.tensor4d([1, NaN, 3, 4, 5, 6, 7, 8], [1, 2, 2, 2]), 2, 2, 'same').dataSync()]).toEqual([4, NaN]);
    });
  });

  it('a clone lives on when its original is disposed', () => {
    const before = tf.memory().numBytes;
    const x = tf.tensor1d([1, 2, 3]);
    const clone = x.clone();
    x.dispose();
    expect([...clone.dataSync()]).toEqual([1, 2, 3]);
    clone.dispose();
    expect(tf.memory().numBytes).toBe(before);
  });
});
