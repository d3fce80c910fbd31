import * as tf from '@tensorflow/tfjs-core';
import type { LaidPool } from '../../sweep/network/laid-layer.ts';
import type { Layer } from './layer.ts';

/** Mean of every window, over what of it lies in the picture. */
export function averagePool({ size, stride, padding }: LaidPool): Layer {
  return {
    apply: (x) => tf.avgPool(x as tf.Tensor4D, size, stride, padding),
    draw: (x, { layers, add }) => add(layers.averagePooling2d({ poolSize: size, strides: stride, padding }), x),
  };
}
