import { backend_util, util, type KernelConfig, type KernelFunc } from '@tensorflow/tfjs-core';
import { columnSums } from '../column-sums.ts';
import { webgpuKernel, type WebgpuCall } from '../kernel.ts';

interface Attributes {
  axis: number | number[] | null;
  keepDims: boolean;
}

/**
 * Sums over the leading dimensions, as the gradient of a bias takes them. The shipped kernel transposes first. Other
 * sums are left to it.
 */
export function sum(shipped: KernelFunc): KernelConfig {
  return webgpuKernel<Attributes>('Sum', (call: WebgpuCall<Attributes>) => {
    const {
      backend,
      attrs: { axis, keepDims },
    } = call;
    const x = call.inputs.x!;
    const axes = util.parseAxisParam(axis!, x.shape);
    const kept = x.shape.slice(axes.length);
    const [rows, columns] = [util.sizeFromShape(x.shape.slice(0, axes.length)), util.sizeFromShape(kept)];
    const leading = axes.every((value, i) => value === i) && axes.length > 0 && kept.length > 0;
    if (!leading || x.dtype !== 'float32' || rows < 1 || columns < 1) return shipped(call as never);
    // f32(): a tensor that was cast may still lie in memory as the integers that it was.
    const sums = columnSums(backend, { key: 'of any x', rows, columns, inputs: { x }, term: 'f32(x[at])' });
    return { ...sums, shape: keepDims ? backend_util.expandShapeToKeepDim(kept, axes) : kept };
  });
}
