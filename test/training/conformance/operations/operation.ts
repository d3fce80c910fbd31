import * as tf from '@tensorflow/tfjs-core';
import { slowTensor, type Slow } from '../../engines/slow.ts';

/** One use of an operation, with what float64 gives for it. */
export interface Operation {
  name: string;
  /** The kernels that it holds to account: it must call those of them that the engine has. */
  kernels: string[];
  /** No network uses it: an engine that leaves it to TensorFlow.js is not held to it. */
  unused?: true;
  /** Runs on the engine that is open, in a scope of its own. */
  compare(): Comparison[];
}

export interface Comparison {
  what: string;
  computed: tf.Tensor;
  expected: Slow;
  /** Largest difference as a share of the largest expected value; 0 where every bit counts. Default `TOLERANCE`. */
  tolerance?: number;
}

/** Sums of up to some thousand float32 products, in whatever order an engine adds them. */
export const TOLERANCE = 1e-5;

export function fast({ shape, values }: Slow, dtype: tf.NumericDataType | 'bool' = 'float32'): tf.Tensor {
  return tf.tensor(values, shape, dtype);
}

/** Numbers from `low` to `high`. */
export function numbers(shape: number[], seed: number, [low, high]: [number, number] = [-1, 1]): Slow {
  const { values } = slowTensor(shape, seed);
  return { shape, values: values.map((value) => Math.fround(low + ((value + 1) / 2) * (high - low))) };
}

type Differentiable = (...inputs: tf.Tensor[]) => tf.Tensor;

/** What an operation gives, and its gradient with respect to each input. */
export function compareWithGradients(
  operation: Differentiable,
  inputs: Slow[],
  dy: Slow,
  expected: { y: Slow; gradients: Slow[] },
  tolerance?: number,
): Comparison[] {
  const y = operation(...inputs.map((input) => fast(input)));
  const gradients = tf.grads(operation)(
    inputs.map((input) => fast(input)),
    fast(dy),
  );
  const within = tolerance === undefined ? {} : { tolerance };
  return [
    { what: 'y', computed: y, expected: expected.y, ...within },
    ...gradients.map((computed, i) => ({
      what: `gradient of input ${i}`,
      computed,
      expected: expected.gradients[i]!,
      ...within,
    })),
  ];
}
