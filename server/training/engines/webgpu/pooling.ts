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

/**
 * WGSL: where in `x` the largest value of a window is, the first of equal ones as in TensorFlow. NaN is larger than any
 * number: WGSL's own max may lose it, and a network that has become NaN would go on with a finite loss.
 */
export function largestOfWindow(info: backend_util.Conv2DInfo): string {
  const { inHeight, inWidth, inChannels } = info;
  return `${windowInImage(info)}
    fn largestOfWindow(image : i32, p : i32, q : i32, channel : i32) -> i32 {
      let window = windowAt(p, q);
      var best = -1;
      for (var y = window.x; y < window.y; y++) {
        for (var z = window.z; z < window.w; z++) {
          let at = ((image * ${inHeight} + y) * ${inWidth} + z) * ${inChannels} + channel;
          if (best == -1 || (!isnan(x[best]) && (isnan(x[at]) || x[at] > x[best]))) { best = at; }
        }
      }
      return best;
    }`;
}

/**
 * WGSL: the gradient of one pixel, the value of a shader over the pictures. Every pixel asks the windows that it lies
 * in, so that no two threads write to one place.
 *
 * @param add adds to `sum` what the window at row `p` and column `q` of `image` gives the pixel; `dyAt` is its dy
 */
export function sumOverWindows(info: backend_util.Conv2DInfo, add: string): string {
  const { outHeight, outWidth, inHeight, inWidth, inChannels: channels } = info;
  const { filterHeight, filterWidth, strideHeight, strideWidth, padInfo } = info;
  return `
      let pixel = index / ${channels};
      let image = pixel / ${inHeight * inWidth};
      let y = (pixel / ${inWidth}) % ${inHeight} + ${padInfo.top};
      let z = pixel % ${inWidth} + ${padInfo.left};
      var sum = 0.0;
      for (var p = max(0, (y - ${filterHeight} + ${strideHeight}) / ${strideHeight});
          p <= min(y / ${strideHeight}, ${outHeight - 1}); p++) {
        for (var q = max(0, (z - ${filterWidth} + ${strideWidth}) / ${strideWidth});
            q <= min(z / ${strideWidth}, ${outWidth - 1}); q++) {
          let dyAt = ((image * ${outHeight} + p) * ${outWidth} + q) * ${channels} + index % ${channels};
          ${add}
        }
      }
      return sum;`;
}
