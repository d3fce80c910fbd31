import { backend_util, type TensorInfo } from '@tensorflow/tfjs-core';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { addressOf, floats, release, wasmKernel, zeros, type Call } from '../heap.ts';
import { assembledFunctions } from '../assembled/module.ts';

interface Attributes {
  strides: number | [number, number];
  pad: 'same' | 'valid' | number | [[number, number], [number, number], [number, number], [number, number]];
  dataFormat: 'NHWC';
  dimRoundingMode?: 'floor' | 'round' | 'ceil';
  filterShape: [number, number, number, number];
}

/** Pixels of one call: few enough that they stay in the first-level cache while all filters see them. */
const PIXELS = 64;

export const conv2dBackpropFilter = wasmKernel<Attributes>('Conv2DBackpropFilter', ({ inputs, backend, attrs }: Call<Attributes>) => {
  const { x, dy } = inputs as { x: TensorInfo; dy: TensorInfo };
  const { strides, pad, dimRoundingMode, filterShape } = attrs;
  const info = backend_util.computeConv2DInfo(
    x.shape as [number, number, number, number], filterShape, strides, 1, pad as 'same', dimRoundingMode);
  const { batchSize, inChannels, outChannels, outHeight, outWidth, filterHeight, filterWidth, strideHeight, strideWidth } = info;

  const height = (outHeight - 1) * strideHeight + filterHeight;
  const width = (outWidth - 1) * strideWidth + filterWidth;
  const padded = padTo(backend, x, height, width, info.padInfo.top, info.padInfo.left);
  const dw = zeros(backend, filterShape);
  const { addOuterProducts } = assembledFunctions(backend);
  const [from, gradient, to] = [addressOf(backend, padded), addressOf(backend, dy), addressOf(backend, dw)];
  const lines = Math.max(1, Math.floor(PIXELS / outWidth));
  const xLine = 4 * width * inChannels;
  const yLine = 4 * outWidth * outChannels;
  const row = filterWidth * inChannels; // the taps of one filter row lie together in x and in dw
  for (let b = 0; b < batchSize; b++) {
    for (let p = 0; p < outHeight; p += lines) {
      const y = gradient + (b * outHeight + p) * yLine;
      for (let i = 0; i < filterHeight; i++) {
        addOuterProducts(
          from + (b * height + p * strideHeight + i) * xLine, y, to + 4 * i * row * outChannels,
          Math.min(lines, outHeight - p), outWidth,
          4, strideHeight * xLine, 4 * strideWidth * inChannels, yLine, 4 * outChannels, 4 * outChannels, row, outChannels,
        );
      }
    }
  }
  release(backend, padded);
  return dw;
});

function padTo(backend: BackendWasm, x: TensorInfo, height: number, width: number, top: number, left: number): TensorInfo {
  const [batch, inHeight, inWidth, channels] = x.shape as [number, number, number, number];
  const padded = zeros(backend, [batch, height, width, channels]);
  const from = floats(backend, x);
  const to = floats(backend, padded);
  const run = Math.min(inWidth, width - left) * channels;
  for (let b = 0; b < batch; b++) {
    for (let i = 0; i < Math.min(inHeight, height - top); i++) {
      const source = (b * inHeight + i) * inWidth * channels;
      to.set(from.subarray(source, source + run), ((b * height + top + i) * width + left) * channels);
    }
  }
  return padded;
}
