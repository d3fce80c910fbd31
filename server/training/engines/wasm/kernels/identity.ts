import type { TensorInfo } from '@tensorflow/tfjs-core';
import { reshaped, wasmKernel, type Call } from '../heap.ts';

/**
 * The same values as another tensor. The shipped kernel copies them, and the tape clones every tensor that a gradient
 * will want back; values never change, so sharing them is enough.
 */
export const identity = wasmKernel('Identity', ({ inputs, backend }: Call) => {
  const { x } = inputs as { x: TensorInfo };
  return reshaped(backend, x, x.shape);
});
