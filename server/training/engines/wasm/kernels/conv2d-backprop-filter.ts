import type { backend_util, TensorInfo } from '@tensorflow/tfjs-core';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { assembledFunctions } from '../assembled/module.ts';
import { convolutionInfo, type ConvolutionAttributes } from '../../window-info.ts';
import { addressOf, release, wasmKernel, zeros, type WasmCall } from '../heap.ts';
import { padTo } from '../pad-to.ts';
import { filterGradientOfTiles, suitsWinograd } from '../winograd.ts';

interface Attributes extends ConvolutionAttributes {
  filterShape: [number, number, number, number];
}

/**
 * The gradient of a convolution with respect to its filter, which the backend does not have:
 *
 *     dw[i, j, c, d] = Σ_{b, p, q} x[b, s·p + δ·i − pad, s·q + δ·j − pad, c] · dy[b, p, q, d]
 */
export const conv2dBackpropFilter = wasmKernel<Attributes>(
  'Conv2DBackpropFilter',
  ({ inputs, backend, attrs }: WasmCall<Attributes>) => {
    const { x, dy } = inputs as { x: TensorInfo; dy: TensorInfo };
    const { filterShape } = attrs;
    const info = convolutionInfo(x.shape, filterShape, attrs);
    const height = (info.outHeight - 1) * info.strideHeight + info.effectiveFilterHeight;
    const width = (info.outWidth - 1) * info.strideWidth + info.effectiveFilterWidth;
    const padded = padTo(backend, x, height, width, info.padInfo.top, info.padInfo.left);
    const dw = zeros(backend, filterShape);
    if (suitsWinograd(info, [info.outHeight, info.outWidth])) filterGradientOfTiles(backend, padded, dy, dw);
    else addOverPixels(backend, padded, dy, dw, info);
    release(backend, padded);
    return dw;
  },
);

/** Pixels of one call: few enough that they stay in the first-level cache while all taps and filters see them. */
const PIXELS = 64;

/**
 * For every row i of the filter the gradient is a sum of outer products over the pixels: the stretch of x that the row
 * covers, times the pixel of dy. Without a function of our own the gradient would be a forward convolution with batch
 * and channels swapped, which takes three times as long.
 */
function addOverPixels(
  backend: BackendWasm,
  padded: TensorInfo,
  dy: TensorInfo,
  dw: TensorInfo,
  info: backend_util.Conv2DInfo,
): void {
  const {
    batchSize,
    inChannels,
    outChannels,
    outHeight,
    outWidth,
    filterHeight,
    filterWidth,
    strideHeight,
    strideWidth,
    dilationHeight,
    dilationWidth,
  } = info;
  const [, height, width] = padded.shape as [number, number, number];
  const { addOuterProducts } = assembledFunctions(backend);
  const [from, gradient, to] = [addressOf(backend, padded), addressOf(backend, dy), addressOf(backend, dw)];
  const lines = Math.max(1, Math.floor(PIXELS / outWidth));
  const xLine = 4 * width * inChannels;
  const yLine = 4 * outWidth * outChannels;
  // Taps of one row of the filter lie together in dw, and in x where there is no gap between them.
  const together = dilationWidth === 1 ? filterWidth : 1;
  for (let b = 0; b < batchSize; b++) {
    for (let p = 0; p < outHeight; p += lines) {
      for (let i = 0; i < filterHeight; i++) {
        for (let j = 0; j < filterWidth; j += together) {
          addOuterProducts(
            from + (b * height + p * strideHeight + i * dilationHeight) * xLine + 4 * j * dilationWidth * inChannels,
            gradient + (b * outHeight + p) * yLine,
            to + 4 * (i * filterWidth + j) * inChannels * outChannels,
            Math.min(lines, outHeight - p),
            outWidth,
            4,
            strideHeight * xLine,
            4 * strideWidth * inChannels,
            yLine,
            4 * outChannels,
            4 * outChannels,
            together * inChannels,
            outChannels,
          );
        }
      }
    }
  }
}
