import * as tf from '@tensorflow/tfjs-core';
import { conv2d, conv2dGradients, slowTensor } from '../../engines/slow.ts';
import { compareWithGradients, fast, type Operation } from './operation.ts';

type Pair = [number, number];

/** [x, filter, strides, padding]; tfjs-node has no padding that is given as a number. */
const cases: [number[], number[], Pair, 'same' | 'valid'][] = [
  [[2, 5, 5, 3], [3, 3, 3, 4], [1, 1], 'same'],
  [[1, 1, 1, 1], [1, 1, 1, 1], [1, 1], 'valid'],
  [[1, 4, 7, 1], [3, 3, 1, 16], [1, 1], 'same'],
  [[3, 6, 5, 4], [1, 1, 4, 9], [1, 1], 'same'],
  [[3, 6, 5, 16], [1, 1, 16, 9], [2, 2], 'same'],
  [[2, 8, 8, 16], [3, 3, 16, 8], [2, 2], 'same'],
  [[2, 8, 8, 16], [3, 3, 16, 8], [2, 2], 'valid'], // as before but for the padding, in one process
  [[2, 7, 9, 5], [3, 3, 5, 7], [2, 2], 'same'],
  [[2, 7, 9, 5], [3, 3, 5, 7], [2, 2], 'valid'],
  [[2, 8, 8, 2], [3, 3, 2, 3], [2, 2], 'valid'], // the last row and column reach no window
  [[1, 9, 9, 2], [5, 3, 2, 3], [1, 2], 'same'],
  [[1, 9, 10, 2], [2, 2, 2, 3], [3, 3], 'valid'], // pixels between the windows have no gradient
  [[1, 3, 3, 2], [5, 5, 2, 3], [1, 1], 'same'],
  [[2, 20, 70, 3], [3, 3, 3, 18], [1, 1], 'same'],
  [[64, 7, 7, 3], [3, 3, 3, 16], [1, 1], 'same'],
  [[4, 9, 9, 32], [3, 3, 32, 64], [1, 1], 'same'],
  // Even sides and at least 8 channels, where an engine may save multiplications.
  [[2, 8, 8, 16], [3, 3, 16, 8], [1, 1], 'same'],
  [[3, 6, 10, 9], [3, 3, 9, 13], [1, 1], 'same'],
  [[1, 2, 2, 8], [3, 3, 8, 8], [1, 1], 'same'],
  [[2, 6, 8, 12], [3, 3, 12, 10], [1, 1], 'valid'],
  [[2, 5, 8, 8], [3, 3, 8, 9], [1, 1], 'same'],
  [[2, 16, 16, 16], [3, 3, 16, 24], [1, 1], 'same'],
];

/** [x, filter, padding, dilations]; TensorFlow.js has no gradient of a dilated convolution. */
const dilated: [number[], number[], 'same' | 'valid', Pair][] = [
  [[2, 9, 9, 3], [3, 3, 3, 5], 'same', [2, 2]],
  [[1, 8, 11, 2], [3, 2, 2, 3], 'valid', [1, 3]],
];

export const convolutions: Operation[] = [
  ...cases.map(([xShape, filterShape, strides, pad]) => ({
    name: `conv2d of [${xShape}] with [${filterShape}], strides ${strides}, padding ${pad}`,
    kernels: ['Conv2D', 'Conv2DBackpropInput', 'Conv2DBackpropFilter'],
    compare: () => {
      const [x, filter] = [slowTensor(xShape, 1), slowTensor(filterShape, 2)];
      const y = conv2d(x, filter, strides, pad);
      const dy = slowTensor(y.shape, 3);
      const { dx, dFilter } = conv2dGradients(x, filter, dy, strides, pad);
      const convolve = (x: tf.Tensor, filter: tf.Tensor) =>
        tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, strides, pad);
      return compareWithGradients(convolve as never, [x, filter], dy, { y, gradients: [dx, dFilter] });
    },
  })),
  ...dilated.map(([xShape, filterShape, pad, dilations]) => ({
    name: `conv2d of [${xShape}] with [${filterShape}], padding ${pad}, dilations ${dilations}`,
    kernels: ['Conv2D'],
    compare: () => {
      const [x, filter] = [slowTensor(xShape, 1), slowTensor(filterShape, 2)];
      const convolved = tf.conv2d(fast(x) as tf.Tensor4D, fast(filter) as tf.Tensor4D, 1, pad, 'NHWC', dilations);
      return [{ what: 'y', computed: convolved, expected: conv2d(x, filter, [1, 1], pad, dilations) }];
    },
  })),
];
