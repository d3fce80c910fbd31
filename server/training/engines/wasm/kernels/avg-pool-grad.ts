import type { TensorInfo } from '@tensorflow/tfjs-core';
import { floats, wasmKernel, zeros, type WasmCall } from '../heap.ts';
import { poolInfo, type PoolAttributes } from '../../window-info.ts';
import { forEachWindow } from '../for-each-window.ts';

/**
 * The gradient of average pooling: each dy is shared evenly by the values of its window.
 *
 * The shipped kernel divides by the size of a whole window at the padded edges too, where the forward pass averages
 * only over what lies in the image.
 */
export const avgPoolGrad = wasmKernel<PoolAttributes>(
  'AvgPoolGrad',
  ({ inputs, backend, attrs }: WasmCall<PoolAttributes>) => {
    const { dy, input } = inputs as { dy: TensorInfo; input: TensorInfo };
    const info = poolInfo(input.shape, attrs);
    const { inWidth, inChannels: channels } = info;
    const dx = zeros(backend, input.shape);
    const gradient = floats(backend, dy);
    const result = floats(backend, dx);
    let from = 0;
    forEachWindow(info, (first, rows, columns, windows) => {
      const share = 1 / (rows * columns);
      for (let w = 0; w < windows; w++) {
        const corner = first + w * info.strideWidth;
        for (let i = 0; i < rows; i++) {
          for (let j = 0; j < columns; j++) {
            const to = (corner + i * inWidth + j) * channels;
            for (let c = 0; c < channels; c++) result[to + c] = result[to + c]! + gradient[from + c]! * share;
          }
        }
        from += channels;
      }
    });
    return dx;
  },
);
