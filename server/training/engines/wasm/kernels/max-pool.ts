import type { TensorInfo } from '@tensorflow/tfjs-core';
import { assembledFunctions } from '../assembled/module.ts';
import { addressOf, wasmKernel, type WasmCall } from '../heap.ts';
import { poolInfo, type PoolAttributes } from '../../window-info.ts';
import { forEachWindow } from '../for-each-window.ts';

/**
 * Max pooling in which NaN wins, as in TensorFlow. The shipped kernel loses NaN: a network whose weights had become NaN
 * went on with a finite loss, and its divergence was not seen.
 */
export const maxPool = wasmKernel<PoolAttributes>('MaxPool', ({ inputs, backend, attrs }: WasmCall<PoolAttributes>) => {
  const { x } = inputs as { x: TensorInfo };
  const info = poolInfo(x.shape, attrs);
  const y = backend.makeOutput(info.outShape, 'float32');
  const { setWindowMaximum } = assembledFunctions(backend);
  const point = 4 * info.inChannels;
  const from = addressOf(backend, x);
  let to = addressOf(backend, y);
  forEachWindow(info, (corner, rows, columns, windows) => {
    setWindowMaximum(
      from + corner * point,
      to,
      rows,
      columns,
      info.inWidth * point,
      point,
      windows,
      info.strideWidth * point,
      info.inChannels,
    );
    to += windows * point;
  });
  return y;
});
