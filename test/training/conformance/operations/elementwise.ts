import * as tf from '@tensorflow/tfjs-core';
import { addBias } from '../../../../server/training/ops/add-bias.ts';
import { relu } from '../../../../server/training/ops/relu.ts';
import { broadcast, map, slowTensor, sumTo, zip, type Slow } from '../../engines/slow.ts';
import { compareWithGradients, fast, numbers, type Operation } from './operation.ts';

type Unary = {
  name: string;
  kernels: string[];
  operation: (x: tf.Tensor) => tf.Tensor;
  f: (x: number) => number;
  slope: (x: number) => number;
  from?: [number, number];
};

const unary: Unary[] = [
  { name: 'abs', kernels: ['Abs', 'Step'], operation: tf.abs, f: Math.abs, slope: Math.sign },
  {
    name: 'acos',
    kernels: ['Acos'],
    operation: tf.acos,
    f: Math.acos,
    slope: (x) => -1 / Math.sqrt(1 - x * x),
    from: [-0.9, 0.9],
  },
  {
    name: 'clipByValue',
    kernels: ['ClipByValue', 'Select', 'LogicalAnd', 'GreaterEqual', 'LessEqual'],
    operation: (x) => tf.clipByValue(x, -0.5, 0.25),
    f: (x) => Math.min(Math.max(x, -0.5), 0.25),
    slope: (x) => (x >= -0.5 && x <= 0.25 ? 1 : 0),
  },
  { name: 'exp', kernels: ['Exp'], operation: tf.exp, f: Math.exp, slope: Math.exp, from: [-20, 5] },
  { name: 'log', kernels: ['Log'], operation: tf.log, f: Math.log, slope: (x) => 1 / x, from: [0.01, 20] },
  { name: 'neg', kernels: ['Neg'], operation: tf.neg, f: (x) => -x, slope: () => -1 },
  {
    name: 'relu',
    kernels: ['Relu', 'ReluGrad'],
    operation: relu,
    f: (x) => Math.max(x, 0),
    slope: (x) => (x > 0 ? 1 : 0),
  },
  {
    name: 'rsqrt',
    kernels: ['Rsqrt', 'Pow'],
    operation: tf.rsqrt,
    f: (x) => 1 / Math.sqrt(x),
    slope: (x) => -0.5 * x ** -1.5,
    from: [0.01, 40],
  },
  {
    name: 'sqrt',
    kernels: ['Sqrt'],
    operation: tf.sqrt,
    f: Math.sqrt,
    slope: (x) => 0.5 / Math.sqrt(x),
    from: [0.01, 40],
  },
  { name: 'square', kernels: ['Square'], operation: tf.square, f: (x) => x * x, slope: (x) => 2 * x },
];

type Binary = {
  name: string;
  kernels: string[];
  operation: (a: tf.Tensor, b: tf.Tensor) => tf.Tensor;
  f: (a: number, b: number) => number;
  slopes: [(a: number, b: number) => number, (a: number, b: number) => number];
  from?: [number, number];
  alike?: true;
};

/** `alike`: TensorFlow.js has its gradient only where both sides have the same shape. */
const binary: Binary[] = [
  { name: 'add', kernels: ['Add'], operation: tf.add, f: (a, b) => a + b, slopes: [() => 1, () => 1] },
  { name: 'sub', kernels: ['Sub'], operation: tf.sub, f: (a, b) => a - b, slopes: [() => 1, () => -1] },
  { name: 'mul', kernels: ['Multiply'], operation: tf.mul, f: (a, b) => a * b, slopes: [(_, b) => b, (a) => a] },
  {
    name: 'div',
    kernels: ['RealDiv'],
    operation: tf.div,
    f: (a, b) => a / b,
    slopes: [(_, b) => 1 / b, (a, b) => -a / b ** 2],
    from: [0.2, 3],
  },
  {
    name: 'maximum',
    kernels: ['Maximum', 'GreaterEqual'],
    operation: tf.maximum,
    f: Math.max,
    slopes: [(a, b) => (a >= b ? 1 : 0), (a, b) => (a < b ? 1 : 0)],
    alike: true,
  },
  {
    name: 'minimum',
    kernels: ['Minimum', 'LessEqual'],
    operation: tf.minimum,
    f: Math.min,
    slopes: [(a, b) => (a <= b ? 1 : 0), (a, b) => (a > b ? 1 : 0)],
    alike: true,
  },
];

