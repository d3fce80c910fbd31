import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { nativeKernel } from './native-kernel.ts';

/**
 * y = x + b along the last axis; the gradient of b is the sum over all the others.
 *
 * An engine may have kernels `AddBias` ({x, bias} → y) and `AddBiasGrad` ({dy} → db): a library that knows an addition
 * to be a bias makes it part of the convolution or matrix product before it, and has a faster sum for its gradient.
 *
 * Example: x = [[1, 2], [3, 4]], b = [10, 20]: y = [[11, 22], [13, 24]]; dy = 1 everywhere: db = [2, 2].
 *
 * @param x […, C]
 * @param bias [C]
 */
export function addBias<T extends Tensor>(x: T, bias: Tensor): T {
  const withGradient = tf.customGrad((x, bias) => ({
    value: forward(x as Tensor, bias as Tensor),
    gradFunc: (dy) => [dy as Tensor, biasGradient(dy as Tensor)],
  }));
  return withGradient(x, bias) as T;
}

function forward(x: Tensor, bias: Tensor): Tensor {
  const native = nativeKernel('AddBias');
  return native ? native({ x, bias })[0]! : tf.add(x, bias);
}

function biasGradient(dy: Tensor): Tensor {
  const native = nativeKernel('AddBiasGrad');
  return native
    ? native({ dy })[0]!
    : tf.sum(
        dy,
        dy.shape.slice(1).map((_, axis) => axis),
      );
}
