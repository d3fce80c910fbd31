import { backend_util, type TensorInfo } from '@tensorflow/tfjs-core';
import { floats, wasmKernel, zeros, type Call } from '../heap.ts';

interface Attributes {
  filterSize: number | [number, number];
  strides: number | [number, number];
  pad: 'same' | 'valid' | number;
  dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

/**
 * The gradient of average pooling: each dy is shared evenly by the values of its window.
 *
 * The shipped kernel divides by the size of a whole window at the padded edges too, where the forward pass averages only
 * over what lies in the image.
 */
export const avgPoolGrad = wasmKernel<Attributes>('AvgPoolGrad', ({ inputs, backend, attrs }: Call<Attributes>) => {
  const { dy, input } = inputs as { dy: TensorInfo; input: TensorInfo };
  const { filterSize, strides, pad, dimRoundingMode } = attrs;
  const info = backend_util.computePool2DInfo(
    input.shape as [number, number, number, number], filterSize, strides, 1, pad, dimRoundingMode);
  const { batchSize, inHeight, inWidth, inChannels: channels, outHeight, outWidth, strideHeight, strideWidth } = info;
  const dx = zeros(backend, input.shape);
  const gradient = floats(backend, dy);
  const result = floats(backend, dx);
  let from = 0;
  for (let b = 0; b < batchSize; b++) {
    for (let p = 0; p < outHeight; p++) {
      const top = Math.max(0, p * strideHeight - info.padInfo.top);
      const bottom = Math.min(inHeight, p * strideHeight - info.padInfo.top + info.filterHeight);
      for (let q = 0; q < outWidth; q++) {
        const left = Math.max(0, q * strideWidth - info.padInfo.left);
        const right = Math.min(inWidth, q * strideWidth - info.padInfo.left + info.filterWidth);
        const share = 1 / ((bottom - top) * (right - left));
        for (let i = top; i < bottom; i++) {
          for (let j = left; j < right; j++) {
            const to = ((b * inHeight + i) * inWidth + j) * channels;
            for (let c = 0; c < channels; c++) result[to + c] = result[to + c]! + gradient[from + c]! * share;
          }
        }
        from += channels;
      }
    }
  }
  return dx;
});