/** Vectors over matrices and images, columns, scalars, both sides repeated. */
const pairs: [number[], number[]][] = [
  [[2, 3, 5], [5]],
  [[1000, 17], [17]],
  [[4], [4]],
  [[3, 1], [4]],
  [[3, 4], []],
  [[], [3, 4]],
  [
    [3, 4],
    [3, 1],
  ],
  [[4], [3, 4]],
  [[2, 5, 3, 4], [4]],
  [
    [2, 3, 3, 5],
    [2, 3, 3, 5],
  ],
  [[], []],
];

const comparisons: [string, (a: tf.Tensor, b: tf.Tensor) => tf.Tensor, (a: number, b: number) => boolean][] = [
  ['Equal', tf.equal, (a, b) => a === b],
  ['Greater', tf.greater, (a, b) => a > b],
  ['GreaterEqual', tf.greaterEqual, (a, b) => a >= b],
  ['Less', tf.less, (a, b) => a < b],
  ['LessEqual', tf.lessEqual, (a, b) => a <= b],
];

export const elementwise: Operation[] = [
  ...unary.flatMap(({ name, kernels, operation, f, slope, from }) =>
    [[], [7], [3, 5], [9, 7, 11], [2, 5, 5, 3]].map((shape): Operation => ({
      name: `${name} of [${shape}]`,
      kernels,
      compare: () => {
        const [x, dy] = [numbers(shape, 1, from), slowTensor(shape, 2)];
        return compareWithGradients(operation, [x], dy, {
          y: map(x, f),
          gradients: [zip(dy, map(x, slope), (dy, slope) => dy * slope)],
        });
      },
    })),
  ),
  ...binary.flatMap(({ name, kernels, operation, f, slopes, from, alike }) =>
    pairs.map(([aShape, bShape]): Operation => {
      const differentiable = !alike || `${aShape}` === `${bShape}`;
      return {
        name: `${name} of [${aShape}] and [${bShape}]`,
        kernels: differentiable ? kernels : kernels.slice(0, 1),
        compare: () => {
          const [a, b] = [numbers(aShape, 1, from), numbers(bShape, 2, from)];
          const y = zip(a, b, f);
          if (!differentiable) return [{ what: 'y', computed: operation(fast(a), fast(b)), expected: y }];
          const dy = slowTensor(y.shape, 3);
          const gradients = [a, b].map(({ shape }, i) =>
            sumTo(
              zip(dy, zip(a, b, slopes[i]!), (dy, slope) => dy * slope),
              shape,
            ),
          );
          return compareWithGradients(operation as never, [a, b], dy, { y, gradients });
        },
      };
    }),
  ),
  ...comparisons.flatMap(([kernel, operation, holds]) =>
    (['float32', 'int32'] as const).map((dtype): Operation => ({
      name: `${kernel} of ${dtype}`,
      kernels: [kernel],
      compare: () =>
        [
          [
            [6, 4],
            [6, 4],
          ],
          [[6, 1], []],
          [[8], [8]],
        ].map(([aShape, bShape]) => {
          const [a, b] = [whole(aShape!, 1), whole(bShape!, 2)];
          return {
            what: `[${aShape}] and [${bShape}]`,
            computed: operation(fast(a, dtype), fast(b, dtype)),
            expected: zip(a, b, (a, b) => Number(holds(a, b))),
            tolerance: 0,
          };
        }),
    })),
  ),
  {
    name: 'what is NaN is told from what is not',
    kernels: ['IsNan'],
    compare: () => {
      const x: Slow = { shape: [5], values: [1, NaN, Infinity, -Infinity, 0] };
      return [
        {
          what: 'y',
          computed: tf.isNaN(fast(x)),
          expected: map(x, (value) => Number(Number.isNaN(value))),
          tolerance: 0,
        },
      ];
    },
  },
  {
    name: 'pow',
    kernels: ['Pow'],
    compare: () =>
      [1.5, 2, 0.5, -0.5].map((exponent) => {
        const x = numbers([7, 3], 1, [0.01, 9]);
        return {
          what: `to the ${exponent}`,
          computed: tf.pow(fast(x), exponent),
          expected: map(x, (value) => value ** exponent),
        };
      }),
  },
  {
    name: 'step',
    kernels: ['Step'],
    compare: () =>
      [0, -1].map((alpha) => {
        const x = whole([4, 5], 1);
        return {
          what: `alpha ${alpha}`,
          computed: tf.step(fast(x), alpha),
          expected: map(x, (value) => (value > 0 ? 1 : alpha)),
          tolerance: 0,
        };
      }),
  },
  {
    name: 'select',
    kernels: ['Select', 'LogicalAnd'],
    compare: () => {
      const [a, b] = [slowTensor([4, 5], 1), slowTensor([4, 5], 2)];
      const chosen = tf.where(tf.logicalAnd(tf.greater(fast(a), 0), tf.lessEqual(fast(b), 0.5)), fast(a), fast(b));
      return [
        { what: 'y', computed: chosen, expected: zip(a, b, (a, b) => (a > 0 && b <= 0.5 ? a : b)), tolerance: 0 },
      ];
    },
  },
  {
    name: 'relu at 0, −0 and just above',
    kernels: ['Relu', 'ReluGrad'],
    compare: () => {
      const [x, dy] = [
        { shape: [5], values: [-2, -0, 0, 1e-30, 3] },
        { shape: [5], values: [10, 20, 30, 40, 50] },
      ];
      return compareWithGradients(
        relu,
        [x],
        dy,
        {
          y: { shape: [5], values: [0, 0, 0, Math.fround(1e-30), 3] },
          gradients: [{ shape: [5], values: [0, 0, 0, 40, 50] }],
        },
        0,
      );
    },
  },
  ...[
    [4, 3],
    [1, 1],
    [2, 3, 5, 7],
    [64, 10],
    [64, 28, 28, 4],
  ].map((shape): Operation => ({
    name: `bias of [${shape}]`,
    kernels: ['AddBias', 'AddBiasGrad'],
    compare: () => {
      const [x, bias, dy] = [slowTensor(shape, 1), slowTensor(shape.slice(-1), 2), slowTensor(shape, 3)];
      const y = zip(x, broadcast(bias, shape), (x, b) => x + b);
      return compareWithGradients(addBias as never, [x, bias], dy, { y, gradients: [dy, sumTo(dy, bias.shape)] });
    },
  })),
  {
    name: 'casts',
    kernels: ['Cast'],
    compare: () => {
      const x: Slow = { shape: [6], values: [-2.5, -1, 0, 0.5, 1, 3.75] };
      const truth: Slow = { shape: [3], values: [1, 0, 1] };
      return [
        {
          what: 'float32 to int32',
          computed: tf.cast(fast(x), 'int32'),
          expected: map(x, (value) => Math.trunc(value) + 0),
          tolerance: 0,
        },
        {
          what: 'int32 to float32',
          computed: tf.cast(fast(map(x, Math.trunc), 'int32'), 'float32'),
          expected: map(x, (value) => Math.trunc(value) + 0),
          tolerance: 0,
        },
        { what: 'bool to float32', computed: tf.cast(fast(truth, 'bool'), 'float32'), expected: truth, tolerance: 0 },
      ];
    },
  },
  {
    name: 'fills',
    kernels: ['ZerosLike', 'OnesLike', 'Fill'],
    compare: () => [
      {
        what: 'zeros',
        computed: tf.zerosLike(tf.ones([3, 2])),
        expected: broadcast({ shape: [], values: [0] }, [3, 2]),
        tolerance: 0,
      },
      {
        what: 'ones',
        computed: tf.onesLike(tf.zeros([3, 2])),
        expected: broadcast({ shape: [], values: [1] }, [3, 2]),
        tolerance: 0,
      },
      {
        what: 'a number',
        computed: tf.fill([2, 2], 0.5),
        expected: broadcast({ shape: [], values: [0.5] }, [2, 2]),
        tolerance: 0,
      },
    ],
  },
];

/** Small whole numbers, so that many are equal. */
function whole(shape: number[], seed: number): Slow {
  return map(slowTensor(shape, seed), (value) => Math.round(value * 2) + 0);
}
