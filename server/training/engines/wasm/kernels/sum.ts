import { backend_util, util, type KernelConfig, type KernelFunc, type TensorInfo } from '@tensorflow/tfjs-core';
import { assembledFunctions } from '../assembled/module.ts';
import { addressOf, wasmKernel, zeros, type WasmCall } from '../heap.ts';
import { inStretches } from '../stretches.ts';

interface Attributes {
  axis: number | number[] | null;
  keepDims: boolean;
}

/**
 * Sums over the leading dimensions, as the gradient of a bias takes them, in one pass. The shipped kernel transposes
 * first. Other sums are left to it.
 */
export function sum(shipped: KernelFunc): KernelConfig {
  return wasmKernel<Attributes>('Sum', (call: WasmCall<Attributes>) => {
    const {
      backend,
      attrs: { axis, keepDims },
    } = call;
    const { x } = call.inputs as { x: TensorInfo };
    const axes = util.parseAxisParam(axis!, x.shape);
    const kept = x.shape.slice(axes.length);
    const points = util.sizeFromShape(x.shape.slice(0, axes.length));
    const channels = util.sizeFromShape(kept);
    const leading = axes.every((value, i) => value === i) && axes.length > 0 && kept.length > 0;
    if (!leading || x.dtype !== 'float32' || points < 1 || channels < 1) return shipped(call as never);

    const out = zeros(backend, kept);
    const [from, to] = [addressOf(backend, x), addressOf(backend, out)];
    const { addSums } = assembledFunctions(backend);
    inStretches(points, channels, (first, count) => addSums(from + 4 * first * channels, to, count, channels));
    return keepDims ? { ...out, shape: backend_util.expandShapeToKeepDim(kept, axes) } : out;
  });
}
