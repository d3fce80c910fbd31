import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Tensors } from '../engine.ts';

/** Scales all gradients by min(1, c/‖g‖), ‖g‖ the norm over all of them together (Pascanu et al. 2013). */
export function clipByNorm(gradients: Tensors, clipNorm: Tensor): Tensors {
  const squares = Object.values(gradients).map((gradient) => tf.sum(tf.square(gradient)));
  // One sum over all squares: in a chain of additions TensorFlow's graph optimiser would change the order, and with it
  // the bits.
  const norm = tf.sqrt(tf.sum(tf.stack(squares)));
  // The small number keeps a gradient of zero from dividing by zero.
  const scale = tf.minimum(1, tf.div(clipNorm, tf.add(norm, 1e-12)));
  return Object.fromEntries(Object.entries(gradients).map(([name, gradient]) => [name, tf.mul(scale, gradient)]));
}
