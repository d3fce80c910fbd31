import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { nativeKernel } from './native-kernel.ts';

/**
 * relu(x) = max(x, 0), any shape; its gradient passes where the output is positive and is 0 elsewhere (0 at x = 0).
 *
 * The gradient that TensorFlow.js brings is a comparison, a cast and a product over the whole activation; an engine
 * with a kernel `ReluGrad` ({dy, y} → dx) does it in one pass. Both give the same bits for finite gradients.
 */
export function relu<T extends Tensor>(x: T): T {
  const withGradient = tf.customGrad((input, save) => {
    const y = tf.relu(input as Tensor);
    (save as (tensors: Tensor[]) => void)([y]);
    return { value: y, gradFunc: (dy, [y]) => reluGradient(dy as Tensor, y!) };
  });
  return withGradient(x) as T;
}

function reluGradient(dy: Tensor, y: Tensor): Tensor {
  const native = nativeKernel('ReluGrad');
  if (native) return native({ dy, y })[0]!;
  return tf.mul(dy, tf.step(y));
}
