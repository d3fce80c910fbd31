import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { cosines, crossEntropy } from './cross-entropy.ts';

/**
 * The inter-class term, AM-Softmax. It pushes classes apart: a sample's cosine to the weight of its own class has to be
 * larger than those to the others by a margin.
 *
 *     L1 = mean_i CE( s·(cos(f_i, w_j) − m·[j = y_i]) , y_i )
 *
 * Features and weights are normalised on the fly and gradients flow through the normalisation; no bias, no arc cosine.
 *
 * With C = 10, s = 30, m = 0.35 and all cosines 0: L1 = ln(e^{−10.5} + 9) + 10.5 = 12.70.
 *
 * Source: Wang, Cheng, Liu, Liu, "Additive Margin Softmax for Face Verification", IEEE Signal Processing Letters 25(7),
 * 2018, eq. 6.
 *
 * @param features f, [B, d]
 * @param weights W, [C, d]
 * @param oneHot labels, [B, C]
 * @param s scale, scalar > 0
 * @param m margin, scalar ≥ 0
 * @returns scalar
 */
export function amSoftmax(features: Tensor, weights: Tensor, oneHot: Tensor, s: Tensor, m: Tensor): Tensor {
  const withMargin = tf.sub(cosines(features, weights), tf.mul(m, oneHot)); // [B, C]
  return crossEntropy(tf.mul(s, withMargin), oneHot);
}
