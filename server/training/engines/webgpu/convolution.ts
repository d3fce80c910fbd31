import type { backend_util } from '@tensorflow/tfjs-core';

/** A convolution's sizes as the text that tells its shader from others. */
export function convolutionKey({
  inShape,
  filterShape,
  outShape,
  strideHeight,
  strideWidth,
  padInfo,
}: backend_util.Conv2DInfo): string {
  return `${inShape} ${filterShape} ${outShape} ${strideHeight} ${strideWidth} ${padInfo.top} ${padInfo.left}`;
}

/**
 * WGSL: the `k`-th value, counted over taps and channels, of the window of x from which result `row` is computed; 0
 * outside of the image.
 */
export function windowReader(info: backend_util.Conv2DInfo): string {
  const { outHeight, outWidth, inHeight, inWidth, inChannels, filterWidth, strideHeight, strideWidth, padInfo } = info;
  return `
    fn windowValue(row : i32, k : i32) -> f32 {
      let tap = k / ${inChannels};
      let y = ((row / ${outWidth}) % ${outHeight}) * ${strideHeight} + tap / ${filterWidth} - ${padInfo.top};
      let z = (row % ${outWidth}) * ${strideWidth} + tap % ${filterWidth} - ${padInfo.left};
      if (y < 0 || y >= ${inHeight} || z < 0 || z >= ${inWidth}) { return 0.0; }
      return x[((row / ${outHeight * outWidth} * ${inHeight} + y) * ${inWidth} + z) * ${inChannels}
        + k % ${inChannels}];
    }`;
}
