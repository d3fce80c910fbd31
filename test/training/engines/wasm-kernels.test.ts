import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { openWasm } from '../../../server/training/engines/wasm/open-wasm.ts';
import {
  avgPool,
  avgPoolGradient,
  conv2d,
  conv2dGradients,
  difference,
  matMul,
  maxPool,
  maxPoolGradient,
  pooledShape,
  size,
  slowTensor,
  type Pad,
  type Slow,
} from './slow.ts';

/** Sums of up to some thousand float32 products. */
const TOLERANCE = 2e-6;

const fast = ({ shape, values }: Slow) => tf.tensor(values, shape, 'float32');

beforeAll(openWasm);

describe('padding given as a number, which not every engine has', () => {
  it.each<[number[], number[], [number, number], number]>([
    [[2, 6, 6, 2], [4, 4, 2, 3], [2, 2], 1],
    [[1, 5, 5, 2], [2, 2, 2, 3], [1, 1], 2], // more padding than the filter is wide
    [[1, 4, 6, 8], [3, 3, 8, 8], [1, 1], 3],
  ])('convolution of %j with %j, strides %j, padding %s: both gradients', (xShape, filterShape, strides, pad) => {
    const [x, filter] = [slowTensor(xShape, 1), slowTensor(filterShape, 2)];
    const y = conv2d(x, filter, strides, pad);
    const dy = slowTensor(y.shape, 3);
    const expected = conv2dGradients(x, filter, dy, strides, pad);
    tf.tidy(() => {
      const convolve = (x: tf.Tensor, filter: tf.Tensor) =>
        tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, strides, pad, 'NHWC', [1, 1], 'floor');
      expect(convolve(fast(x), fast(filter)).shape).toEqual(y.shape);
      expect(difference(convolve(fast(x), fast(filter)).dataSync(), y.values)).toBeLessThan(TOLERANCE);
      const [dx, dFilter] = tf.grads(convolve)([fast(x), fast(filter)], fast(dy));
      expect(difference(dx!.dataSync(), expected.dx.values)).toBeLessThan(TOLERANCE);
      expect(difference(dFilter!.dataSync(), expected.dFilter.values)).toBeLessThan(TOLERANCE);
    });
  });

  it.each([
    [2, 2],
    [2, 3],
    [3, 5],
  ])('pooling is refused where windows of %i would lie in a padding of %i', (window, pad) => {
    const x = fast(slowTensor([1, 6, 6, 2], 1));
    for (const pool of [tf.maxPool, tf.avgPool]) {
      const call = (x: tf.Tensor) => pool(x as tf.Tensor4D, window, 1, pad, 'floor');
      expect(() => call(x)).toThrow(`Cannot pool with a padding of ${pad} × ${pad} and a window of ${window}`);
      expect(() => tf.grad(call)(x)).toThrow('Cannot pool');
    }
  });

  it('pooling: maximum, average and their gradients', () => {
    const [x, window, strides, pad] = [
      slowTensor([2, 6, 6, 2], 1),
      [3, 3] as [number, number],
      [2, 2] as [number, number],
      1,
    ];
    const dy = slowTensor(pooledShape(x.shape, window, strides, pad), 2);
    tf.tidy(() => {
      const [maximum, mean] = [tf.maxPool, tf.avgPool].map(
        (pool) => (x: tf.Tensor) => pool(x as tf.Tensor4D, window, strides, pad, 'floor'),
      ) as [typeof tf.abs, typeof tf.abs];
      expect([...maximum(fast(x)).dataSync()]).toEqual(maxPool(x, window, strides, pad));
      expect(difference(mean(fast(x)).dataSync(), avgPool(x, window, strides, pad))).toBeLessThan(TOLERANCE);
      expect(
        difference(tf.grad(maximum)(fast(x), fast(dy)).dataSync(), maxPoolGradient(x, dy, window, strides, pad).values),
      ).toBeLessThan(TOLERANCE);
      expect(
        difference(tf.grad(mean)(fast(x), fast(dy)).dataSync(), avgPoolGradient(x, dy, window, strides, pad).values),
      ).toBeLessThan(TOLERANCE);
    });
  });
});

