import * as tf from '@tensorflow/tfjs-core';
import {
  avgPool,
  avgPoolGradient,
  map,
  maxPool,
  maxPoolGradient,
  pooledShape,
  slowTensor,
} from '../../engines/slow.ts';
import { compareWithGradients, type Operation } from './operation.ts';

/** [x, window, strides, padding]; tfjs-node has no padding that is given as a number. */
const cases: [number[], [number, number], [number, number], 'same' | 'valid'][] = [
  [[2, 4, 4, 3], [2, 2], [2, 2], 'same'],
  [[2, 5, 7, 5], [2, 2], [2, 2], 'same'],
  [[1, 5, 7, 4], [2, 2], [2, 2], 'valid'],
  [[1, 5, 7, 4], [2, 2], [2, 2], 'same'], // as before but for the padding, in one process
  [[1, 1, 1, 1], [2, 2], [2, 2], 'same'],
  [[3, 7, 6, 9], [3, 3], [2, 2], 'same'],
  [[1, 6, 6, 8], [3, 2], [1, 1], 'valid'],
  [[2, 7, 10, 6], [1, 1], [2, 2], 'valid'],
  [[2, 4, 6, 8], [4, 6], [1, 1], 'valid'],
  [[64, 7, 7, 16], [2, 2], [2, 2], 'same'],
];

export const poolings: Operation[] = cases.flatMap(([shape, window, strides, pad]) => {
  const yShape = pooledShape(shape, window, strides, pad);
  const dy = slowTensor(yShape, 2);
  const of = `of [${shape}], window ${window}, strides ${strides}, padding ${pad}`;
  return [
    {
      name: `maxPool ${of}, with many ties`,
      kernels: ['MaxPool', 'MaxPoolGrad'],
      compare: () => {
        // + 0: a maximum of 0 and −0 may be either.
        const x = map(slowTensor(shape, 1), (value) => Math.round(value * 3) + 0);
        const pool = (x: tf.Tensor) => tf.maxPool(x as tf.Tensor4D, window, strides, pad);
        const expected = {
          y: { shape: yShape, values: maxPool(x, window, strides, pad) },
          gradients: [maxPoolGradient(x, dy, window, strides, pad)],
        };
        return compareWithGradients(pool, [x], dy, expected);
      },
    },
    {
      name: `avgPool ${of}`,
      kernels: ['AvgPool', 'AvgPoolGrad'],
      compare: () => {
        const x = slowTensor(shape, 1);
        const pool = (x: tf.Tensor) => tf.avgPool(x as tf.Tensor4D, window, strides, pad);
        const expected = {
          y: { shape: yShape, values: avgPool(x, window, strides, pad) },
          gradients: [avgPoolGradient(x, dy, window, strides, pad)],
        };
        return compareWithGradients(pool, [x], dy, expected);
      },
    },
  ];
});
