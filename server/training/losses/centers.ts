import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { CenterUpdate } from '../../sweep/settings.ts';

/** Intra-class centers and what they are made of. A class with count 0 was never seen and has no center. */
export interface Centers {
  /** S_k: sum of the features of class k in all batches, [C, d]. */
  sum: Tensor;
  /** M_k: number of those features, [C]. */
  count: Tensor;
  /** c_k, [C, d]. */
  center: Tensor;
}

/** What one batch says about the classes. */
interface BatchOfClasses {
  /** Σ f of the batch's samples of class k, [C, d]. */
  sum: Tensor;
  /** n_k, [C, 1]. */
  n: Tensor;
  /** mean_k, [C, d]; 0 where n_k = 0. */
  mean: Tensor;
  /** 1 for a class that has no center yet, [C, 1]. */
  firstSight: Tensor;
}

type Rule = (old: Centers, batch: BatchOfClasses, rate: Tensor) => Tensor;

/** c_k = S_k / M_k: the mean of everything seen; the most literal reading of "cumulatively update". */
const cumulative: Rule = (old, batch) => {
  const count = tf.add(tf.expandDims(old.count, 1), batch.n); // [C, 1]
  return tf.div(tf.add(old.sum, batch.sum), tf.maximum(count, 1)); // [C, d]
};

/** c_k ← (1 − ρ) c_k + ρ·mean_k; at first sight c_k = mean_k. */
const ema: Rule = (old, batch, rate) => {
  const moved = tf.add(tf.mul(tf.sub(1, rate), old.center), tf.mul(rate, batch.mean)); // [C, d]
  return choose(batch.firstSight, batch.mean, moved);
};

/**
 * c_k ← c_k − η·(n_k c_k − Σ f)/(1 + n_k); at first sight c_k = mean_k.
 * Wen, Zhang, Li, Qiao, "A Discriminative Feature Learning Approach for Deep Face Recognition", ECCV 2016, eq. 4.
 */
const wen: Rule = (old, batch, rate) => {
  const difference = tf.div(tf.sub(tf.mul(batch.n, old.center), batch.sum), tf.add(batch.n, 1)); // [C, d]
  return choose(batch.firstSight, batch.mean, tf.sub(old.center, tf.mul(rate, difference)));
};

/** c_k = mean_k: no memory. */
const batchMean: Rule = (_old, batch) => batch.mean;

const rules: Record<CenterUpdate, Rule> = { cumulative, ema, wen, batch: batchMean };

/**
 * The centers after a batch. Only classes that the batch holds move; no gradient flows into centers.
 *
 * @param old centers before the batch
 * @param features [B, d], unit rows for `centerSpace: unit`, as they are for `raw`
 * @param oneHot labels, [B, C]
 * @param rate ρ of `ema`, η of `wen`; scalar
 * @returns the new centers, shapes as before
 */
export function updateCenters(
  old: Centers,
  features: Tensor,
  oneHot: Tensor,
  rule: CenterUpdate,
  rate: Tensor,
): Centers {
  const n = tf.sum(oneHot, 0); // [C]
  const column = tf.expandDims(n, 1); // [C, 1]
  const sum = tf.matMul(oneHot as tf.Tensor2D, features as tf.Tensor2D, true, false); // [C, d]
  const batch: BatchOfClasses = {
    sum,
    n: column,
    mean: tf.div(sum, tf.maximum(column, 1)),
    firstSight: tf.cast(tf.equal(tf.expandDims(old.count, 1), 0), 'float32'),
  };
  const present = tf.cast(tf.greater(column, 0), 'float32'); // [C, 1]
  return {
    sum: tf.add(old.sum, sum),
    count: tf.add(old.count, n),
    center: choose(present, rules[rule](old, batch, rate), old.center),
  };
}

/**
 * `yes` where the mask is 1, `no` where it is 0. Both are finite here, so a sum of products is safe. It broadcasts,
 * which `tf.where` does not.
 */
function choose(mask: Tensor, yes: Tensor, no: Tensor): Tensor {
  return tf.add(tf.mul(mask, yes), tf.mul(tf.sub(1, mask), no));
}
