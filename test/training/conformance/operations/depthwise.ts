import * as tf from '@tensorflow/tfjs-core';
import { conv2d, conv2dGradients, slowTensor, type Slow } from '../../engines/slow.ts';
import { compareWithGradients, type Operation } from './operation.ts';

/** [x, filter, stride, padding] */
const cases: [number[], [number, number, number, number], number, 'same' | 'valid'][] = [
  [[2, 5, 5, 3], [3, 3, 3, 1], 1, 'same'],
  [[1, 1, 1, 1], [3, 3, 1, 1], 1, 'same'],
  [[3, 6, 5, 4], [1, 1, 4, 2], 1, 'valid'],
  [[2, 7, 9, 5], [3, 3, 5, 2], 2, 'same'],
  [[2, 8, 8, 16], [3, 3, 16, 1], 2, 'same'],
  [[2, 8, 8, 16], [3, 3, 16, 1], 2, 'valid'], // as before but for the padding, in one process
  [[1, 9, 10, 2], [2, 2, 2, 3], 3, 'valid'], // pixels between the windows have no gradient
  [[1, 3, 3, 2], [5, 5, 2, 1], 1, 'same'],
  [[16, 14, 14, 8], [3, 3, 8, 1], 1, 'same'],
];

export const depthwiseConvolutions: Operation[] = cases.map(([xShape, filterShape, stride, pad]) => ({
  name: `depthwiseConv2d of [${xShape}] with [${filterShape}], stride ${stride}, padding ${pad}`,
  kernels: ['DepthwiseConv2dNative', 'DepthwiseConv2dNativeBackpropInput', 'DepthwiseConv2dNativeBackpropFilter'],
  compare: () => {
    const [x, filter] = [slowTensor(xShape, 1), slowTensor(filterShape, 2)];
    const whole = toWhole(filter);
    const y = conv2d(x, whole, [stride, stride], pad);
    const dy = slowTensor(y.shape, 3);
    const { dx, dFilter } = conv2dGradients(x, whole, dy, [stride, stride], pad);
    const convolve = (x: tf.Tensor, filter: tf.Tensor) =>
      tf.depthwiseConv2d(x as tf.Tensor4D, filter as tf.Tensor4D, stride, pad);
    return compareWithGradients(convolve as never, [x, filter], dy, { y, gradients: [dx, fromWhole(dFilter, filter)] });
  },
}));

/** The filter of an ordinary convolution that does the same: 0 between a channel and the filters of another one. */
function toWhole({ shape: [h, w, channels, multiplier], values }: Slow): Slow {
  const depth = channels! * multiplier!;
  const shape = [h!, w!, channels!, depth];
  const own = (c: number, d: number): boolean => Math.floor(d / multiplier!) === c;
  return {
    shape,
    values: Array.from({ length: h! * w! * channels! * depth }, (_, flat) => {
      const [tap, c, d] = [Math.floor(flat / (channels! * depth)), Math.floor(flat / depth) % channels!, flat % depth];
      return own(c, d) ? values[(tap * channels! + c) * multiplier! + (d % multiplier!)]! : 0;
    }),
  };
}

/** What of such a filter's gradient belongs to the depthwise one. */
function fromWhole({ values }: Slow, { shape }: Slow): Slow {
  const [, , channels, multiplier] = shape as [number, number, number, number];
  const depth = channels * multiplier;
  return {
    shape,
    values: Array.from({ length: shape.reduce((a, b) => a * b) }, (_, flat) => {
      const [tap, c, m] = [Math.floor(flat / depth), Math.floor(flat / multiplier) % channels, flat % multiplier];
      return values[(tap * channels + c) * depth + c * multiplier + m]!;
    }),
  };
}
