import * as tf from '@tensorflow/tfjs-core';
import { broadcast, matMul, slowTensor, type Slow } from '../../engines/slow.ts';
import { compareWithGradients, fast, type Operation } from './operation.ts';

const transposed = [
  [false, false],
  [false, true],
  [true, false],
  [true, true],
] as const;
/** [M, K, N] */
const sizes = [
  [1, 1, 1],
  [3, 5, 2],
  [64, 130, 10],
  [7, 1, 9],
  [1, 33, 64],
  [10, 64, 8],
  [65, 37, 33],
] as const;
const batches: [number[], number[]][] = [
  [
    [2, 3],
    [2, 3],
  ],
  [
    [2, 1],
    [1, 3],
  ],
  [[4], [1]],
  [[5], [5]],
];

export const matMuls: Operation[] = transposed.flatMap(([transposeA, transposeB]) => [
  ...sizes.map(([m, k, n]) => multiplication([], [], m, k, n, transposeA, transposeB)),
  ...batches.map(([a, b]) => multiplication(a, b, 4, 5, 6, transposeA, transposeB)),
]);

function multiplication(
  batchA: number[],
  batchB: number[],
  m: number,
  k: number,
  n: number,
  transposeA: boolean,
  transposeB: boolean,
): Operation {
  const aShape = [...batchA, ...(transposeA ? [k, m] : [m, k])];
  const bShape = [...batchB, ...(transposeB ? [n, k] : [k, n])];
  return {
    name: `matMul of [${aShape}]${transposeA ? ' transposed' : ''} and [${bShape}]${transposeB ? ' transposed' : ''}`,
    kernels: ['BatchMatMul'],
    ...(`${batchA}` === `${batchB}` ? {} : { unused: true }),
    compare: () => {
      const batch = batchA.map((side, d) => Math.max(side, batchB[d]!));
      const [a, b, dy] = [slowTensor(aShape, 1), slowTensor(bShape, 2), slowTensor([...batch, m, n], 3)];
      const wideA = broadcast(a, [...batch, ...aShape.slice(-2)]);
      const wideB = broadcast(b, [...batch, ...bShape.slice(-2)]);
      const y: Slow = { shape: dy.shape, values: [] };
      const [da, db]: [Slow, Slow] = [
        { shape: wideA.shape, values: [] },
        { shape: wideB.shape, values: [] },
      ];
      for (let i = 0; i < dy.values.length / (m * n); i++) {
        const aAt = (row: number, l: number) => wideA.values[i * m * k + (transposeA ? l * m + row : row * k + l)]!;
        const bAt = (l: number, column: number) =>
          wideB.values[i * k * n + (transposeB ? column * k + l : l * n + column)]!;
        const dyAt = (row: number, column: number) => dy.values[i * m * n + row * n + column]!;
        y.values.push(...matMul(m, k, n, aAt, bAt));
        da.values.push(
          ...(transposeA ? matMul(k, n, m, bAt, (j, row) => dyAt(row, j)) : matMul(m, n, k, dyAt, (j, l) => bAt(l, j))),
        );
        db.values.push(
          ...(transposeB
            ? matMul(n, m, k, (j, row) => dyAt(row, j), aAt)
            : matMul(k, m, n, (l, row) => aAt(row, l), dyAt)),
        );
      }
      const multiply = (a: tf.Tensor, b: tf.Tensor) => tf.matMul(a, b, transposeA, transposeB);
      // TensorFlow.js has no gradient with respect to a batch that is repeated.
      if (`${batchA}` !== `${batchB}`) return [{ what: 'y', computed: multiply(fast(a), fast(b)), expected: y }];
      return compareWithGradients(multiply as never, [a, b], dy, { y, gradients: [da, db] });
    },
  };
}
