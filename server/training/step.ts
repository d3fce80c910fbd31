import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { backpropagate } from './differentiate.ts';
import type { Step, Tensors } from './engine.ts';
import { cosines, linearLogits } from './losses/cross-entropy.ts';
import {
  combinedLoss,
  type CombinedLoss,
  type LossOptions,
  type LossScalars,
  type TermsInForce,
} from './losses/combined.ts';
import type { Model } from './models/model.ts';
import { flaw } from './ops/flaw.ts';
import { clipByNorm } from './optimizers/clip.ts';
import type { OptimizerScalars, OptimizerStructure } from './optimizers/optimizer.ts';
import { buildOptimizer } from './optimizers/build-optimizer.ts';
import { split } from './state.ts';

/** Everything that decides which operations a step has. Numbers that a run may choose are scalars instead. */
export interface StepStructure {
  classes: number;
  loss: LossOptions;
  inForce: TermsInForce;
  optimizer: OptimizerStructure;
  /**
   * How many ε the step carries, 1 or more: runs that differ in ε alone are one computation until their tests separate
   * them.
   */
  epsilons: number;
}

/** Besides the named ones: `epsilon1`, `epsilon2`, … for the further ε. */
export type StepScalars = LossScalars & OptimizerScalars;

/** One number of a step's output `metrics`. */
export interface StepMetric {
  /** `apart` is not recorded: it counts the tests of this ε that came out differently than those of the first ε. */
  name: string;
  /** The number of its ε, from 0; null for a metric that is the same for all ε. */
  epsilon: number | null;
}

/** The rows of a step's output `metrics`, in order. */
export function stepMetrics({ inForce, epsilons }: Pick<StepStructure, 'inForce' | 'epsilons'>): StepMetric[] {
  const further = Array.from({ length: inForce.intraClass ? epsilons - 1 : 0 }, (_, i) => i + 1);
  const first = further.length > 0 ? 0 : null;
  const row = (name: string, epsilon: number | null = null): StepMetric => ({ name, epsilon });
  return [
    row('train/total', first),
    row('train/crossEntropy'),
    row('train/interClass'),
    row('train/intraClass'),
    ...(inForce.intraClass ? [row('train/truncated', first)] : []),
    row('train/accuracy'),
    row('train/gradient/crossEntropy'),
    row('train/gradient/interClass'),
    row('train/gradient/intraClass'),
    ...further.flatMap((epsilon) => [
      row('train/total', epsilon),
      row('train/truncated', epsilon),
      row('apart', epsilon),
    ]),
  ];
}

/** The name of the scalar that holds the i-th ε. */
export function epsilonScalar(i: number): string {
  return i === 0 ? 'epsilon' : `epsilon${i}`;
}

/**
 * One batch of training, the method's steps in its order. A pure function (see `Step`):
 *
 * - state: `weights/…`, `statistics/…`, `slots/…`, `centers/{sum,count,center}`
 * - batch: `images` [B, height, width, channels], `labels` [B] int32, and `dropoutMask` where the network has dropout
 * - scalars: `StepScalars`
 * - outputs: `metrics`, the numbers of `stepMetrics` in one vector, so that one transfer reads them
 */
