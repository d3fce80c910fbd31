import { backend_util, type TensorInfo } from '@tensorflow/tfjs-core';
import { assembledFunctions } from '../assembled/module.ts';
import { addressOf, wasmKernel, zeros, type Call } from '../heap.ts';

interface Attributes {
  filterSize: number | [number, number];
  strides: number | [number, number];
  pad: 'same' | 'valid' | number;
  dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

/**
 * The gradient of max pooling: each dy goes to the first largest value of its window, as in TensorFlow.
 *
 * The shipped kernel searches, for every input, all windows that may hold it (8.7 ms for 64×28×28×16); this one goes through
 * every window once.
 */
export const maxPoolGrad = wasmKernel<Attributes>('MaxPoolGrad', ({ inputs, backend, attrs }: Call<Attributes>) => {
  const { dy, input } = inputs as { dy: TensorInfo; input: TensorInfo };
  const { filterSize, strides, pad, dimRoundingMode } = attrs;
  const info = backend_util.computePool2DInfo(
    input.shape as [number, number, number, number], filterSize, strides, 1, pad, dimRoundingMode);
  const { batchSize, inHeight, inWidth, inChannels, outHeight, outWidth, strideHeight, strideWidth } = info;
  const dx = zeros(backend, input.shape);
  const { addMaxPoolWindow } = assembledFunctions(backend);
  const point = 4 * inChannels;
  const [x, result] = [addressOf(backend, input), addressOf(backend, dx)];
  let gradient = addressOf(backend, dy);
  for (let b = 0; b < batchSize; b++) {
    for (let p = 0; p < outHeight; p++) {
      const top = Math.max(0, p * strideHeight - info.padInfo.top);
      const rows = Math.min(inHeight, p * strideHeight - info.padInfo.top + info.filterHeight) - top;
      for (let q = 0; q < outWidth; q++) {
        const left = Math.max(0, q * strideWidth - info.padInfo.left);
        const columns = Math.min(inWidth, q * strideWidth - info.padInfo.left + info.filterWidth) - left;
        const first = ((b * inHeight + top) * inWidth + left) * point;
        addMaxPoolWindow(x + first, gradient, result + first, rows, columns, inWidth * point, point, inChannels);
        gradient += point;
      }
    }
  }
  return dx;
});
