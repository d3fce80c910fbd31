import * as tf from '@tensorflow/tfjs-core';
import { norm } from '../../../../server/training/ops/norm.ts';
import { crossEntropy } from '../../../../server/training/losses/cross-entropy.ts';
import { unit } from '../../../../server/training/losses/unit.ts';
import { fold, map, slowTensor, sumTo, zip, type Slow } from '../../engines/slow.ts';
import { compareWithGradients, fast, numbers, type Operation } from './operation.ts';

/** [x, axes] */
const cases: [number[], number[]][] = [
  [[5, 3], [0]],
  [
    [4, 3, 2, 18],
    [0, 1, 2],
  ],
  [[4, 3], [1]],
  [
    [4, 3],
    [0, 1],
  ],
  [
    [1, 2000, 3],
    [0, 1],
  ],
  [
    [4, 3, 2],
    [0, 2],
  ],
  [[4, 3, 2], [-3]],
  [
    [3, 4, 5, 6],
    [1, 2],
  ],
  [[1, 7], [0]],
  [[64, 10], [1]],
  [
    [1, 1],
    [0, 1],
  ],
  [[33], [0]],
];

const sum = (members: number[]) => members.reduce((total, value) => total + value, 0);

export const reductions: Operation[] = [
  ...cases.flatMap(([shape, axes]): Operation[] => {
    const x = slowTensor(shape, 1);
    const kept = fold(x, axes, sum);
    const count = x.values.length / kept.values.length;
    const dropped = {
      ...kept,
      shape: shape.filter((_, d) => !axes.some((axis) => (axis + shape.length) % shape.length === d)),
    };
    const dy = slowTensor(dropped.shape, 2);
    const spread = zip(
      { shape: kept.shape, values: dy.values },
      map(x, () => 1),
      (dy, one) => dy * one,
    );
    return [
      {
        name: `sum of [${shape}] over ${axes}`,
        kernels: ['Sum'],
        compare: () => [
          { what: 'dimensions kept', computed: tf.sum(fast(x), axes, true), expected: kept },
          ...compareWithGradients((x) => tf.sum(x, axes), [x], dy, { y: dropped, gradients: [spread] }),
        ],
      },
      {
        name: `mean of [${shape}] over ${axes}`,
        kernels: ['Mean'],
        compare: () =>
          compareWithGradients((x) => tf.mean(x, axes), [x], dy, {
            y: map(dropped, (total) => total / count),
            gradients: [map(spread, (value) => value / count)],
          }),
      },
    ];
  }),
  {
    name: 'the sum of numbers that are not float32',
    kernels: ['Sum'],
    compare: () => [
      {
        what: 'int32',
        computed: tf.sum(
          tf.tensor2d(
            [
              [1, 2],
              [3, 4],
            ],
            [2, 2],
            'int32',
          ),
          0,
        ),
        expected: { shape: [2], values: [4, 6] },
        tolerance: 0,
      },
      {
        what: 'bool',
        computed: tf.sum(tf.tensor2d([1, 0, 1, 1], [2, 2], 'bool'), 0),
        expected: { shape: [2], values: [2, 1] },
        tolerance: 0,
      },
    ],
  },
  {
    name: 'the largest value and where it is, the first one of equals',
    kernels: ['Max', 'ArgMax'],
    compare: () =>
      [
        [8, 4],
        [1, 10],
        [64, 3],
        [5, 1],
      ].flatMap((shape) => {
        const x = map(slowTensor(shape, 1), (value) => Math.round(value * 2) + 0);
        const rows = fold(x, [1], (members) => Math.max(...members));
        const places = fold(x, [1], (members) => members.indexOf(Math.max(...members)));
        return [
          { what: `of [${shape}]`, computed: tf.max(fast(x), 1, true), expected: rows, tolerance: 0 },
          {
            what: `where, of [${shape}]`,
            computed: tf.argMax(fast(x), 1),
            expected: { ...places, shape: [shape[0]!] },
            tolerance: 0,
          },
        ];
      }),
  },
  ...[
    [8, 4],
    [1, 10],
    [64, 3],
    [5, 1],
  ].map((shape): Operation => ({
    name: `cross-entropy of logits [${shape}]`,
    kernels: ['SoftmaxCrossEntropy', 'Mean'],
    compare: () => {
      const [rows, classes] = shape as [number, number];
      const z = numbers(shape, 1, [-30, 30]);
      const oneHot = map(z, (_, i) => Number(i % classes === Math.floor(i / classes) % classes));
      const logSoftmax = slowLogSoftmax(z);
      const y: Slow = {
        shape: [],
        values: [-sum(logSoftmax.values.map((value, i) => value * oneHot.values[i]!)) / rows],
      };
      const gradient = zip(map(logSoftmax, Math.exp), oneHot, (p, hot) => (p - hot) / rows);
      return compareWithGradients(
        (logits) => crossEntropy(logits, fast(oneHot)),
        [z],
        { shape: [], values: [1] },
        { y, gradients: [gradient] },
      );
    },
  })),
  {
    name: 'log softmax of logits [7,10]',
    kernels: ['Max', 'Exp', 'Log', 'Sum', 'Sub'],
    compare: () => {
      const z = numbers([7, 10], 1, [-30, 30]);
      return [{ what: 'y', computed: tf.logSoftmax(fast(z)), expected: slowLogSoftmax(z) }];
    },
  },
  ...[
    [8, 6],
    [1, 64],
    [64, 1],
  ].map((shape): Operation => ({
    name: `unit rows of [${shape}]`,
    kernels: ['Square', 'Sum', 'Maximum', 'Rsqrt', 'Multiply'],
    compare: () => {
      const [x, dy] = [numbers(shape, 1, [0.5, 3]), slowTensor(shape, 2)];
      const length = fold(x, [1], (row) => Math.sqrt(sum(row.map((value) => value * value))));
      const y = zip(x, length, (value, length) => value / length);
      const along = sumTo(
        zip(y, dy, (y, dy) => y * dy),
        [shape[0]!, 1],
      );
      const gradient = zip(
        zip(
          dy,
          zip(y, along, (y, along) => y * along),
          (dy, part) => dy - part,
        ),
        length,
        (value, length) => value / length,
      );
      // A row of one number is ±1 whatever the number: what is left of its gradient is rounding, of terms of the size
      // of dy.
      if (shape[1] === 1) return [{ what: 'y', computed: unit(fast(x)), expected: y }];
      return compareWithGradients(unit, [x], dy, { y, gradients: [gradient] });
    },
  })),
  {
    name: 'the norm over all dimensions',
    kernels: ['Square', 'Sum', 'Sqrt'],
    compare: () =>
      [[2, 2], [3, 3, 4, 5], [1], [300, 70]].map((shape) => {
        const x = slowTensor(shape, 1);
        return {
          what: `of [${shape}]`,
          computed: norm(fast(x)),
          expected: { shape: [], values: [Math.sqrt(sum(x.values.map((value) => value * value)))] },
        };
      }),
  },
];

function slowLogSoftmax(z: Slow): Slow {
  const total = fold(
    z,
    [1],
    (row) => Math.max(...row) + Math.log(sum(row.map((value) => Math.exp(value - Math.max(...row))))),
  );
  return zip(z, total, (value, total) => value - total);
}
