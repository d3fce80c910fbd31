import { util, type KernelConfig, type KernelFunc, type TensorInfo } from '@tensorflow/tfjs-core';
import { assembledFunctions } from '../assembled/module.ts';
import { addressOf, wasmKernel, type WasmCall } from '../heap.ts';
import { inStretches } from '../stretches.ts';

/**
 * Adds a bias to every point of [… , C], in a third of the shipped kernel's time. Other sums are left to the shipped
 * kernel.
 */
export function add(shipped: KernelFunc): KernelConfig {
  return wasmKernel('Add', (call: WasmCall) => {
    const { backend } = call;
    const { a, b } = call.inputs as { a: TensorInfo; b: TensorInfo };
    const channels = b.shape[0]!;
    const isBias = b.shape.length === 1 && a.shape.length > 1 && a.shape.at(-1) === channels;
    const points = util.sizeFromShape(a.shape) / channels;
    if (!isBias || a.dtype !== 'float32' || b.dtype !== 'float32' || !(points >= 1)) return shipped(call as never);

    const out = backend.makeOutput(a.shape, 'float32');
    const [from, bias, to] = [addressOf(backend, a), addressOf(backend, b), addressOf(backend, out)];
    const { shift } = assembledFunctions(backend);
    inStretches(points, channels, (first, count) =>
      shift(from + 4 * first * channels, bias, to + 4 * first * channels, count, channels),
    );
    return out;
  });
}
