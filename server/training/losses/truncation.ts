import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Truncation } from '../../sweep/settings.ts';
import { intraClassMean, type IntraClass } from './intra-class.ts';

type Rule = (intra: IntraClass, oneHot: Tensor, epsilon: Tensor) => Tensor;

/** max(0, L2 − ε) on the batch scalar. */
const batch: Rule = (intra, _oneHot, epsilon) => tf.relu(tf.sub(intraClassMean(intra), epsilon));

/** mean_i max(0, d_i − ε). */
const sample: Rule = ({ distances, seen }, _oneHot, epsilon) =>
  intraClassMean({ distances: tf.relu(tf.sub(distances, epsilon)), seen });

/** Mean over the classes present of max(0, mean_{i∈k} d_i − ε). */
const byClass: Rule = ({ distances, seen }, oneHot, epsilon) => {
  const members = tf.mul(oneHot, tf.expandDims(seen, 1)); // [B, C]
  const n = tf.sum(members, 0); // [C]
  const sums = tf.sum(tf.mul(members, tf.expandDims(distances, 1)), 0); // [C]
  const live = tf.relu(tf.sub(tf.div(sums, tf.maximum(n, 1)), epsilon)); // [C]
  const present = tf.cast(tf.greater(n, 0), 'float32'); // [C]
  return tf.div(tf.sum(tf.mul(present, live)), tf.maximum(tf.sum(present), 1));
};

/** L2 − ε, for comparison: the gradient does not know ε. */
const none: Rule = (intra, _oneHot, epsilon) => tf.sub(intraClassMean(intra), epsilon);

const rules: Record<Truncation, Rule> = { batch, sample, class: byClass, none };

/**
 * Trunc(L2 − ε): stops pulling a class together once it is within ε. The test is strict, so the gradient at L2 = ε is 0
 * (the derivative of relu at 0).
 *
 * As an angle, ε = 0.01 is 8°, 0.02 is 11°, 0.05 is 18°, 0.1 is 26°, 0.2 is 37°.
 *
 * @param oneHot labels, [B, C]
 * @param epsilon scalar ≥ 0, in the unit of the distance
 * @returns scalar
 */
export function truncate(intra: IntraClass, oneHot: Tensor, epsilon: Tensor, rule: Truncation): Tensor {
  return rules[rule](intra, oneHot, epsilon);
}
