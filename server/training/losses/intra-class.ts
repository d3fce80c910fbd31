import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Distance } from '../../sweep/settings.ts';
import type { Centers } from './centers.ts';
import { unit } from './unit.ts';

/** Distances of a batch to the centers of their own classes. */
export interface IntraClass {
  /** d_i, [B]; meaningless where `seen` is 0. */
  distances: Tensor;
  /** 1 where the sample's class has a center, [B]. A class never seen leaves both the sum and the denominator. */
  seen: Tensor;
}

type DistanceRule = (features: Tensor, own: Tensor) => Tensor;

/** d = 1 − f̂ · ĉ, in [0, 2]; equal to ½‖f̂ − ĉ‖². */
const cosine: DistanceRule = (features, own) => tf.sub(1, cosineToOwn(features, own));

/** d = acos(f̂ · ĉ). The cosine is kept off ±1, where the slope of acos is infinite. */
const angle: DistanceRule = (features, own) =>
  tf.acos(tf.clipByValue(cosineToOwn(features, own), -(1 - 1e-7), 1 - 1e-7));

/** d = ½‖f − c‖² on raw features and raw centers: the center loss of Wen et al. 2016. */
const euclidean: DistanceRule = (features, own) => tf.mul(0.5, tf.sum(tf.square(tf.sub(features, own)), 1));

const rules: Record<Distance, DistanceRule> = { cosine, angle, euclidean };

/**
 * How far each sample is from its intra-class center; the centers are constants here.
 *
 * @param features f, [B, d], raw
 * @param oneHot labels, [B, C]
 */
export function intraClass(features: Tensor, oneHot: Tensor, centers: Centers, distance: Distance): IntraClass {
  const own = tf.matMul(oneHot as tf.Tensor2D, centers.center as tf.Tensor2D); // [B, d]
  const hasCenter = tf.cast(tf.greater(centers.count, 0), 'float32'); // [C]
  const seen = tf.sum(tf.mul(oneHot, hasCenter), 1); // [B]
  return { distances: rules[distance](features, own), seen };
}

/**
 * L2 = mean of d_i over the samples whose class has a center; 0 if there are none.
 *
 * @returns scalar
 */
export function intraClassMean({ distances, seen }: IntraClass): Tensor {
  return tf.div(tf.sum(tf.mul(seen, distances)), tf.maximum(tf.sum(seen), 1));
}

/** f̂_i · ĉ_{y_i}, [B]. */
function cosineToOwn(features: Tensor, own: Tensor): Tensor {
  return tf.sum(tf.mul(unit(features), unit(own)), 1);
}
