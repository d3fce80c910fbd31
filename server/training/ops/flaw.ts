import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';

/**
 * 0 where every element of these tensors is finite, NaN where one is not; scalar.
 *
 * Not every engine carries NaN through relu and pooling: a maximum may drop it, and a maximum of integers drops NaN
 * with a minus sign. So a network with a broken weight can have a finite loss, and this value shows the break.
 */
export function flaw(tensors: Tensor[]): Tensor {
  const sum = tf.sum(tf.stack(tensors.map((tensor) => tf.sum(tensor)))); // not finite where an element is not
  // 0 · ∞ and 0 · NaN are NaN. The zero is computed: TensorFlow's graph optimiser would replace a product with a
  // constant zero by that zero.
  return tf.mul(sum, tf.cast(tf.less(tf.square(sum), 0), 'float32'));
}