/**
 * Convolutions that are another one in disguise: taps apart are a larger filter with zeros in it, padding by the side
 * is zeros around x.
 */
describe('convolution, its taps apart or its padding given side by side', () => {
  type Sides = [[number, number], [number, number]];
  // [x, filter, strides, dilations, padding of rows and columns]
  const cases: [number[], number[], [number, number], [number, number], Sides][] = [
    [
      [2, 9, 9, 3],
      [3, 3, 3, 4],
      [1, 1],
      [2, 2],
      [
        [2, 2],
        [2, 2],
      ],
    ],
    [
      [2, 8, 11, 2],
      [3, 3, 2, 9],
      [1, 1],
      [1, 3],
      [
        [0, 0],
        [0, 0],
      ],
    ],
    [
      [1, 11, 8, 2],
      [3, 2, 2, 3],
      [1, 1],
      [3, 1],
      [
        [1, 0],
        [0, 2],
      ],
    ],
    [
      [2, 9, 10, 3],
      [3, 3, 3, 5],
      [2, 2],
      [3, 3],
      [
        [3, 2],
        [1, 4],
      ],
    ],
    [
      [1, 12, 9, 4],
      [2, 3, 4, 8],
      [2, 3],
      [2, 3],
      [
        [0, 1],
        [2, 0],
      ],
    ],
    [
      [1, 9, 9, 2],
      [2, 2, 2, 3],
      [4, 4],
      [6, 2],
      [
        [1, 1],
        [1, 1],
      ],
    ],
    [
      [2, 6, 5, 3],
      [3, 3, 3, 4],
      [1, 1],
      [1, 1],
      [
        [2, 0],
        [0, 3],
      ],
    ],
    [
      [2, 7, 6, 3],
      [3, 3, 3, 8],
      [2, 1],
      [1, 1],
      [
        [0, 2],
        [1, 1],
      ],
    ],
  ];

  it.each(cases)(
    'of %j with %j, strides %j, dilations %j, padding %j: result and gradients',
    (xShape, filterShape, strides, dilations, [rows, columns]) => {
      const [x, filter] = [slowTensor(xShape, 1), slowTensor(filterShape, 2)];
      const [batch, height, width, channels] = xShape as [number, number, number, number];
      const [h, w] = filterShape as [number, number];
      const padded = spread(
        x,
        [batch, height + rows[0] + rows[1], width + columns[0] + columns[1], channels],
        ([b, i, j, c]) => [b!, i! + rows[0], j! + columns[0], c!],
      );
      const apart = spread(
        filter,
        [(h - 1) * dilations[0] + 1, (w - 1) * dilations[1] + 1, ...filterShape.slice(2)],
        ([i, j, c, d]) => [i! * dilations[0], j! * dilations[1], c!, d!],
      );
      const y = conv2d(padded.slow, apart.slow, strides, 'valid');
      const dy = slowTensor(y.shape, 3);
      const expected = conv2dGradients(padded.slow, apart.slow, dy, strides, 'valid');
      const pad = [[0, 0], rows, columns, [0, 0]];
      tf.tidy(() => {
        const run = (kernel: string, inputs: Record<string, tf.Tensor>, attributes: object) =>
          (
            tf.engine().runKernel(kernel, inputs, {
              strides,
              dilations,
              pad,
              dataFormat: 'NHWC',
              ...attributes,
            } as never) as tf.Tensor
          ).dataSync();
        expect(difference(run('Conv2D', { x: fast(x), filter: fast(filter) }, {}), y.values)).toBeLessThan(TOLERANCE);
        const dx = run('Conv2DBackpropInput', { dy: fast(dy), filter: fast(filter) }, { inputShape: xShape });
        expect(
          difference(
            dx,
            padded.places.map((place) => expected.dx.values[place]!),
          ),
        ).toBeLessThan(TOLERANCE);
        const dFilter = run('Conv2DBackpropFilter', { x: fast(x), dy: fast(dy) }, { filterShape });
        expect(
          difference(
            dFilter,
            apart.places.map((place) => expected.dFilter.values[place]!),
          ),
        ).toBeLessThan(TOLERANCE);
      });
    },
  );
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
    const full = spread(filter, [h, w, channels, channels * multiplier], ([i, j, c, m]) => [
      i!,
      j!,
      c!,
      c! * multiplier + m!,
    ]);
    const y = conv2d(x, full.slow, strides, pad);
    const dy = slowTensor(y.shape, 3);
    const expected = conv2dGradients(x, full.slow, dy, strides, pad);
    const rounding = typeof pad === 'number' ? 'floor' : undefined;
    tf.tidy(() => {
      const convolve = (x: tf.Tensor, filter: tf.Tensor) =>
        tf.depthwiseConv2d(x as tf.Tensor4D, filter as tf.Tensor4D, strides, pad, 'NHWC', [1, 1], rounding);
      expect(difference(convolve(fast(x), fast(filter)).dataSync(), y.values)).toBeLessThan(TOLERANCE);
      const [dx, dFilter] = tf.grads(convolve)([fast(x), fast(filter)], fast(dy));
      expect(difference(dx!.dataSync(), expected.dx.values)).toBeLessThan(TOLERANCE);
      expect(
        difference(
          dFilter!.dataSync(),
          full.places.map((place) => expected.dFilter.values[place]!),
        ),
      ).toBeLessThan(TOLERANCE);
    });
  });
});

