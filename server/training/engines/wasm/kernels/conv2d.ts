import type { backend_util, KernelConfig, KernelFunc, TensorInfo } from '@tensorflow/tfjs-core';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { convolutionInfo, type ConvolutionAttributes } from '../../window-info.ts';
import { convolve } from '../convolve.ts';
import { release, wasmKernel, zeros, type WasmCall } from '../heap.ts';
import { padTo } from '../pad-to.ts';
import { pack, releasePanels } from '../panels.ts';
import { convolveTiles, suitsWinograd } from '../winograd.ts';

interface Attributes extends ConvolutionAttributes {
  dataFormat: 'NHWC' | 'NCHW';
}

/**
 * Convolution, a quarter faster than the shipped kernel. Where a filter changes in every step, that one also has to
 * pack it and forget it again. Images with channels first are left to the shipped kernel.
 */
export function conv2d(shipped: KernelFunc): KernelConfig {
  return wasmKernel<Attributes>('Conv2D', (call: WasmCall<Attributes>) => {
    const { backend, attrs } = call;
    if (attrs.dataFormat !== 'NHWC') return shipped(call as never);
    const { x, filter } = call.inputs as { x: TensorInfo; filter: TensorInfo };
    const info = convolutionInfo(x.shape, filter.shape, attrs);
    const height = (info.outHeight - 1) * info.strideHeight + info.effectiveFilterHeight;
    const width = (info.outWidth - 1) * info.strideWidth + info.effectiveFilterWidth;
    const images = padTo(backend, x, height, width, info.padInfo.top, info.padInfo.left);
    const out = zeros(backend, info.outShape);
    if (suitsWinograd(info, [info.outHeight, info.outWidth])) convolveTiles(backend, images, filter, out);
    else convolveRows(backend, images, filter, out, info);
    release(backend, images);
    return out;
  });
}

function convolveRows(
  backend: BackendWasm,
  images: TensorInfo,
  filter: TensorInfo,
  out: TensorInfo,
  info: backend_util.Conv2DInfo,
): void {
  const { filterHeight, filterWidth, inChannels, outChannels, outHeight, outWidth } = info;
  const rows = Array.from({ length: filterHeight * filterWidth * inChannels }, (_, row) => row * outChannels);
  const panels = pack(backend, filter, rows, outChannels, 1);
  convolve(backend, {
    images,
    row: 0,
    column: 0,
    strides: [info.strideHeight, info.strideWidth],
    window: [filterHeight, filterWidth],
    dilations: [info.dilationHeight, info.dilationWidth],
    filter: panels,
    out,
    outRow: 0,
    outColumn: 0,
    outStrides: [1, 1],
    outHeight,
    outWidth,
  });
  releasePanels(backend, panels);
}
