import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';

/**
 * Euclidean norm of all elements; scalar. For measuring only: its gradient at 0 is not finite.
 *
 * Not `tf.norm`, which takes absolute values and raises them to the power of 2. That is slower. Besides, TensorFlow's
 * graph optimiser turns the power into a square, whose last bit may differ: a compiled step would not repeat the bits
 * of an uncompiled one.
 */
export function norm(x: Tensor): Tensor {
  return tf.sqrt(tf.sum(tf.square(x)));
}
