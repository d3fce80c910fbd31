import { backend_util, type TensorInfo } from '@tensorflow/tfjs-core';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { convolve } from '../convolve.ts';
import { floats, release, wasmKernel, zeros, type Call } from '../heap.ts';

interface Attributes {
  strides: number | [number, number];
  pad: 'same' | 'valid' | number | [[number, number], [number, number], [number, number], [number, number]];
  dataFormat: 'NHWC';
  dimRoundingMode?: 'floor' | 'round' | 'ceil';
  inputShape: [number, number, number, number];
}

/**
 * The gradient of a convolution with respect to its input: dy convolved with the filter rotated by half a turn.
 *
 * With a stride s, neighbouring pixels of dx see different taps of the filter. Pixels whose position has the same rest
 * modulo s see the same ones, so each of the s·s rests is a small convolution of its own with every s-th tap, written to every
 * s-th pixel; inserting zeros into dy instead would multiply the work by s·s.
 */
export const conv2dBackpropInput = wasmKernel<Attributes>('Conv2DBackpropInput', ({ inputs, backend, attrs }: Call<Attributes>) => {
  const { dy, filter } = inputs as { dy: TensorInfo; filter: TensorInfo };
  const { strides, pad, dimRoundingMode, inputShape } = attrs;
  const info = backend_util.computeConv2DInfo(
    inputShape, filter.shape as [number, number, number, number], strides, 1, pad as 'same', dimRoundingMode);
  const rows = phases(info.inHeight, info.outHeight, info.filterHeight, info.strideHeight, info.padInfo.top);
  const columns = phases(info.inWidth, info.outWidth, info.filterWidth, info.strideWidth, info.padInfo.left);

  if (isWhole(rows, info.outHeight) && isWhole(columns, info.outWidth)) return convolvePhase(backend, dy, filter, rows[0]!, columns[0]!);
  const dx = zeros(backend, inputShape); // pixels that no tap reaches stay 0
  for (const row of rows) {
    for (const column of columns) {
      if (row.taps.length === 0 || column.taps.length === 0) continue;
      const part = convolvePhase(backend, dy, filter, row, column);
      scatter(backend, part, dx, row, column);
      release(backend, part);
    }
  }
  return dx;
});

/** The positions first, first + step, … of dx along one dimension, and the convolution that gives them. */
interface Phase {
  first: number;
  step: number;
  count: number;
  /** Taps of the filter that reach these positions, already in rotated order. */
  taps: number[];
  before: number;
  after: number;
  /** How many results come before the first position: where dy has rows that dx does not need. */
  skip: number;
}

/**
 * dx[first + step·i] = Σ_j dy[i + q − j] · w[k + step·j], where first + pad = step·q + k: as a convolution with rotated taps
 * over dy, padded so that i runs from 0 to count − 1.
 */
function phases(input: number, output: number, filter: number, stride: number, pad: number): Phase[] {
  return Array.from({ length: Math.min(stride, input) }, (_, first) => {
    const q = Math.floor((first + pad) / stride);
    const taps: number[] = [];
    for (let tap = (first + pad) % stride; tap < filter; tap += stride) taps.unshift(tap);
    const count = Math.ceil((input - first) / stride);
    const before = taps.length - 1 - q;
    const after = count - output + q;
    return { first, step: stride, count, taps, before: Math.max(0, before), after: Math.max(0, after), skip: Math.max(0, -before) };
  });
}

/** Whether the convolution's result is dx as it stands. */
function isWhole([phase]: Phase[], output: number): boolean {
  const { step, skip, count, taps, before, after } = phase!;
  return step === 1 && skip === 0 && taps.length > 0 && output + before + after - (taps.length - 1) === count;
}

function convolvePhase(backend: BackendWasm, dy: TensorInfo, filter: TensorInfo, row: Phase, column: Phase): TensorInfo {
  const rotated = rotate(backend, filter, row.taps, column.taps);
  const part = convolve(backend, dy, rotated, row, column); // [B, ≥ row.count, ≥ column.count, C]
  release(backend, rotated);
  return part;
}

/** The chosen taps of [h, w, C, D] in the order given, channels swapped: [rows, columns, D, C]. */
function rotate(backend: BackendWasm, filter: TensorInfo, rows: number[], columns: number[]): TensorInfo {
  const [, width, channels, depth] = filter.shape as [number, number, number, number];
  const rotated = backend.makeOutput([rows.length, columns.length, depth, channels], 'float32');
  const from = floats(backend, filter);
  const to = floats(backend, rotated);
  let target = 0;
  for (const i of rows) {
    for (const j of columns) {
      const tap = (i * width + j) * channels * depth;
      for (let d = 0; d < depth; d++) {
        for (let c = 0; c < channels; c++) to[target++] = from[tap + c * depth + d]!;
      }
    }
  }
  return rotated;
}

function scatter(backend: BackendWasm, part: TensorInfo, dx: TensorInfo, row: Phase, column: Phase): void {
  const [, partHeight, partWidth] = part.shape as [number, number, number, number];
  const [batch, height, width, channels] = dx.shape as [number, number, number, number];
  const from = floats(backend, part);
  const to = floats(backend, dx);
  for (let b = 0; b < batch; b++) {
    for (let i = 0; i < row.count; i++) {
      let source = ((b * partHeight + row.skip + i) * partWidth + column.skip) * channels;
      const targetRow = (b * height + row.first + i * row.step) * width;
      for (let j = 0; j < column.count; j++) {
        const target = (targetRow + column.first + j * column.step) * channels;
        for (let c = 0; c < channels; c++) to[target + c] = from[source++]!;
      }
    }
  }
}
