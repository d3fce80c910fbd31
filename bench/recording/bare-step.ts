import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { differentiate } from '../../server/training/differentiate.ts';
import type { Step, Tensors } from '../../server/training/engine.ts';
import { amSoftmax } from '../../server/training/losses/am-softmax.ts';
import { updateCenters, type Centers } from '../../server/training/losses/centers.ts';
import type { LossScalars } from '../../server/training/losses/combined.ts';
import { crossEntropy, linearLogits } from '../../server/training/losses/cross-entropy.ts';
import { intraClass } from '../../server/training/losses/intra-class.ts';
import { truncate } from '../../server/training/losses/truncation.ts';
import { unit } from '../../server/training/losses/unit.ts';
import type { Model } from '../../server/training/models/model.ts';
import type { OptimizerScalars } from '../../server/training/optimizers/optimizer.ts';
import { buildOptimizer } from '../../server/training/optimizers/build-optimizer.ts';
import { split } from '../../server/training/state.ts';
import type { StepStructure } from '../../server/training/step.ts';

/**
 * The step as it would be if it recorded nothing: the gradient of the total in one piece, and the update. Centers are
 * updated too, since they are part of what is trained. No term is measured that is not in the total, no term has a
 * gradient of its own, and there is no accuracy and no output. For the default options of the loss and networks without
 * statistics.
 */
export function buildBareStep(model: Model, { classes, loss, inForce, optimizer: options }: StepStructure): Step {
  const optimizer = buildOptimizer(options);
  return (state, batch, scalars) => {
    const { weights, statistics, slots, centers } = split(state);
    const { alpha, beta, gamma, epsilon, s, m, centerRate } = scalars as LossScalars;
    const oneHot = tf.cast(tf.oneHot(batch.labels as tf.Tensor1D, classes), 'float32'); // [B, C]
    let moved: Centers | undefined;
    const total = (at: Tensors): Tensor => {
      const { 'head/weights': W, 'head/bias': b, ...network } = at as Record<string, Tensor>;
      const features = model.features(batch.images!, {
        weights: network,
        statistics,
        training: true,
        dropoutMask: null,
        newStatistics: {},
      });
      moved = updateCenters(centers, unit(features), oneHot, loss.centerUpdate, centerRate);
      Object.values(moved).forEach((tensor: Tensor) => tf.keep(tensor));
      const terms = [
        tf.mul(gamma, crossEntropy(linearLogits(features, W!, b!), oneHot)),
        tf.mul(alpha, amSoftmax(features, W!, oneHot, s, m)),
        ...(inForce.intraClass
          ? [
              tf.mul(
                beta,
                truncate(intraClass(features, oneHot, moved, loss.distance), oneHot, epsilon, loss.truncation),
              ),
            ]
          : []),
      ];
      return terms.reduce((sum, term) => tf.add(sum, term));
    };
    const { value, gradients } = differentiate(total, weights);
    const newState: Tensors = {};
    for (const [name, weight] of Object.entries(weights)) {
      const own = Object.fromEntries(optimizer.slots.map((slot) => [slot, slots[`${slot}/${name}`]!]));
      const updated = optimizer.update(
        { weight, gradient: gradients[name]!, slots: own, decays: weight.rank > 1 },
        scalars as OptimizerScalars,
      );
      newState[`weights/${name}`] = updated.weight;
      for (const slot of optimizer.slots) newState[`slots/${slot}/${name}`] = updated.slots[slot]!;
    }
    for (const [name, tensor] of Object.entries(moved!)) newState[`centers/${name}`] = tensor as Tensor;
    tf.dispose([value, gradients]);
    return { state: newState, outputs: {} };
  };
}
