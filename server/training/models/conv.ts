import * as tf from '@tensorflow/tfjs-core';
import type { LaidConv } from '../../sweep/network/laid-layer.ts';
import { addBias } from '../ops/add-bias.ts';
import type { Layer } from './layer.ts';

/** 2-D convolution: x [B, H, W, C] → [B, H′, W′, filters]. Batch norm after it would take a bias away again. */
export function conv(layer: LaidConv): Layer {
  const { name, filters, size, stride, padding, parameters } = layer;
  const [kernel, bias] = parameters;
  return {
    apply: (x, { weights }) => {
      const w = weights[kernel!.name] as tf.Tensor4D;
      const y = isUnsafe(layer)
        ? tf.conv2d(skipPixels(x as tf.Tensor4D, stride), w, 1, padding)
        : tf.conv2d(x as tf.Tensor4D, w, stride, padding);
      return bias ? addBias(y, weights[bias.name]!) : y;
    },
    draw: (x, { layers, add }) => {
      const layer = layers.conv2d({
        name,
        filters,
        kernelSize: size,
        strides: stride,
        padding,
        useBias: bias !== undefined,
        kernelInitializer: 'zeros',
      });
      return add(
        layer,
        x,
        parameters.map((each) => `weights/${each.name}`),
      );
    },
  };
}

/** Channels that oneDNN computes at once, on a processor with AVX-512. */
const CHANNELS_AT_ONCE = 16;

/**
 * The oneDNN of TensorFlow writes beyond its memory where a 1×1 convolution has a stride and channels that do not fill
 * its registers (seen with 3, 4 and 6 channels on AVX2: the process dies). Such a convolution skips the pixels first.
 */
function isUnsafe({ input, size, stride }: LaidConv): boolean {
  return size === 1 && stride > 1 && input[2]! % CHANNELS_AT_ONCE !== 0;
}

/** Each `stride`-th row and column: the largest value of a window of one pixel. */
function skipPixels(x: tf.Tensor4D, stride: number): tf.Tensor4D {
  return tf.maxPool(x, 1, stride, 'valid');
}
