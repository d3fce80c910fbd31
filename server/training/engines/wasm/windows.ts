import { backend_util, type TensorInfo } from '@tensorflow/tfjs-core';

/** The attributes of every pooling kernel. */
export interface PoolAttributes {
  filterSize: number | [number, number];
  strides: number | [number, number];
  pad: 'same' | 'valid' | number;
  dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

export function poolInfo(x: TensorInfo, { filterSize, strides, pad, dimRoundingMode }: PoolAttributes): backend_util.Conv2DInfo {
  return backend_util.computePool2DInfo(x.shape as [number, number, number, number], filterSize, strides, 1, pad, dimRoundingMode);
}

/**
 * Calls `work` for every window of a pooling, in the order of its results: which pixel of all images is its corner, and how many
 * rows and columns of it lie in the image (none, where padding is wider than a window).
 */
export function forEachWindow(info: backend_util.Conv2DInfo, work: (corner: number, rows: number, columns: number) => void): void {
  const { batchSize, inHeight, inWidth, outHeight, outWidth, strideHeight, strideWidth, filterHeight, filterWidth, padInfo } = info;
  for (let b = 0; b < batchSize; b++) {
    for (let p = 0; p < outHeight; p++) {
      const top = Math.max(0, p * strideHeight - padInfo.top);
      const rows = Math.min(inHeight, p * strideHeight - padInfo.top + filterHeight) - top;
      for (let q = 0; q < outWidth; q++) {
        const left = Math.max(0, q * strideWidth - padInfo.left);
        const columns = Math.min(inWidth, q * strideWidth - padInfo.left + filterWidth) - left;
        work((b * inHeight + top) * inWidth + left, rows, columns);
      }
    }
  }
}
