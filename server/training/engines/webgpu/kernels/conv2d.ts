import type { KernelConfig, KernelFunc } from '@tensorflow/tfjs-core';
import { convolutionInfo, type ConvolutionAttributes } from '../../window-info.ts';
import { convolutionKey, windowReader } from '../convolution.ts';
import { webgpuKernel, type WebgpuCall } from '../kernel.ts';
import { tiledProduct } from '../tiled-product.ts';

interface Attributes extends ConvolutionAttributes {
  dilations: number | [number, number];
  dataFormat: 'NHWC' | 'NCHW';
}

/**
 * Convolution: the windows of x, as rows of a matrix, times the filter. Dilated convolutions are left to the shipped
 * kernel.
 */
export function conv2d(shipped: KernelFunc): KernelConfig {
  return webgpuKernel<Attributes>('Conv2D', (call: WebgpuCall<Attributes>) => {
    const { inputs, backend, attrs } = call;
    const [x, filter] = [inputs.x!, inputs.filter!];
    if (attrs.dataFormat !== 'NHWC' || [attrs.dilations].flat().some((dilation) => dilation > 1))
      return shipped(call as never);
    const info = convolutionInfo(x.shape, filter.shape, attrs);
    const { batchSize, outHeight, outWidth, inChannels, outChannels, filterHeight, filterWidth } = info;
    return tiledProduct(backend, {
      key: `convolution ${convolutionKey(info)}`,
      rows: batchSize * outHeight * outWidth,
      columns: outChannels,
      depth: filterHeight * filterWidth * inChannels,
      inputs: { x, weights: filter },
      outputShape: info.outShape,
      factors: `
        ${windowReader(info)}
        fn left(row : i32, k : i32) -> f32 {
          return windowValue(row, k);
        }
        fn right(k : i32, column : i32) -> f32 {
          return weights[k * ${outChannels} + column];
        }`,
    });
  });
}
