import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { compiled, idOf } from './heap.ts';

/** Rows (or columns) of zeros before and after. */
export interface Padding {
  before: number;
  after: number;
}

/**
 * The backend's forward convolution with stride 1 (XNNPACK, the one fast primitive that everything else is composed from).
 *
 * @param x [B, H, W, C]
 * @param filter [h, w, C, D]
 * @param dilation steps between neighbouring taps of the filter
 * @returns [B, H + padding − dilation·(h − 1), W + padding − dilation·(w − 1), D]
 */
export function convolve(
  backend: BackendWasm, x: TensorInfo, filter: TensorInfo, rows: Padding, columns: Padding, dilation: [number, number] = [1, 1],
): TensorInfo {
  const [batch, height, width, channels] = x.shape as [number, number, number, number];
  const [filterHeight, filterWidth, , depth] = filter.shape as [number, number, number, number];
  const outHeight = height + rows.before + rows.after - dilation[0] * (filterHeight - 1);
  const outWidth = width + columns.before + columns.after - dilation[1] * (filterWidth - 1);
  const out = backend.makeOutput([batch, outHeight, outWidth, depth], 'float32');
  compiled(backend, 'Conv2D')(
    idOf(backend, x), batch, height, width,
    idOf(backend, filter), filterHeight, filterWidth,
    rows.before, columns.after, rows.after, columns.before, 0 /* padding as given, not "same" */,
    dilation[0], dilation[1], 1, 1 /* strides */, channels, depth, idOf(backend, out),
  );
  return out;
}
