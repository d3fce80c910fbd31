import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { nativeKernel } from './native-kernel.ts';

/**
 * Rows of x by their numbers, each from 0 to N − 1. There is no gradient.
 *
 * An engine has a kernel `RowsOf` ({x, indices} → rows) where its `tf.gather` would read the numbers on the host: a
 * compiled step may not do that.
 *
 * Example: x = [[1, 2], [3, 4]], indices = [1, 1, 0]: [[3, 4], [3, 4], [1, 2]].
 *
 * @param x [N, …]
 * @param indices [B] int32
 * @returns [B, …]
 */
export function rowsOf(x: Tensor, indices: Tensor): Tensor {
  const native = nativeKernel('RowsOf');
  return native ? native({ x, indices })[0]! : tf.gather(x, indices as tf.Tensor1D);
}
