import type { KernelConfig, KernelFunc, TensorInfo } from '@tensorflow/tfjs-core';
import { floats, wasmKernel, type WasmCall } from '../heap.ts';

interface Attributes {
  clipValueMin: number;
  clipValueMax: number;
}

/**
 * Values clipped to two bounds; NaN stays NaN. The shipped kernel turns NaN into the lower bound, so that a loss that
 * diverged looks finite.
 */
export function clipByValue(shipped: KernelFunc): KernelConfig {
  return wasmKernel<Attributes>('ClipByValue', (call: WasmCall<Attributes>) => {
    const {
      backend,
      attrs: { clipValueMin, clipValueMax },
    } = call;
    const { x } = call.inputs as { x: TensorInfo };
    if (x.dtype !== 'float32') return shipped(call as never);
    const out = backend.makeOutput(x.shape, 'float32');
    const [from, to] = [floats(backend, x), floats(backend, out)];
    for (let i = 0; i < from.length; i++) to[i] = Math.min(Math.max(from[i]!, clipValueMin), clipValueMax);
    return out;
  });
}
