import * as tf from '@tensorflow/tfjs-core';
import type { LaidDense } from '../../sweep/network/laid-layer.ts';
import { addBias } from '../ops/add-bias.ts';
import type { Layer } from './layer.ts';

/** Fully connected layer: x [B, width] → [B, units]. */
export function dense({ name, units, parameters }: LaidDense): Layer {
  const [kernel, bias] = parameters;
  return {
    apply: (x, { weights }) => {
      const y = tf.matMul(x as tf.Tensor2D, weights[kernel!.name] as tf.Tensor2D);
      return bias ? addBias(y, weights[bias.name]!) : y;
    },
    draw: (x, { layers, add }) =>
      add(
        layers.dense({ name, units, useBias: bias !== undefined, kernelInitializer: 'zeros' }),
        x,
        parameters.map((each) => `weights/${each.name}`),
      ),
  };
}
