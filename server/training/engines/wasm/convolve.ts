import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { assembledFunctions } from './assembled/module.ts';
import { addressOf } from './heap.ts';
import { forEachPanel, type Panels } from './panels.ts';

/** One convolution over images that are padded already. */
export interface Convolution {
  /** [B, height, width, C] */
  images: TensorInfo;
  /** The first window's corner. */
  row: number;
  column: number;
  /** Steps between windows. */
  strides: [number, number];
  /** Height and width of a window, in taps. */
  window: [number, number];
  /** Pixels from one tap to the next. */
  dilations: [number, number];
  /** The filter as a matrix of window · C rows and D columns. */
  filter: Panels;
  /** [B, …, …, D]; the results are added to every `outStrides`-th pixel from `outRow`, `outColumn` on. */
  out: TensorInfo;
  outRow: number;
  outColumn: number;
  outStrides: [number, number];
  /** How many results there are in a column and in a row. */
  outHeight: number;
  outWidth: number;
}

/**
 * Adds a convolution's results to pixels of `out`: every row of results is one matrix product, in which windows
 * overlap.
 */
export function convolve(
  backend: BackendWasm,
  {
    images,
    row,
    column,
    strides,
    window,
    dilations,
    filter,
    out,
    outRow,
    outColumn,
    outStrides,
    outHeight,
    outWidth,
  }: Convolution,
): void {
  const [batch, height, width, channels] = images.shape as [number, number, number, number];
  const [, fullHeight, fullWidth, depth] = out.shape as [number, number, number, number];
  const { addOuterProducts } = assembledFunctions(backend);
  const [from, to] = [addressOf(backend, images), addressOf(backend, out)];
  const line = 4 * width * channels;
  // Taps without a gap between them are points of one line, which the windows of neighbouring results share. Taps with
  // a gap are lines of their own.
  const together = dilations[1] === 1;
  const taps = window[1] * channels;
  forEachPanel(backend, filter, (panel, first, panelWidth) => {
    const panelRow = 4 * panelWidth;
    for (let b = 0; b < batch; b++) {
      for (let p = 0; p < outHeight; p++) {
        const corner = from + (b * height + row + p * strides[0]) * line + 4 * column * channels;
        const target =
          to + 4 * (((b * fullHeight + outRow + p * outStrides[0]) * fullWidth + outColumn) * depth + first);
        const add = (a: number, b: number, lines: number, points: number, aLine: number) =>
          addOuterProducts(
            a,
            b,
            target,
            lines,
            points,
            4 * strides[1] * channels,
            aLine,
            4,
            points * panelRow,
            panelRow,
            4 * outStrides[1] * depth,
            outWidth,
            panelWidth,
          );
        if (together) add(corner, panel, window[0], taps, dilations[0] * line);
        else
          for (let i = 0; i < window[0]; i++)
            add(
              corner + i * dilations[0] * line,
              panel + i * taps * panelRow,
              window[1],
              channels,
              4 * dilations[1] * channels,
            );
      }
    }
  });
}
