import type { TensorInfo } from '@tensorflow/tfjs-core';
import { convolutionInfo, type ConvolutionAttributes } from '../../window-info.ts';
import { forEachTap } from '../for-each-tap.ts';
import { floats, wasmKernel, zeros, type WasmCall } from '../heap.ts';

interface Attributes extends ConvolutionAttributes {
  inputShape: [number, number, number, number];
}

/** The gradient of a depthwise convolution with respect to its input, which the backend does not have. */
export const depthwiseConv2dBackpropInput = wasmKernel<Attributes>(
  'DepthwiseConv2dNativeBackpropInput',
  ({ inputs, backend, attrs }: WasmCall<Attributes>) => {
    const { dy, filter } = inputs as { dy: TensorInfo; filter: TensorInfo };
    const info = convolutionInfo(attrs.inputShape, filter.shape, attrs, true);
    const { outChannels } = info;
    const multiplier = outChannels / info.inChannels;
    const dx = zeros(backend, attrs.inputShape);
    const [gradient, weights, to] = [floats(backend, dy), floats(backend, filter), floats(backend, dx)];
    forEachTap(info, (xAt, filterAt, yAt) => {
      for (let d = 0, c = 0; d < outChannels; c++) {
        for (let m = 0; m < multiplier; m++, d++)
          to[xAt + c] = to[xAt + c]! + weights[filterAt + d]! * gradient[yAt + d]!;
      }
    });
    return dx;
  },
);
