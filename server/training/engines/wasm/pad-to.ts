import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { floats, reshaped, zeros } from './heap.ts';

/**
 * Images [B, H, W, C] as [B, height, width, C]. `top` rows and `left` columns of zeros come before the pixels, and as
 * many as are missing after them; pixels that do not fit are left out. So a convolution needs no case of its own for
 * the edges.
 */
export function padTo(
  backend: BackendWasm,
  images: TensorInfo,
  height: number,
  width: number,
  top: number,
  left: number,
): TensorInfo {
  const [batch, inHeight, inWidth, channels] = images.shape as [number, number, number, number];
  if (top === 0 && left === 0 && height === inHeight && width === inWidth)
    return reshaped(backend, images, images.shape);
  const padded = zeros(backend, [batch, height, width, channels]);
  const from = floats(backend, images);
  const to = floats(backend, padded);
  const rows = Math.min(inHeight, height - top);
  const run = Math.min(inWidth, width - left) * channels;
  for (let b = 0; b < batch; b++) {
    for (let i = 0; i < rows; i++) {
      const source = (b * inHeight + i) * inWidth * channels;
      to.set(from.subarray(source, source + run), ((b * height + top + i) * width + left) * channels);
    }
  }
  return padded;
}
