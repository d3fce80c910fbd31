import * as tf from '@tensorflow/tfjs-core';
import { map, size, slowTensor, type Slow } from '../../engines/slow.ts';
import { compareWithGradients, fast, type Operation } from './operation.ts';

const tiles: [number[], number[]][] = [
  [[3], [4]],
  [
    [2, 3],
    [1, 4],
  ],
  [
    [2, 3],
    [5, 1],
  ],
  [
    [1, 1, 6],
    [7, 3, 1],
  ],
  [
    [4, 1],
    [1, 16],
  ],
  [
    [2, 1, 3],
    [2, 2, 2],
  ],
];

/** What moves values without changing them: every bit counts. */
export const arrangements: Operation[] = [
  ...tiles.map(([shape, reps]): Operation => ({
    name: `tile of [${shape}] by ${reps}`,
    kernels: ['Tile'],
    compare: () => {
      const x = slowTensor(shape, 1);
      const whole = map(x, (value) => Math.trunc(3 * value) + 0);
      return [
        { what: 'float32', computed: tf.tile(fast(x), reps), expected: slowTile(x, reps), tolerance: 0 },
        { what: 'int32', computed: tf.tile(fast(whole, 'int32'), reps), expected: slowTile(whole, reps), tolerance: 0 },
      ];
    },
  })),
  {
    name: 'reshape, a dimension more, a clone',
    kernels: ['Reshape', 'ExpandDims', 'Identity'],
    compare: () => {
      const [x, dy] = [slowTensor([2, 3, 4], 1), slowTensor([6, 4], 2)];
      return [
        ...compareWithGradients(
          (x) => tf.reshape(x, [-1, 4]),
          [x],
          dy,
          { y: { ...x, shape: [6, 4] }, gradients: [{ ...dy, shape: [2, 3, 4] }] },
          0,
        ),
        {
          what: 'a dimension more',
          computed: tf.expandDims(fast(x), 1),
          expected: { ...x, shape: [2, 1, 3, 4] },
          tolerance: 0,
        },
        { what: 'a clone', computed: tf.clone(fast(x)), expected: x, tolerance: 0 },
      ];
    },
  },
  {
    name: 'oneHot',
    kernels: ['OneHot'],
    compare: () =>
      [
        [[0, 2, 1, 2], 3],
        [[1], 2],
        [[9, 0, 4], 10],
      ].map(([labels, depth]) => {
        const [rows, classes] = [labels as number[], depth as number];
        const expected = rows.flatMap((label) => Array.from({ length: classes }, (_, k) => Number(k === label)));
        return {
          what: `${rows} of ${classes}`,
          computed: tf.oneHot(tf.tensor1d(rows, 'int32'), classes),
          expected: { shape: [rows.length, classes], values: expected },
          tolerance: 0,
        };
      }),
  },
  {
    name: 'scalars stacked, vectors joined',
    kernels: ['Pack', 'Concat'],
    compare: () => {
      const parts = [1, 2, 3, 4, 5].map((seed) => slowTensor([7], seed));
      const values = parts.flatMap((part) => part.values);
      return [
        {
          what: 'scalars',
          computed: tf.stack(values.map((value) => tf.scalar(value))),
          expected: { shape: [35], values },
          tolerance: 0,
        },
        {
          what: 'vectors',
          computed: tf.concat(parts.map((part) => fast(part) as tf.Tensor1D)),
          expected: { shape: [35], values },
          tolerance: 0,
        },
      ];
    },
  },
];

function slowTile(x: Slow, reps: number[]): Slow {
  const shape = x.shape.map((side, d) => side * reps[d]!);
  const values = Array.from({ length: size(shape) }, (_, flat) => {
    let [rest, from, stride] = [flat, 0, 1];
    for (let d = shape.length - 1; d >= 0; d--) {
      from += ((rest % shape[d]!) % x.shape[d]!) * stride;
      rest = Math.floor(rest / shape[d]!);
      stride *= x.shape[d]!;
    }
    return x.values[from]!;
  });
  return { shape, values };
}
