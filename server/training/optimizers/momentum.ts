import * as tf from '@tensorflow/tfjs-core';
import type { Optimizer, OptimizerStructure } from './optimizer.ts';
import { decayedGradient } from './weight-decay.ts';

/**
 * v ← μ·v + g,  w ← w − η·v; with Nesterov w ← w − η·(g + μ·v).
 * The form of Sutskever et al. 2013 as PyTorch writes it: the learning rate is outside the velocity.
 */
export function momentum(structure: OptimizerStructure): Optimizer {
  return {
    slots: ['velocity'],
    update: (parameter, scalars) => {
      const gradient = decayedGradient(parameter, scalars, structure);
      const velocity = tf.add(tf.mul(scalars.momentum, parameter.slots.velocity!), gradient);
      const direction = structure.nesterov ? tf.add(gradient, tf.mul(scalars.momentum, velocity)) : velocity;
      return { weight: tf.sub(parameter.weight, tf.mul(scalars.learningRate, direction)), slots: { velocity } };
    },
  };
}
