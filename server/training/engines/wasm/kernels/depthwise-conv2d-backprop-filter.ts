import type { TensorInfo } from '@tensorflow/tfjs-core';
import { convolutionInfo, type ConvolutionAttributes } from '../../window-info.ts';
import { forEachTap } from '../for-each-tap.ts';
import { floats, wasmKernel, zeros, type WasmCall } from '../heap.ts';

interface Attributes extends ConvolutionAttributes {
  filterShape: [number, number, number, number];
}

/**
 * The gradient of a depthwise convolution with respect to its filter, [h, w, C, M], which the backend does not have.
 */
export const depthwiseConv2dBackpropFilter = wasmKernel<Attributes>(
  'DepthwiseConv2dNativeBackpropFilter',
  ({ inputs, backend, attrs }: WasmCall<Attributes>) => {
    const { x, dy } = inputs as { x: TensorInfo; dy: TensorInfo };
    const info = convolutionInfo(x.shape, attrs.filterShape, attrs, true);
    const { outChannels } = info;
    const multiplier = outChannels / info.inChannels;
    const dw = zeros(backend, attrs.filterShape);
    const [from, gradient, to] = [floats(backend, x), floats(backend, dy), floats(backend, dw)];
    forEachTap(info, (xAt, filterAt, yAt) => {
      for (let d = 0, c = 0; d < outChannels; c++) {
        for (let m = 0; m < multiplier; m++, d++)
          to[filterAt + d] = to[filterAt + d]! + from[xAt + c]! * gradient[yAt + d]!;
      }
    });
    return dw;
  },
);
