import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { WebgpuBackend } from './backend.ts';
import { runElementShader, runKernel } from './kernel.ts';

/** Terms that one thread adds up: few enough that a large matrix keeps a GPU's threads busy. */
const STRETCH = 64;

export interface ColumnSums {
  /** Tells the terms from others. */
  key: string;
  rows: number;
  columns: number;
  inputs: Record<string, TensorInfo>;
  /** In WGSL: the term of `row` and `column`; `at` is row · columns + column. */
  term: string;
  /** True where the mean of the terms is wanted instead. */
  mean?: boolean;
}

/**
 * Sums over the rows of a matrix whose numbers are computed on the way: [columns]. The sums are taken in two steps,
 * each in an order that shapes alone decide. Atomic additions would take one step, but in whatever order threads come
 * along.
 */
export function columnSums(
  backend: WebgpuBackend,
  { key, rows, columns, inputs, term, mean = false }: ColumnSums,
): TensorInfo {
  const stretches = Math.ceil(rows / STRETCH);
  const partial = runElementShader(backend, {
    key: `column sums ${key} ${mean}`,
    outputShape: [columns, stretches],
    inputs,
    integers: { rows, columns, stretches },
    // Neighbouring threads take neighbouring columns, which lie together in memory.
    before: 'let column = index % uniforms.columns; let stretch = index / uniforms.columns;',
    target: 'column * uniforms.stretches + stretch',
    value: `
      let first = stretch * ${STRETCH};
      var sum = 0.0;
      for (var row = first; row < min(first + ${STRETCH}, uniforms.rows); row++) {
        let at = row * uniforms.columns + column;
        sum += ${term};
      }
      return sum${mean ? ' / f32(uniforms.rows)' : ''};`,
  });
  if (stretches === 1) return { ...partial, shape: [columns] };
  const sums = runKernel(backend, 'Sum', { x: partial }, { axis: [1], keepDims: false });
  backend.disposeData(partial.dataId);
  return sums;
}
