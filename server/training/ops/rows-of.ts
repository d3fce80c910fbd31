import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { nativeKernel } from './native-kernel.ts';

/**
 * Rows of x by their numbers, which must be rows of it; has no gradient.
 *
 * An engine may have a kernel `RowsOf` ({x, indices} → rows) where `tf.gather` would look at the numbers on the host,
 * which a step that is compiled may not.
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
