import type { TensorInfo } from '@tensorflow/tfjs-core';
import { reshaped, wasmKernel, type WasmCall } from '../heap.ts';

/**
 * The same values as another tensor. The shipped kernel copies them, and it is called often: the tape clones every
 * tensor that a gradient will need. Values never change, so sharing them is enough.
 */
export const identity = wasmKernel('Identity', ({ inputs, backend }: WasmCall) => {
  const { x } = inputs as { x: TensorInfo };
  return reshaped(backend, x, x.shape);
});
