import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { LossSettings, Truncation } from '../../sweep/settings.ts';
import { differentiate } from '../differentiate.ts';
import type { Tensors } from '../engine.ts';
import { norm } from '../ops/norm.ts';
import { amSoftmax } from './am-softmax.ts';
import { updateCenters, type Centers } from './centers.ts';
import { cosines, crossEntropy, linearLogits } from './cross-entropy.ts';
import { intraClass, intraClassMean, type IntraClass } from './intra-class.ts';
import { testsApart, truncate, truncateMean } from './truncation.ts';
import { unit } from './unit.ts';

/** Options of the loss that decide which operations there are; everything numeric is a scalar argument instead. */
export type LossOptions = Pick<
  LossSettings,
  'truncation' | 'distance' | 'centerUpdate' | 'centerSpace' | 'centerOrder' | 'crossEntropyHead'
>;

/**
 * Which terms the total has. A term whose weight is zero is left out of the graph: 0 × ∞ would be NaN. Terms left out
 * are still measured, with their gradient norms, beside the total.
 */
export interface TermsInForce {
  interClass: boolean;
  /** True from batch N on, where β > 0. */
  intraClass: boolean;
  crossEntropy: boolean;
}

/** α, β in force, γ, ε, s, m and centerRate as scalars. */
export type LossScalars = Record<'alpha' | 'beta' | 'gamma' | 'epsilon' | 's' | 'm' | 'centerRate', Tensor>;

export interface CombinedLoss {
  /** Scalars: L_CE, L1, L2 and the total; Trunc(L2 − ε) only where the intra-class term is in force. */
  terms: { crossEntropy: Tensor; interClass: Tensor; intraClass: Tensor; truncated: Tensor | null; total: Tensor };
  /** Norms of the terms' unweighted gradients with respect to the features; scalars. */
  gradientNorms: { crossEntropy: Tensor; interClass: Tensor; intraClass: Tensor };
  /** Gradients of the total: features [B, d], weights [C, d], bias [C]. */
  gradients: { features: Tensor; weights: Tensor; bias: Tensor };
  /** Centers after the batch. */
  centers: Centers;
  /** The same batch with each of the further ε, in their order; empty where the intra-class term is not in force. */
  others: OtherEpsilon[];
}

/**
 * The same batch with another ε. While `apart` is 0, the gradient is the same as with the first ε, bit for bit, and so
 * is the trained state.
 */
export interface OtherEpsilon {
  /** Scalars. */
  truncated: Tensor;
  total: Tensor;
  /** How many of the truncation's tests come out differently than with the first ε. */
  apart: Tensor;
}

/**
 * The combined cosine-space loss and its gradients at the head's inputs:
 *
 *     Loss = α·L1 + β(t)·Trunc(L2 − ε) + γ·L_CE
 *
 * L1 (AM-Softmax) pushes classes apart, L2 pulls a class around its center, L_CE is cross-entropy. Structure of
 * CN113052261A (Southeast University, 2021), steps S2 and S21 to S23; what its text leaves open are the options.
 *
 * @param features f, [B, d]
 * @param weights W of the last linear layer, [C, d], shared by L1 and the linear cross-entropy head
 * @param bias b, [C]
 * @param oneHot labels, [B, C]
 * @param centers before the batch
 * @param furtherEpsilons scalars: ε of runs that are the same computation as this one until their tests come out
 * differently
 */
