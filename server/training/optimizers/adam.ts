import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Tensors } from '../engine.ts';
import type { Optimizer, OptimizerScalars, OptimizerStructure } from './optimizer.ts';
import { decayedGradient } from './weight-decay.ts';

/** Kingma and Ba, "Adam: A Method for Stochastic Optimization", ICLR 2015, algorithm 1. */
export function adam(structure: OptimizerStructure): Optimizer {
  return {
    slots: ['mean', 'square'],
    update: (parameter, scalars) => {
      const { direction, slots } = adamDirection(
        decayedGradient(parameter, scalars, structure),
        parameter.slots,
        scalars,
      );
      return { weight: tf.sub(parameter.weight, tf.mul(scalars.learningRate, direction)), slots };
    },
  };
}

/**
 * m ← β₁m + (1 − β₁)g, v ← β₂v + (1 − β₂)g²; direction = m̂/(√v̂ + ε) with m̂ = m/(1 − β₁ᵗ⁺¹), v̂ = v/(1 − β₂ᵗ⁺¹).
 */
export function adamDirection(
  gradient: Tensor,
  slots: Tensors,
  scalars: OptimizerScalars,
): { direction: Tensor; slots: Tensors } {
  const mean = average(slots.mean!, gradient, scalars.beta1);
  const square = average(slots.square!, tf.square(gradient), scalars.beta2);
  const root = tf.sqrt(tf.div(square, scalars.correction2));
  return {
    direction: tf.div(tf.div(mean, scalars.correction1), tf.add(root, scalars.adamEpsilon)),
    slots: { mean, square },
  };
}

function average(old: Tensor, value: Tensor, rate: Tensor): Tensor {
  return tf.add(tf.mul(rate, old), tf.mul(tf.sub(1, rate), value));
}
