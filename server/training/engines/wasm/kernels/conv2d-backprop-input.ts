import type { backend_util, TensorInfo } from '@tensorflow/tfjs-core';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { convolutionInfo, type ConvolutionAttributes } from '../../window-info.ts';
import { convolve } from '../convolve.ts';
import { floats, release, wasmKernel, zeros, type WasmCall } from '../heap.ts';
import { padTo } from '../pad-to.ts';
import { pack, releasePanels } from '../panels.ts';
import { convolveTiles, suitsWinograd } from '../winograd.ts';

interface Attributes extends ConvolutionAttributes {
  inputShape: [number, number, number, number];
}

/** The gradient of a convolution with respect to its input: dy convolved with the filter rotated by half a turn. */
export const conv2dBackpropInput = wasmKernel<Attributes>(
  'Conv2DBackpropInput',
  ({ inputs, backend, attrs }: WasmCall<Attributes>) => {
    const { dy, filter } = inputs as { dy: TensorInfo; filter: TensorInfo };
    const info = convolutionInfo(attrs.inputShape, filter.shape, attrs);
    const fitsTiles =
      suitsWinograd(info, [info.inHeight, info.inWidth]) && info.padInfo.top <= 2 && info.padInfo.left <= 2;
    return fitsTiles ? byTiles(backend, dy, filter, info) : byPhases(backend, dy, filter, info);
  },
);

function byTiles(
  backend: BackendWasm,
  dy: TensorInfo,
  filter: TensorInfo,
  { inShape, inHeight, inWidth, padInfo }: backend_util.Conv2DInfo,
): TensorInfo {
  const padded = padTo(backend, dy, inHeight + 2, inWidth + 2, 2 - padInfo.top, 2 - padInfo.left);
  const rotated = rotate(backend, filter);
  const dx = backend.makeOutput(inShape, 'float32');
  convolveTiles(backend, padded, rotated, dx);
  release(backend, padded, rotated);
  return dx;
}

/** The filter turned by half a turn, with its inputs and outputs exchanged: [h, w, C, D] → [h, w, D, C]. */
function rotate(backend: BackendWasm, filter: TensorInfo): TensorInfo {
  const [height, width, channels, depth] = filter.shape as [number, number, number, number];
  const rotated = backend.makeOutput([height, width, depth, channels], 'float32');
  const [from, to] = [floats(backend, filter), floats(backend, rotated)];
  let target = 0;
  for (let tap = height * width - 1; tap >= 0; tap--) {
    for (let d = 0; d < depth; d++) {
      for (let c = 0; c < channels; c++) to[target++] = from[(tap * channels + c) * depth + d]!;
    }
  }
  return rotated;
}

/**
 * With a stride s, neighbouring pixels of dx see different taps of the filter. Pixels whose positions have the same
 * remainder modulo s see the same taps. So each of the s·s remainders is a small convolution of its own, with every
 * s-th tap, written to every s-th pixel. Inserting zeros into dy instead would multiply the work by s·s.
 */
function byPhases(backend: BackendWasm, dy: TensorInfo, filter: TensorInfo, info: backend_util.Conv2DInfo): TensorInfo {
  const { strideHeight, strideWidth, inChannels, outChannels } = info;
  const rows = phases(info.inHeight, info.filterHeight, strideHeight, info.dilationHeight, info.padInfo.top);
  const columns = phases(info.inWidth, info.filterWidth, strideWidth, info.dilationWidth, info.padInfo.left);
  const [top, height] = extent(rows);
  const [left, width] = extent(columns);
  const padded = padTo(backend, dy, height, width, top, left);

  const dx = zeros(backend, info.inShape); // pixels that no tap reaches stay 0
  for (const row of rows) {
    for (const column of columns) {
      if (row.taps.length === 0 || column.taps.length === 0) continue;
      const taps = row.taps.flatMap((i) =>
        column.taps.map((j) => (i * info.filterWidth + j) * inChannels * outChannels),
      );
      const rotated = pack(
        backend,
        filter,
        taps.flatMap((tap) => Array.from({ length: outChannels }, (_, d) => tap + d)),
        inChannels,
        outChannels,
      );
      convolve(backend, {
        images: padded,
        row: top - row.before,
        column: left - column.before,
        strides: [1, 1],
        window: [row.taps.length, column.taps.length],
        dilations: [row.apart, column.apart],
        filter: rotated,
        out: dx,
        outRow: row.first,
        outColumn: column.first,
        outStrides: [strideHeight, strideWidth],
        outHeight: row.count,
        outWidth: column.count,
      });
      releasePanels(backend, rotated);
    }
  }
  release(backend, padded);
  return dx;
}

/** The positions first, first + stride, … of dx along one dimension, and the convolution that gives them. */
interface Phase {
  first: number;
  count: number;
  /** Taps of the filter that reach these positions, in rotated order. */
  taps: number[];
  /** From one tap's dy to the next one's. */
  apart: number;
  /**
   * How far before the beginning of dy the first window starts; negative where it starts inside of dy, whose beginning
   * is not needed then.
   */
  before: number;
}

/**
 * dx[first + s·i] = Σ dy[i + (first + pad − δ·j)/s] · w[j] over the taps j for which the division leaves no remainder.
 * With rotated taps this is a convolution, whose first window starts at the dy of the last such tap. Neighbours among
 * these taps are s/gcd(s, δ) apart; the places of dy that they reach are δ/gcd(s, δ) apart.
 */
function phases(input: number, filter: number, stride: number, dilation: number, pad: number): Phase[] {
  const common = greatestCommonDivisor(stride, dilation);
  return Array.from({ length: Math.min(stride, input) }, (_, first) => {
    const taps: number[] = [];
    for (let tap = 0; tap < filter; tap++) if ((first + pad - dilation * tap) % stride === 0) taps.unshift(tap);
    return {
      first,
      count: Math.ceil((input - first) / stride),
      taps,
      apart: dilation / common,
      before: ((taps[0] ?? 0) * dilation - first - pad) / stride,
    };
  });
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

/**
 * How many zeros come before dy, and how long it is with all its zeros, so that every window of every phase lies
 * inside.
 */
function extent(phases: Phase[]): [before: number, length: number] {
  const reached = phases.filter(({ taps }) => taps.length > 0);
  const before = Math.max(0, ...reached.map((phase) => phase.before));
  return [
    before,
    Math.max(
      0,
      ...reached.map(({ before: own, count, taps, apart }) => before - own + count + (taps.length - 1) * apart),
    ),
  ];
}
