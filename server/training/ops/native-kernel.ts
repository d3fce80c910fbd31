import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';

/** Runs one kernel of the active engine. Its outputs belong to the scope of the caller, like those of any operation. */
type Kernel = (inputs: Record<string, Tensor>, attributes?: Record<string, number>) => Tensor[];

/**
 * A kernel that TensorFlow.js itself does not know. An engine registers it under this name where its library does the
 * work of several operations at once. Null where the active engine has none: the caller then composes it.
 */
export function nativeKernel(name: string): Kernel | null {
  if (!tf.getKernel(name, tf.getBackend())) return null;
  return (inputs, attributes = {}) => {
    const result = tf.engine().runKernel(name, inputs, attributes) as Tensor | Tensor[];
    return Array.isArray(result) ? result : [result];
  };
}
