import type { TensorInfo } from '@tensorflow/tfjs-core';
import { floats, wasmKernel, type Call } from '../heap.ts';

interface Attributes {
  clipValueMin: number;
  clipValueMax: number;
}

/** Values between two bounds; NaN stays. The shipped kernel makes the lower bound of it, and a loss that diverged looks finite. */
export const clipByValue = wasmKernel<Attributes>('ClipByValue', ({ inputs, backend, attrs }: Call<Attributes>) => {
  const { x } = inputs as { x: TensorInfo };
  const out = backend.makeOutput(x.shape, 'float32');
  const [from, to] = [floats(backend, x), floats(backend, out)];
  for (let i = 0; i < from.length; i++) to[i] = Math.min(Math.max(from[i]!, attrs.clipValueMin), attrs.clipValueMax);
  return out;
});
