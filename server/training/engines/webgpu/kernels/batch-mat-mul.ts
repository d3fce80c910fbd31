import { util, type KernelConfig, type KernelFunc } from '@tensorflow/tfjs-core';
import { webgpuKernel, type WebgpuCall } from '../kernel.ts';
import { tiledProduct } from '../tiled-product.ts';

interface Attributes {
  transposeA: boolean;
  transposeB: boolean;
}

/**
 * The product of two matrices, cut up along its depth where it has few results. Products of several pairs are left to
 * the shipped kernel.
 */
export function batchMatMul(shipped: KernelFunc): KernelConfig {
  return webgpuKernel<Attributes>('BatchMatMul', (call: WebgpuCall<Attributes>) => {
    const {
      inputs,
      backend,
      attrs: { transposeA, transposeB },
    } = call;
    const [a, b] = [inputs.a!, inputs.b!];
    const isPair =
      [a, b].every(({ shape }) => util.sizeFromShape(shape.slice(0, -2)) === 1) &&
      util.sizeFromShape([...a.shape, ...b.shape]) > 0;
    if (!isPair || a.dtype !== 'float32' || b.dtype !== 'float32') return shipped(call as never);
    const [aRows, aColumns, bRows, bColumns] = [...a.shape.slice(-2), ...b.shape.slice(-2)] as [
      number,
      number,
      number,
      number,
    ];
    const [rows, depth, columns] = [
      transposeA ? aColumns : aRows,
      transposeA ? aRows : aColumns,
      transposeB ? bRows : bColumns,
    ];
    return tiledProduct(backend, {
      key: `matrices ${transposeA} ${transposeB}`,
      rows,
      columns,
      depth,
      inputs: { a, b },
      outputShape: [...(a.shape.length > b.shape.length ? a : b).shape.slice(0, -2), rows, columns],
      // f32(): a matrix that was cast may still lie in memory as the integers that it was.
      factors: `
        fn left(row : i32, k : i32) -> f32 {
          return f32(a[${transposeA ? `k * ${rows} + row` : `row * ${depth} + k`}]);
        }
        fn right(k : i32, column : i32) -> f32 {
          return f32(b[${transposeB ? `column * ${depth} + k` : `k * ${columns} + column`}]);
        }`,
    });
  });
}
