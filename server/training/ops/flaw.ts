import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';

/**
 * 0 where every element of these tensors is finite, NaN where one is not; scalar.
 *
 * Not every engine carries NaN through relu and pooling (a maximum may drop it, and one of integers drops those with a
 * minus sign), so that a network with a broken weight can have a finite loss.
 */
export function flaw(tensors: Tensor[]): Tensor {
  const sum = tf.sum(tf.stack(tensors.map((tensor) => tf.sum(tensor)))); // not finite where an element is not
  // 0 · ∞ and 0 · NaN are NaN. A zero that is computed: a plain one TensorFlow's graph optimiser would take for the
  // product.
  return tf.mul(sum, tf.cast(tf.less(tf.square(sum), 0), 'float32'));
}
