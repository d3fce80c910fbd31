import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { softmaxCrossEntropy } from '../ops/softmax-cross-entropy.ts';
import { unit } from './unit.ts';

/**
 * Softmax cross-entropy of logits, averaged over the batch:
 *
 *     L = −mean_i log softmax(z_i)[y_i]
 *
 * With two classes, logits (0, 0) give ln 2 = 0.6931.
 *
 * @param logits z, [B, C]
 * @param oneHot one-hot rows of the labels y, [B, C]; a product with them replaces `gather`, whose gradient uses
 * atomics on some engines
 * @returns scalar
 */
export function crossEntropy(logits: Tensor, oneHot: Tensor): Tensor {
  return tf.mean(softmaxCrossEntropy(logits, oneHot));
}

/**
 * Logits of the linear head, f Wᵀ + b.
 *
 * @param features [B, d]
 * @param weights [C, d]
 * @param bias [C]
 * @returns [B, C]
 */
export function linearLogits(features: Tensor, weights: Tensor, bias: Tensor): Tensor {
  return tf.add(tf.matMul(features as tf.Tensor2D, weights as tf.Tensor2D, false, true), bias);
}

/**
 * cos(f_i, w_j) of every sample and class.
 *
 * @param features [B, d]
 * @param weights [C, d]
 * @returns [B, C], in [−1, 1]
 */
export function cosines(features: Tensor, weights: Tensor): Tensor {
  return tf.matMul(unit(features) as tf.Tensor2D, unit(weights) as tf.Tensor2D, false, true);
}
