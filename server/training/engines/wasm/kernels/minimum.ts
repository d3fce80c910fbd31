import type { KernelConfig, KernelFunc } from '@tensorflow/tfjs-core';
import { pairwise } from '../pairwise.ts';

/**
 * The smaller of two numbers; NaN wins, as in TensorFlow. The shipped kernel, to which other types are left, loses one
 * on the right.
 */
export function minimum(shipped: KernelFunc): KernelConfig {
  return pairwise('Minimum', Math.min, shipped);
}
