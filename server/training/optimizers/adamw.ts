import * as tf from '@tensorflow/tfjs-core';
import { adamDirection } from './adam.ts';
import type { Optimizer, OptimizerStructure } from './optimizer.ts';

/**
 * Adam with decoupled weight decay: w ← w − η·(direction + λ·w).
 * Loshchilov and Hutter, "Decoupled Weight Decay Regularization", ICLR 2019, algorithm 2, as PyTorch scales it.
 */
export function adamw(structure: OptimizerStructure): Optimizer {
  return {
    slots: ['mean', 'square'],
    update: ({ weight, gradient, slots, decays }, scalars) => {
      const adam = adamDirection(gradient, slots, scalars);
      const direction =
        structure.decay && decays ? tf.add(adam.direction, tf.mul(scalars.weightDecay, weight)) : adam.direction;
      return { weight: tf.sub(weight, tf.mul(scalars.learningRate, direction)), slots: adam.slots };
    },
  };
}
