import * as tf from '@tensorflow/tfjs-core';
import type { LaidConv } from '../../sweep/network/laid-layer.ts';
import { addBias } from '../ops/add-bias.ts';
import type { Layer } from './layer.ts';

/** A convolution of each channel by itself: x [B, H, W, C] → [B, H′, W′, C · filters]. */
export function depthwise({ name, filters, size, stride, padding, parameters }: LaidConv): Layer {
  const [kernel, bias] = parameters;
  return {
    apply: (x, { weights }) => {
      const y = tf.depthwiseConv2d(x as tf.Tensor4D, weights[kernel!.name] as tf.Tensor4D, stride, padding);
      return bias ? addBias(y, weights[bias.name]!) : y;
    },
    draw: (x, { layers, add }) => {
      const layer = layers.depthwiseConv2d({
        name,
        depthMultiplier: filters,
        kernelSize: size,
        strides: stride,
        padding,
        useBias: bias !== undefined,
        depthwiseInitializer: 'zeros',
      });
      return add(
        layer,
        x,
        parameters.map((each) => `weights/${each.name}`),
      );
    },
  };
}
