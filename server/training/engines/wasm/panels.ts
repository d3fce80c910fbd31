import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { addressOf, floats, release } from './heap.ts';

/** Columns of one panel: as many as the product keeps in registers. */
const WIDTH = 8;

/**
 * A matrix cut into panels of 8 columns, each of which lies together row by row. A product reads the matrix once for
 * every few rows of its left-hand side, and rows that are far apart would push each other out of the cache.
 */
export interface Panels {
  tensor: TensorInfo;
  rows: number;
  columns: number;
}

/**
 * @param rows where each row of the matrix begins among the values of `source`
 * @param columnStep from one value of a row to the next
 */
export function pack(
  backend: BackendWasm,
  source: TensorInfo,
  rows: number[],
  columns: number,
  columnStep: number,
): Panels {
  const tensor = backend.makeOutput([rows.length * columns], 'float32');
  const from = floats(backend, source);
  const to = floats(backend, tensor);
  let target = 0;
  for (let first = 0; first < columns; first += WIDTH) {
    const end = Math.min(first + WIDTH, columns) * columnStep;
    for (const row of rows) {
      for (let at = first * columnStep; at < end; at += columnStep) to[target++] = from[row + at]!;
    }
  }
  return { tensor, rows: rows.length, columns };
}

/** Calls `work` for every panel, with its address, its first column and its number of columns. */
export function forEachPanel(
  backend: BackendWasm,
  { tensor, rows, columns }: Panels,
  work: (address: number, first: number, width: number) => void,
): void {
  const start = addressOf(backend, tensor);
  for (let first = 0; first < columns; first += WIDTH)
    work(start + 4 * first * rows, first, Math.min(WIDTH, columns - first));
}

export function releasePanels(backend: BackendWasm, { tensor }: Panels): void {
  release(backend, tensor);
}
