import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';

/**
 * û = u / max(‖u‖, 1e−12) for every row.
 *
 * The bound is put on the squared norm, under the root: the derivative of a root is infinite at 0, and a row of zeros
 * would turn its gradient into NaN.
 *
 * @param rows [n, d]
 * @returns [n, d]
 */
export function unit(rows: Tensor): Tensor {
  const squared = tf.sum(tf.square(rows), 1, true); // [n, 1]
  return tf.mul(rows, tf.rsqrt(tf.maximum(squared, 1e-24))); // [n, d]
}
