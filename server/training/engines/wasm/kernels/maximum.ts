import type { KernelConfig, KernelFunc } from '@tensorflow/tfjs-core';
import { pairwise } from '../pairwise.ts';

/**
 * The larger of two numbers; NaN wins, as in TensorFlow. The shipped kernel, to which other types are left, loses one
 * on the right.
 */
export function maximum(shipped: KernelFunc): KernelConfig {
  return pairwise('Maximum', Math.max, shipped);
}
