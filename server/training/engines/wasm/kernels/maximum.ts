import type { KernelConfig, KernelFunc } from '@tensorflow/tfjs-core';
import { pairwise } from '../pairwise.ts';

/**
 * The larger of two numbers; NaN wins, as in TensorFlow. The shipped kernel loses a NaN on the right. Types other than
 * float32 are left to it.
 */
export function maximum(shipped: KernelFunc): KernelConfig {
  return pairwise('Maximum', Math.max, shipped);
}
