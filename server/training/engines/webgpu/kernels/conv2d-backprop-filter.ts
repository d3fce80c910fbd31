import { convolutionInfo, type ConvolutionAttributes } from '../../window-info.ts';
import { convolutionKey, windowReader } from '../convolution.ts';
import { webgpuKernel } from '../kernel.ts';
import { tiledProduct } from '../tiled-product.ts';

interface Attributes extends ConvolutionAttributes {
  filterShape: [number, number, number, number];
}

/**
 * The gradient of a convolution with respect to its filter: the windows of x, as columns of a matrix, times dy.
 *
 * The shipped kernel has one thread per weight, which goes through all pixels of all images. A GPU has a hundred times
 * as many threads.
 */
export const conv2dBackpropFilter = webgpuKernel<Attributes>('Conv2DBackpropFilter', ({ inputs, backend, attrs }) => {
  const { x, dy } = inputs;
  const info = convolutionInfo(x!.shape, attrs.filterShape, attrs);
  const { batchSize, outHeight, outWidth, inChannels, outChannels, filterHeight, filterWidth } = info;
  return tiledProduct(backend, {
    key: `filter gradient ${convolutionKey(info)}`,
    rows: filterHeight * filterWidth * inChannels,
    columns: outChannels,
    depth: batchSize * outHeight * outWidth,
    inputs: { x: x!, dy: dy! },
    outputShape: attrs.filterShape,
    factors: `
      ${windowReader(info)}
      fn left(row : i32, k : i32) -> f32 {
        return windowValue(k, row);
      }
      fn right(k : i32, column : i32) -> f32 {
        return dy[k * ${outChannels} + column];
      }`,
  });
});
