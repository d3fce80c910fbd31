import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { LaidBatchNorm } from '../../sweep/network/laid-layer.ts';
import { batchNorm as normalize } from '../ops/batch-norm.ts';
import type { Layer } from './layer.ts';

/**
 * Batch normalisation over the last axis. Running statistics move by a share (`rate`) towards those of each batch. A
 * frozen layer normalises by its running statistics while training too, and leaves them.
 */
export function batchNorm({ name, epsilon, rate, parameters, statistics }: LaidBatchNorm, frozen: boolean): Layer {
  const [gamma, beta] = parameters.map((each) => each.name) as [string, string];
  const [mean, variance] = statistics.map((each) => each.name) as [string, string];
  return {
    apply: (x, pass) => {
      const running = {
        mean: pass.statistics[mean] as tf.Tensor1D,
        variance: pass.statistics[variance] as tf.Tensor1D,
      };
      const [scale, offset] = [pass.weights[gamma] as tf.Tensor1D, pass.weights[beta] as tf.Tensor1D];
      const mode = !pass.training ? 'inference' : frozen ? 'frozen' : 'training';
      const seen = normalize(x, scale, offset, running, mode, epsilon);
      if (mode === 'training') {
        pass.newStatistics[mean] = tf.keep(moveBy(rate, running.mean, seen.mean));
        pass.newStatistics[variance] = tf.keep(moveBy(rate, running.variance, seen.variance));
      }
      return seen.y;
    },
    draw: (x, { layers, add }) =>
      add(layers.batchNormalization({ name, epsilon }), x, [
        `weights/${gamma}`,
        `weights/${beta}`,
        `statistics/${mean}`,
        `statistics/${variance}`,
      ]),
  };
}

function moveBy(rate: number, running: Tensor, batch: Tensor): Tensor {
  return tf.add(running, tf.mul(rate, tf.sub(batch, running)));
}
