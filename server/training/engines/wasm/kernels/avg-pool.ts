import type { TensorInfo } from '@tensorflow/tfjs-core';
import { floats, wasmKernel, zeros, type WasmCall } from '../heap.ts';
import { poolInfo, type PoolAttributes } from '../../window-info.ts';
import { forEachWindow } from '../for-each-window.ts';

/** Average pooling over what lies in the image. The shipped kernel makes −∞ of a window with a NaN in it. */
export const avgPool = wasmKernel<PoolAttributes>('AvgPool', ({ inputs, backend, attrs }: WasmCall<PoolAttributes>) => {
  const { x } = inputs as { x: TensorInfo };
  const info = poolInfo(x.shape, attrs);
  const { inWidth, inChannels: channels } = info;
  const y = zeros(backend, info.outShape);
  const [values, means] = [floats(backend, x), floats(backend, y)];
  let to = 0;
  forEachWindow(info, (first, rows, columns, windows) => {
    for (let w = 0; w < windows; w++) {
      const corner = first + w * info.strideWidth;
      for (let i = 0; i < rows; i++) {
        for (let j = 0; j < columns; j++) {
          const from = (corner + i * inWidth + j) * channels;
          for (let c = 0; c < channels; c++) means[to + c] = means[to + c]! + values[from + c]!;
        }
      }
      for (let c = 0; c < channels; c++) means[to + c] = means[to + c]! / (rows * columns);
      to += channels;
    }
  });
  return y;
});
