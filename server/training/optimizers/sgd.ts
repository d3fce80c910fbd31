import * as tf from '@tensorflow/tfjs-core';
import type { Optimizer, OptimizerStructure } from './optimizer.ts';
import { decayedGradient } from './weight-decay.ts';

/** w ← w − η·g */
export function sgd(structure: OptimizerStructure): Optimizer {
  return {
    slots: [],
    update: (parameter, scalars) => {
      const gradient = decayedGradient(parameter, scalars, structure);
      return { weight: tf.sub(parameter.weight, tf.mul(scalars.learningRate, gradient)), slots: {} };
    },
  };
}
