import * as tf from '@tensorflow/tfjs-core';
import type { LaidWord } from '../../sweep/network/laid-layer.ts';
import type { Layer } from './layer.ts';

/** What is flat already is not drawn: TensorFlow.js refuses it. */
export function flatten({ input, output }: LaidWord): Layer {
  return {
    apply: (x) => tf.reshape(x, [-1, output[0]!]),
    draw: (x, { layers, add }) => (input.length === 1 ? x : add(layers.flatten(), x)),
  };
}
