import * as tf from '@tensorflow/tfjs-core';
import type { LaidWord } from '../../sweep/network/laid-layer.ts';
import type { Layer } from './layer.ts';

export function flatten({ output }: LaidWord): Layer {
  return {
    apply: (x) => tf.reshape(x, [-1, output[0]!]),
    draw: (x, { layers, add }) => add(layers.flatten(), x),
  };
}
