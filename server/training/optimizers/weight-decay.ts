import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { OptimizerScalars, OptimizerStructure, ParameterUpdate } from './optimizer.ts';

/** g + λ·w, the gradient of the loss with λ/2·‖w‖² added: weight decay of sgd, momentum and adam. */
export function decayedGradient(
  { weight, gradient, decays }: ParameterUpdate,
  scalars: OptimizerScalars,
  structure: OptimizerStructure,
): Tensor {
  return structure.decay && decays ? tf.add(gradient, tf.mul(scalars.weightDecay, weight)) : gradient;
}
