import { convolutionInfo, type ConvolutionAttributes } from '../../window-info.ts';
import { convolutionKey } from '../convolution.ts';
import { webgpuKernel } from '../kernel.ts';
import { tiledProduct } from '../tiled-product.ts';

interface Attributes extends ConvolutionAttributes {
  inputShape: [number, number, number, number];
}

/**
 * The gradient of a convolution with respect to its input: the windows of dy that see a pixel, as rows of a matrix,
 * times the filter.
 *
 * The shipped kernel reads every number from the GPU's main memory each time that it is needed.
 */
export const conv2dBackpropInput = webgpuKernel<Attributes>('Conv2DBackpropInput', ({ inputs, backend, attrs }) => {
  const { dy, filter } = inputs;
  const info = convolutionInfo(attrs.inputShape, filter!.shape, attrs);
  const {
    batchSize,
    outHeight,
    outWidth,
    inHeight,
    inWidth,
    inChannels,
    outChannels,
    filterHeight,
    filterWidth,
    strideHeight,
    strideWidth,
    padInfo,
  } = info;
  return tiledProduct(backend, {
    key: `input gradient ${convolutionKey(info)}`,
    rows: batchSize * inHeight * inWidth,
    columns: inChannels,
    depth: filterHeight * filterWidth * outChannels,
    inputs: { dy: dy!, weights: filter! },
    outputShape: attrs.inputShape,
    factors: `
      fn left(row : i32, k : i32) -> f32 {
        let tap = k / ${outChannels};
        let y = (row / ${inWidth}) % ${inHeight} + ${padInfo.top} - tap / ${filterWidth};
        let z = row % ${inWidth} + ${padInfo.left} - tap % ${filterWidth};
        if (y < 0 || z < 0 || y % ${strideHeight} != 0 || z % ${strideWidth} != 0) { return 0.0; }
        let p = y / ${strideHeight};
        let q = z / ${strideWidth};
        if (p >= ${outHeight} || q >= ${outWidth}) { return 0.0; }
        return dy[((row / ${inHeight * inWidth} * ${outHeight} + p) * ${outWidth} + q) * ${outChannels}
          + k % ${outChannels}];
      }
      fn right(k : i32, column : i32) -> f32 {
        return weights[(k / ${outChannels} * ${inChannels} + column) * ${outChannels} + k % ${outChannels}];
      }`,
  });
});
