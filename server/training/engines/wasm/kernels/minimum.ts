import type { KernelConfig, KernelFunc } from '@tensorflow/tfjs-core';
import { pairwise } from '../pairwise.ts';

/**
 * The smaller of two numbers; NaN wins, as in TensorFlow. The shipped kernel loses a NaN on the right. Types other than
 * float32 are left to it.
 */
export function minimum(shipped: KernelFunc): KernelConfig {
  return pairwise('Minimum', Math.min, shipped);
}
