import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Tensors } from './engine.ts';
import './gradients.ts';

/**
 * A scalar function's value and its gradient with respect to every tensor of `at`; all of them must enter the function.
 */
export function differentiate(f: (at: Tensors) => Tensor, at: Tensors): { value: Tensor; gradients: Tensors } {
  const names = Object.keys(at);
  const { value, grads } = tf.valueAndGrads((...tensors: Tensor[]) => f(named(names, tensors)) as tf.Scalar)(
    names.map((name) => at[name]!),
  );
  return { value, gradients: named(names, grads) };
}

/**
 * The gradient of a loss with respect to `weights`, for a loss that is known only by its gradient at the features.
 * `forward` runs once. `gradientAt` gets the features and gives dLoss/dFeatures, of the same shape. That gradient is
 * then carried back through the network (a vector-Jacobian product).
 *
 * Tensors that `forward` and `gradientAt` give to the outside must be passed through `tf.keep`.
 */
export function backpropagate(
  weights: Tensors,
  forward: (weights: Tensors) => Tensor,
  gradientAt: (features: Tensor) => Tensor,
): Tensors {
  // TensorFlow.js wants the upstream gradient before the forward pass. So the forward pass ends in a surrogate of value
  // 0. Its custom gradient is computed only on the way back, when the features are known, so that nothing runs twice.
  const names = Object.keys(weights);
  if (names.length === 0) {
    gradientAt(forward({})); // there is nothing to carry it back to
    return {};
  }
  const surrogate = tf.customGrad((features, save) => {
    (save as (tensors: Tensor[]) => void)([features as Tensor]);
    return {
      value: tf.scalar(0),
      gradFunc: (_dy: Tensor, saved: Tensor[]) => onATapeOfItsOwn(() => gradientAt(saved[0]!)),
    };
  });
  const gradients = tf.grads((...tensors: Tensor[]) => surrogate(forward(named(names, tensors))))(
    names.map((name) => weights[name]!),
  );
  return named(names, gradients);
}

/**
 * TensorFlow.js has one tape. A derivative that is taken on another derivative's way back would start the tape anew and
 * clear it. The outer derivative still has tensors on the tape to dispose, and would fail. So the outer tape is laid
 * aside meanwhile.
 */
function onATapeOfItsOwn<T>(derivative: () => T): T {
  const { state } = tf.engine();
  const outer = state.activeTape;
  const result = derivative();
  state.activeTape = outer;
  return result;
}

function named(names: string[], tensors: Tensor[]): Tensors {
  return Object.fromEntries(names.map((name, i) => [name, tensors[i]!]));
}
