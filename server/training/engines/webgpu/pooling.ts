import type { backend_util } from '@tensorflow/tfjs-core';

/** A pooling's sizes as the text that tells its shader from others. */
export function poolKey({
  inShape,
  outShape,
  filterHeight,
  filterWidth,
  strideHeight,
  strideWidth,
  padInfo,
}: backend_util.Conv2DInfo): string {
  const sizes = `${filterHeight} ${filterWidth} ${strideHeight} ${strideWidth} ${padInfo.top} ${padInfo.left}`;
  return `${inShape} ${outShape} ${sizes}`;
}

/**
 * WGSL: where in `x` the largest value of a window is, the first of equal ones as in TensorFlow. NaN is larger than any
 * number: WGSL's own max may lose it, and a network that has become NaN would go on with a finite loss.
 */
export function largestOfWindow({
  inHeight,
  inWidth,
  inChannels,
  filterHeight,
  filterWidth,
  strideHeight,
  strideWidth,
  padInfo,
}: backend_util.Conv2DInfo): string {
  return `
    fn largestOfWindow(image : i32, p : i32, q : i32, channel : i32) -> i32 {
      let top = p * ${strideHeight} - ${padInfo.top};
      let left = q * ${strideWidth} - ${padInfo.left};
      var best = -1;
      for (var y = max(top, 0); y < min(top + ${filterHeight}, ${inHeight}); y++) {
        for (var z = max(left, 0); z < min(left + ${filterWidth}, ${inWidth}); z++) {
          let at = ((image * ${inHeight} + y) * ${inWidth} + z) * ${inChannels} + channel;
          if (best == -1 || (!isnan(x[best]) && (isnan(x[at]) || x[at] > x[best]))) { best = at; }
        }
      }
      return best;
    }`;
}

/** WGSL: what of a window lies in the image: rows [x, y) and columns [z, w). */
export function windowInImage({
  inHeight,
  inWidth,
  filterHeight,
  filterWidth,
  strideHeight,
  strideWidth,
  padInfo,
}: backend_util.Conv2DInfo): string {
  return `
    fn windowAt(p : i32, q : i32) -> vec4<i32> {
      let top = p * ${strideHeight} - ${padInfo.top};
      let left = q * ${strideWidth} - ${padInfo.left};
      return vec4<i32>(
        max(top, 0), min(top + ${filterHeight}, ${inHeight}), max(left, 0), min(left + ${filterWidth}, ${inWidth}));
    }`;
}
