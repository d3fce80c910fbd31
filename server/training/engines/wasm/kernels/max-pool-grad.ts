import type { TensorInfo } from '@tensorflow/tfjs-core';
import { assembledFunctions } from '../assembled/module.ts';
import { addressOf, wasmKernel, zeros, type WasmCall } from '../heap.ts';
import { poolInfo, type PoolAttributes } from '../../window-info.ts';
import { forEachWindow } from '../for-each-window.ts';

/**
 * The gradient of max pooling: each dy goes to the first largest value of its window, as in TensorFlow.
 *
 * The shipped kernel searches, for every input, all windows that may hold it (8.7 ms for 64×28×28×16); this one goes
 * through every window once.
 */
export const maxPoolGrad = wasmKernel<PoolAttributes>(
  'MaxPoolGrad',
  ({ inputs, backend, attrs }: WasmCall<PoolAttributes>) => {
    const { dy, input } = inputs as { dy: TensorInfo; input: TensorInfo };
    const info = poolInfo(input.shape, attrs);
    const dx = zeros(backend, input.shape);
    const { addWindowGradient } = assembledFunctions(backend);
    const point = 4 * info.inChannels;
    const [from, to] = [addressOf(backend, input), addressOf(backend, dx)];
    let gradient = addressOf(backend, dy);
    forEachWindow(info, (corner, rows, columns, windows) => {
      addWindowGradient(
        from + corner * point,
        gradient,
        to + corner * point,
        rows,
        columns,
        info.inWidth * point,
        point,
        windows,
        info.strideWidth * point,
        info.inChannels,
      );
      gradient += windows * point;
    });
    return dx;
  },
);