export function combinedLoss(
  features: Tensor,
  weights: Tensor,
  bias: Tensor,
  oneHot: Tensor,
  centers: Centers,
  scalars: LossScalars,
  options: LossOptions,
  inForce: TermsInForce,
  furtherEpsilons: readonly Tensor[] = [],
): CombinedLoss {
  // S21: the features of this batch give the centers of the classes present, before and after the switch batch alike.
  const inCenterSpace = options.centerSpace === 'unit' ? unit(features) : features; // [B, d]
  const updated = updateCenters(centers, inCenterSpace, oneHot, options.centerUpdate, scalars.centerRate);
  const around = options.centerOrder === 'updateThenLoss' ? updated : centers;

  const linear = options.crossEntropyHead === 'linear';
  const ce = differentiate(
    (at) =>
      crossEntropy(
        linear
          ? linearLogits(at.features!, at.weights!, at.bias!)
          : tf.mul(scalars.s, cosines(at.features!, at.weights!)),
        oneHot,
      ),
    linear ? { features, weights, bias } : { features, weights },
  );
  const inter = differentiate((at) => amSoftmax(at.features!, at.weights!, oneHot, scalars.s, scalars.m), {
    features,
    weights,
  });
  const distancesAt = (features: Tensor): IntraClass => intraClass(features, oneHot, around, options.distance);
  const intra = differentiate((at) => intraClassMean(distancesAt(at.features!)), { features });

  // S22: β is piecewise in the batch number. Before N the truncated term and ε are nowhere in the graph.
  const truncated = inForce.intraClass
    ? truncatedTerm(intra, distancesAt, features, oneHot, scalars.epsilon, options.truncation)
    : null;

  // S23: the truncated intra-class term joins the total, whose gradient starts the backward pass.
  const always: Weighted[] = [];
  if (inForce.crossEntropy) always.push({ weight: scalars.gamma, ...ce });
  if (inForce.interClass) always.push({ weight: scalars.alpha, ...inter });
  const weighted = truncated ? [...always, { weight: scalars.beta, ...truncated }] : always;
  const others = !truncated
    ? []
    : furtherEpsilons.map((epsilon) => {
        const { value, apart } = otherTerm(
          intra.value,
          distancesAt,
          features,
          oneHot,
          scalars.epsilon,
          epsilon,
          options.truncation,
        );
        return {
          truncated: value,
          total: weightedSum(
            [...always, { weight: scalars.beta, value, gradients: {} }],
            (term) => term.value,
            tf.scalar(0),
          ),
          apart,
        };
      });
  return {
    terms: {
      crossEntropy: ce.value,
      interClass: inter.value,
      intraClass: intra.value,
      truncated: truncated?.value ?? null,
      total: weightedSum(weighted, (term) => term.value, tf.scalar(0)),
    },
    gradientNorms: {
      crossEntropy: norm(ce.gradients.features!),
      interClass: norm(inter.gradients.features!),
      intraClass: norm(intra.gradients.features!),
    },
    gradients: {
      features: weightedSum(weighted, (term) => term.gradients.features, tf.zerosLike(features)),
      weights: weightedSum(weighted, (term) => term.gradients.weights, tf.zerosLike(weights)),
      bias: weightedSum(weighted, (term) => term.gradients.bias, tf.zerosLike(bias)),
    },
    centers: updated,
    others,
  };
}

interface Term {
  value: Tensor;
  gradients: Tensors;
}

/**
 * Trunc(L2 − ε).
 *
 * @param intra L2 itself
 * @param distancesAt the distances of features to their centers
 */
function truncatedTerm(
  intra: Term,
  distancesAt: (features: Tensor) => IntraClass,
  features: Tensor,
  oneHot: Tensor,
  epsilon: Tensor,
  rule: Truncation,
): Term {
  if (rule === 'sample' || rule === 'class') {
    return differentiate((at) => truncate(distancesAt(at.features!), oneHot, epsilon, rule), { features });
  }
  const { value, live } = truncateMean(intra.value, epsilon, rule);
  return { value, gradients: { features: tf.mul(live, intra.gradients.features!) } };
}

/** Trunc(L2 − ε) with another ε, and how many of its tests come out differently than with the first one. */
function otherTerm(
  mean: Tensor,
  distancesAt: (features: Tensor) => IntraClass,
  features: Tensor,
  oneHot: Tensor,
  first: Tensor,
  epsilon: Tensor,
  rule: Truncation,
): { value: Tensor; apart: Tensor } {
  if (rule === 'sample' || rule === 'class') {
    const distances = distancesAt(features);
    return {
      value: truncate(distances, oneHot, epsilon, rule),
      apart: testsApart(distances, oneHot, first, epsilon, rule),
    };
  }
  const { value, live } = truncateMean(mean, epsilon, rule);
  return { value, apart: tf.abs(tf.sub(live, truncateMean(mean, first, rule).live)) };
}

interface Weighted extends Term {
  weight: Tensor;
}

/** Σ weight · part over the terms that have the part; `empty` where none has. */
function weightedSum(terms: Weighted[], part: (term: Weighted) => Tensor | undefined, empty: Tensor): Tensor {
  const products = terms.flatMap((term) => {
    const tensor = part(term);
    return tensor ? [tf.mul(term.weight, tensor)] : [];
  });
  return products.length > 0 ? products.reduce((sum, product) => tf.add(sum, product)) : empty;
}