export function buildStep(model: Model, structure: StepStructure): Step {
  const optimizer = buildOptimizer(structure.optimizer);
  return (state, batch, scalars) => {
    const { weights, statistics, slots, centers } = split(state);
    const { 'head/weights': headWeights, 'head/bias': headBias, ...network } = weights as Record<string, Tensor>;
    const [trained, frozen] = apart(network, model.isFrozen);
    const oneHot = tf.cast(tf.oneHot(batch.labels as tf.Tensor1D, structure.classes), 'float32'); // [B, C]
    const furtherEpsilons = Array.from({ length: structure.epsilons - 1 }, (_, i) => scalars[epsilonScalar(i + 1)]!);
    const newStatistics: Tensors = {};
    let loss: CombinedLoss | undefined;
    let metrics: Tensor | undefined;

    const networkGradients = backpropagate(
      trained,
      // S1: the forward pass gives the features.
      (weights) =>
        model.features(batch.images!, {
          weights: { ...frozen, ...weights },
          statistics,
          training: true,
          dropoutMask: batch.dropoutMask ?? null,
          newStatistics,
        }),
      // S2: the combined loss at the features, with S21 to S23 inside; its gradient goes back through the network.
      (features) => {
        loss = combinedLoss(
          features,
          headWeights!,
          headBias!,
          oneHot,
          centers,
          scalars as LossScalars,
          structure.loss,
          structure.inForce,
          furtherEpsilons,
        );
        metrics = tf.keep(
          describe(
            loss,
            flaw(Object.values(weights)),
            accuracy(features, headWeights!, headBias!, batch.labels!, structure),
          ),
        );
        Object.values(loss.centers).forEach((tensor) => tf.keep(tensor));
        Object.values(loss.gradients).forEach((tensor) => tf.keep(tensor));
        return loss.gradients.features;
      },
    );

    const { features, weights: headWeightsGradient, bias: headBiasGradient } = loss!.gradients;
    const headGradients = { 'head/weights': headWeightsGradient, 'head/bias': headBiasGradient };
    const [gradients] = apart({ ...networkGradients, ...headGradients }, model.isFrozen);
    const clipped = structure.optimizer.clip ? clipByNorm(gradients, scalars.clipNorm!) : gradients;
    const newState: Tensors = {};
    for (const [name, weight] of Object.entries(weights)) {
      if (model.isFrozen(name)) {
        newState[`weights/${name}`] = tf.clone(weight);
        continue;
      }
      const own = Object.fromEntries(optimizer.slots.map((slot) => [slot, slots[`${slot}/${name}`]!]));
      const updated = optimizer.update(
        { weight, gradient: clipped[name as keyof typeof clipped]!, slots: own, decays: weight.rank > 1 },
        scalars as OptimizerScalars,
      );
      newState[`weights/${name}`] = updated.weight;
      for (const slot of optimizer.slots) newState[`slots/${slot}/${name}`] = updated.slots[slot]!;
    }
    for (const [name, tensor] of Object.entries(statistics))
      newState[`statistics/${name}`] = newStatistics[name] ?? tf.clone(tensor);
    for (const [name, tensor] of Object.entries(loss!.centers)) newState[`centers/${name}`] = tensor;
    tf.dispose([features, headWeightsGradient, headBiasGradient]);
    return { state: newState, outputs: { metrics: metrics! } };
  };
}

/** What is trained, and what is frozen; both in the order in which they came. */
function apart(tensors: Tensors, isFrozen: Model['isFrozen']): [trained: Tensors, frozen: Tensors] {
  const entries = Object.entries(tensors);
  return [
    Object.fromEntries(entries.filter(([name]) => !isFrozen(name))),
    Object.fromEntries(entries.filter(([name]) => isFrozen(name))),
  ];
}

/**
 * Whether the cosines predict, and not the linear head: the head that was trained predicts. Where γ = 0, only the
 * cosines were trained. The margin is never applied.
 */
export function predictionIsCosine(structure: Pick<StepStructure, 'loss' | 'inForce'>): boolean {
  return structure.loss.crossEntropyHead === 'cosine' || !structure.inForce.crossEntropy;
}

/** Share of the batch that is classified correctly, before the update; scalar. */
function accuracy(features: Tensor, weights: Tensor, bias: Tensor, labels: Tensor, structure: StepStructure): Tensor {
  const logits = predictionIsCosine(structure) ? cosines(features, weights) : linearLogits(features, weights, bias);
  return tf.mean(tf.cast(tf.equal(tf.cast(tf.argMax(logits, 1), 'int32'), labels), 'float32'));
}

/** The vector of `stepMetrics`. */
function describe({ terms, gradientNorms, others }: CombinedLoss, flaw: Tensor, accuracy: Tensor): Tensor {
  return tf.stack([
    tf.add(terms.total, flaw),
    terms.crossEntropy,
    terms.interClass,
    terms.intraClass,
    ...(terms.truncated ? [terms.truncated] : []),
    accuracy,
    gradientNorms.crossEntropy,
    gradientNorms.interClass,
    gradientNorms.intraClass,
    ...others.flatMap(({ total, truncated, apart }) => [tf.add(total, flaw), truncated, apart]),
  ]);
}
