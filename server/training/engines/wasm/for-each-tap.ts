import type { backend_util } from '@tensorflow/tfjs-core';

/**
 * Calls `work` for every tap of every window, if the tap lies in the image. `work` gets the places where the tap's
 * channels of x, of the filter and of y begin.
 */
export function forEachTap(
  info: backend_util.Conv2DInfo,
  work: (xAt: number, filterAt: number, yAt: number) => void,
): void {
  const {
    batchSize,
    inHeight,
    inWidth,
    inChannels,
    outHeight,
    outWidth,
    outChannels,
    filterHeight,
    filterWidth,
    padInfo,
  } = info;
  for (let b = 0; b < batchSize; b++) {
    for (let p = 0; p < outHeight; p++) {
      for (let q = 0; q < outWidth; q++) {
        const yAt = ((b * outHeight + p) * outWidth + q) * outChannels;
        for (let i = 0; i < filterHeight; i++) {
          const row = p * info.strideHeight + i * info.dilationHeight - padInfo.top;
          if (row < 0 || row >= inHeight) continue;
          for (let j = 0; j < filterWidth; j++) {
            const column = q * info.strideWidth + j * info.dilationWidth - padInfo.left;
            if (column < 0 || column >= inWidth) continue;
            work(((b * inHeight + row) * inWidth + column) * inChannels, (i * filterWidth + j) * outChannels, yAt);
          }
        }
      }
    }
  }
}
