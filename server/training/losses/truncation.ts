import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Truncation } from '../../sweep/settings.ts';
import { intraClassMean, type IntraClass } from './intra-class.ts';

/** The values that a truncation tests against ε, and which of them count (1) at all. Both have the same shape. */
interface Tested {
  values: Tensor;
  counts: Tensor;
}

interface Rule {
  tested(intra: IntraClass, oneHot: Tensor): Tested;
  /** @param live the tested values, truncated */
  average(live: Tensor, counts: Tensor): Tensor;
}

/** mean_i max(0, d_i − ε). */
const sample: Rule = {
  tested: ({ distances, seen }) => ({ values: distances, counts: seen }), // [B]
  average: (live, seen) => intraClassMean({ distances: live, seen }),
};

/** Mean over the classes present of max(0, mean_{i∈k} d_i − ε). */
const byClass: Rule = {
  tested: ({ distances, seen }, oneHot) => {
    const members = tf.mul(oneHot, tf.expandDims(seen, 1)); // [B, C]
    const n = tf.sum(members, 0); // [C]
    const sums = tf.sum(tf.mul(members, tf.expandDims(distances, 1)), 0); // [C]
    return { values: tf.div(sums, tf.maximum(n, 1)), counts: tf.cast(tf.greater(n, 0), 'float32') };
  },
  average: (live, present) => tf.div(tf.sum(tf.mul(present, live)), tf.maximum(tf.sum(present), 1)),
};

/** The truncations that test parts of a batch; the others test L2 alone. */
const rules: Record<'sample' | 'class', Rule> = { sample, class: byClass };

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
  if (rule === 'batch' || rule === 'none') return truncateMean(intraClassMean(intra), epsilon, rule).value;
  const { tested, average } = rules[rule];
  const { values, counts } = tested(intra, oneHot);
  return average(tf.relu(tf.sub(values, epsilon)), counts);
}

/**
 * The same for the truncations that test L2 alone: `batch`, max(0, L2 − ε); and, for comparison, `none`, L2 − ε. Where
 * the test passes, the gradient is that of L2, so it need not be taken a second time.
 *
 * @param mean L2, scalar
 * @returns scalars: the truncated term, and 1 where it is live, else 0
 */
export function truncateMean(mean: Tensor, epsilon: Tensor, rule: 'batch' | 'none'): { value: Tensor; live: Tensor } {
  const above = tf.sub(mean, epsilon);
  return rule === 'none'
    ? { value: above, live: tf.scalar(1) }
    : { value: tf.relu(above), live: tf.cast(tf.greater(above, 0), 'float32') };
}

/**
 * How many of a truncation's tests come out differently for two ε. While none does, both ε have the same gradient,
 * because ε enters the gradient only through the tests. The tests here are those of the gradient of `relu`, float32
 * against float32.
 *
 * @returns scalar, a whole number; NaN is never apart, since such a run ends here anyway
 */
export function testsApart(
  intra: IntraClass,
  oneHot: Tensor,
  one: Tensor,
  other: Tensor,
  rule: 'sample' | 'class',
): Tensor {
  const { values, counts } = rules[rule].tested(intra, oneHot);
  const passes = (epsilon: Tensor): Tensor => tf.cast(tf.greater(tf.sub(values, epsilon), 0), 'float32');
  return tf.sum(tf.mul(counts, tf.abs(tf.sub(passes(one), passes(other)))));
}
