import { backend_util } from '@tensorflow/tfjs-core';

/** The attributes that every kernel of a convolution has. */
export interface ConvolutionAttributes {
  strides: number | [number, number];
  pad: 'same' | 'valid' | number | [[number, number], [number, number], [number, number], [number, number]];
  dimRoundingMode?: 'floor' | 'round' | 'ceil';
  /** Absent where TensorFlow.js asks for a gradient, since it has no gradients of dilated convolutions. */
  dilations?: number | [number, number];
}

/** The attributes of every pooling kernel. */
export interface PoolAttributes {
  filterSize: number | [number, number];
  strides: number | [number, number];
  pad: 'same' | 'valid' | number;
  dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

type Shape4 = [number, number, number, number];

/**
 * Shapes, padding and strides of a convolution, channels last.
 *
 * @param x [B, height, width, channels]
 * @param filter [height, width, channels, depth]
 */
export function convolutionInfo(
  x: number[],
  filter: number[],
  { strides, pad, dilations, dimRoundingMode }: ConvolutionAttributes,
  depthwise = false,
): backend_util.Conv2DInfo {
  return backend_util.computeConv2DInfo(
    x as Shape4,
    filter as Shape4,
    strides,
    dilations ?? 1,
    pad as 'same',
    dimRoundingMode,
    depthwise,
  );
}

/**
 * Shapes, padding and strides of a pooling, channels last.
 *
 * @param x [B, height, width, channels]
 * @throws {Error} where padding is as wide as a window: windows would lie outside of the image, and have no value
 */
export function poolInfo(
  x: number[],
  { filterSize, strides, pad, dimRoundingMode }: PoolAttributes,
): backend_util.Conv2DInfo {
  const info = backend_util.computePool2DInfo(x as Shape4, filterSize, strides, 1, pad, dimRoundingMode);
  const { top, bottom, left, right } = info.padInfo;
  const [rows, columns] = [Math.max(top, bottom), Math.max(left, right)];
  if (rows >= info.filterHeight || columns >= info.filterWidth)
    throw new Error(
      `Cannot pool with a padding of ${rows} × ${columns} ` +
        `and a window of ${info.filterHeight} × ${info.filterWidth}: ` +
        'a window may lie outside of the image, where it has no value. Wanted: less padding than the window is wide',
    );
  return info;
}