/** A tensor's values at other places of a larger one that is 0 elsewhere, and which places these are. */
function spread(x: Slow, shape: number[], placeOf: (index: number[]) => number[]): { slow: Slow; places: number[] } {
  const values = Array<number>(size(shape)).fill(0);
  const places = x.values.map((value, flat) => {
    const index: number[] = [];
    for (let d = x.shape.length - 1, rest = flat; d >= 0; rest = Math.floor(rest / x.shape[d]!), d--)
      index.unshift(rest % x.shape[d]!);
    const place = placeOf(index).reduce((at, i, d) => at * shape[d]! + i, 0);
    values[place] = value;
    return place;
  });
  return { slow: { shape, values }, places };
}

describe('matMul', () => {
  it('of one right-hand side under two shapes', () => {
    const [a, b] = [slowTensor([3, 4], 1), slowTensor([4, 6], 2)];
    tf.tidy(() => {
      const right = fast(b) as tf.Tensor2D;
      tf.matMul(fast(a) as tf.Tensor2D, right);
      const left = slowTensor([2, 6], 3);
      const y = tf.matMul(fast(left) as tf.Tensor2D, tf.reshape(right, [6, 4]));
      expect(
        difference(
          y.dataSync(),
          matMul(
            2,
            6,
            4,
            (i, l) => left.values[i * 6 + l]!,
            (l, j) => b.values[l * 4 + j]!,
          ),
        ),
      ).toBeLessThan(TOLERANCE);
    });
  });

  it('refuses inner dimensions that differ, and integers', () => {
    expect(() => tf.matMul(tf.zeros([2, 3]), tf.zeros([4, 5]))).toThrow(/inner/i);
    expect(() => tf.matMul(tf.zeros([2, 3], 'int32'), tf.zeros([3, 5], 'int32'))).toThrow(/float32/);
  });
});

describe('smaller kernels', () => {
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
      expect([...tf.avgPool(tf.tensor4d([1, NaN, 3, 4, 5, 6, 7, 8], [1, 2, 2, 2]), 2, 2, 'same').dataSync()]).toEqual([
        4,
        NaN,
      ]);
    });
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
