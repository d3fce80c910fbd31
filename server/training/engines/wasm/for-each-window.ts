import type { backend_util } from '@tensorflow/tfjs-core';

/**
 * Calls `work` for all windows of a pooling, in the order of their results. Windows of one size that lie side by side
 * come in one call. `corner` is the first window's first pixel, counted over all images. `rows` and `columns` are how
 * much of each window lies in the image, at least 1. `windows` is how many there are, a stride apart.
 */
export function forEachWindow(
  info: backend_util.Conv2DInfo,
  work: (corner: number, rows: number, columns: number, windows: number) => void,
): void {
  const {
    batchSize,
    inHeight,
    inWidth,
    outHeight,
    outWidth,
    strideHeight,
    strideWidth,
    filterHeight,
    filterWidth,
    padInfo,
  } = info;
  const left = (q: number) => Math.max(0, q * strideWidth - padInfo.left);
  const right = (q: number) => Math.min(inWidth, q * strideWidth - padInfo.left + filterWidth);
  const isWhole = (q: number) => right(q) - left(q) === filterWidth;
  for (let b = 0; b < batchSize; b++) {
    for (let p = 0; p < outHeight; p++) {
      const top = Math.max(0, p * strideHeight - padInfo.top);
      const rows = Math.min(inHeight, p * strideHeight - padInfo.top + filterHeight) - top;
      for (let q = 0, end: number; q < outWidth; q = end) {
        end = q + 1;
        while (end < outWidth && isWhole(q) && isWhole(end)) end++;
        work((b * inHeight + top) * inWidth + left(q), rows, right(q) - left(q), end - q);
      }
    }
  }
}
