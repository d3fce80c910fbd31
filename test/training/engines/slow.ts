/** Operations the slow, obvious way, in float64: what an engine's kernels are held against. */

/** A tensor on the host; values in row-major order. */
export interface Slow {
  shape: number[];
  values: number[];
}

type Four = [number, number, number, number];

/**
 * Numbers between −1 and 1 without a pattern that a wrong index could hide in; float32, so that engines start from the
 * same.
 */
export function slowTensor(shape: number[], seed: number): Slow {
  let state = seed * 2654435761 + 1;
  const values = Array.from({ length: size(shape) }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.fround(state / 2 ** 31 - 1);
  });
  return { shape, values };
}

export function size(shape: number[]): number {
  return shape.reduce((product, side) => product * side, 1);
}

function zeros(shape: number[]): Slow {
  return { shape, values: Array<number>(size(shape)).fill(0) };
}

const at = ([, h, w, c]: Four, b: number, i: number, j: number, k: number) => ((b * h + i) * w + j) * c + k;

export type Pad = 'same' | 'valid' | number;

/** Where windows lie along one dimension: TensorFlow's "same" puts the odd row of padding at the end. */
function layout(input: number, window: number, stride: number, pad: Pad): { output: number; before: number } {
  if (pad === 'same') {
    const output = Math.ceil(input / stride);
    return { output, before: Math.floor(Math.max(0, (output - 1) * stride + window - input) / 2) };
  }
  const before = pad === 'valid' ? 0 : pad;
  return { output: Math.floor((input + 2 * before - window) / stride) + 1, before };
}

/** Where the windows of a convolution lie, and the shape of its result. */
function layoutOfConvolution(
  x: number[],
  filter: number[],
  strides: [number, number],
  pad: Pad,
  dilations: [number, number],
): { rows: ReturnType<typeof layout>; columns: ReturnType<typeof layout>; y: Four } {
  const [batch, height, width] = x as Four;
  const [h, w, , depth] = filter as Four;
  const rows = layout(height, (h - 1) * dilations[0] + 1, strides[0], pad);
  const columns = layout(width, (w - 1) * dilations[1] + 1, strides[1], pad);
  return { rows, columns, y: [batch, rows.output, columns.output, depth] };
}

/** Calls `visit` for every product x[xAt]·filter[filterAt] that enters y[yAt] of a convolution. */
function overConvolution(
  x: number[],
  filter: number[],
  strides: [number, number],
  pad: Pad,
  dilations: [number, number],
  visit: (xAt: number, filterAt: number, yAt: number) => void,
): void {
  const [batch, height, width, channels] = x as Four;
  const [h, w, , depth] = filter as Four;
  const { rows, columns, y } = layoutOfConvolution(x, filter, strides, pad, dilations);
  for (let b = 0; b < batch; b++)
    for (let p = 0; p < y[1]; p++)
      for (let q = 0; q < y[2]; q++)
        for (let i = 0; i < h; i++)
          for (let j = 0; j < w; j++) {
            const [row, column] = [
              p * strides[0] + i * dilations[0] - rows.before,
              q * strides[1] + j * dilations[1] - columns.before,
            ];
            if (row < 0 || row >= height || column < 0 || column >= width) continue;
            for (let c = 0; c < channels; c++)
              for (let d = 0; d < depth; d++)
                visit(at(x as Four, b, row, column, c), at(filter as Four, i, j, c, d), at(y, b, p, q, d));
          }
}

export function conv2d(
  x: Slow,
  filter: Slow,
  strides: [number, number],
  pad: Pad,
  dilations: [number, number] = [1, 1],
): Slow {
  const y = zeros(layoutOfConvolution(x.shape, filter.shape, strides, pad, dilations).y);
  overConvolution(x.shape, filter.shape, strides, pad, dilations, (xAt, filterAt, yAt) => {
    y.values[yAt]! += x.values[xAt]! * filter.values[filterAt]!;
  });
  return y;
}

export function conv2dGradients(
  x: Slow,
  filter: Slow,
  dy: Slow,
  strides: [number, number],
  pad: Pad,
  dilations: [number, number] = [1, 1],
): { dx: Slow; dFilter: Slow } {
  const [dx, dFilter] = [zeros(x.shape), zeros(filter.shape)];
  overConvolution(x.shape, filter.shape, strides, pad, dilations, (xAt, filterAt, yAt) => {
    dx.values[xAt]! += dy.values[yAt]! * filter.values[filterAt]!;
    dFilter.values[filterAt]! += dy.values[yAt]! * x.values[xAt]!;
  });
  return { dx, dFilter };
}

/** Calls `visit` for every window with the indices of its values in order, and the index of its result. */
function overWindows(
  x: number[],
  window: [number, number],
  strides: [number, number],
  pad: Pad,
  visit: (members: number[], yAt: number) => void,
): number[] {
  const [batch, height, width, channels] = x as Four;
  const rows = layout(height, window[0], strides[0], pad);
  const columns = layout(width, window[1], strides[1], pad);
  const y: Four = [batch, rows.output, columns.output, channels];
  for (let b = 0; b < batch; b++)
    for (let p = 0; p < y[1]; p++)
      for (let q = 0; q < y[2]; q++)
        for (let c = 0; c < channels; c++) {
          const members: number[] = [];
          for (let i = 0; i < window[0]; i++)
            for (let j = 0; j < window[1]; j++) {
              const [row, column] = [p * strides[0] + i - rows.before, q * strides[1] + j - columns.before];
              if (row >= 0 && row < height && column >= 0 && column < width)
                members.push(at(x as Four, b, row, column, c));
            }
          visit(members, at(y, b, p, q, c));
        }
  return y;
}

/** The shape of a pooling's result. */
export function pooledShape(x: number[], window: [number, number], strides: [number, number], pad: Pad): number[] {
  return overWindows(x, window, strides, pad, () => {});
}

/** Each dy goes to the first largest value of its window. */
export function maxPoolGradient(
  x: Slow,
  dy: Slow,
  window: [number, number],
  strides: [number, number],
  pad: Pad,
): Slow {
  const dx = zeros(x.shape);
  overWindows(x.shape, window, strides, pad, (members, yAt) => {
    const largest = members.reduce((best, member) => (x.values[member]! > x.values[best]! ? member : best));
    dx.values[largest]! += dy.values[yAt]!;
  });
  return dx;
}

/** The largest value of each window. */
export function maxPool(x: Slow, window: [number, number], strides: [number, number], pad: Pad): number[] {
  const largest: number[] = [];
  overWindows(x.shape, window, strides, pad, (members, yAt) => {
    largest[yAt] = Math.max(...members.map((member) => x.values[member]!));
  });
  return largest;
}

/** The mean of the values of each window that lie in the image. */
export function avgPool(x: Slow, window: [number, number], strides: [number, number], pad: Pad): number[] {
  const means: number[] = [];
  overWindows(x.shape, window, strides, pad, (members, yAt) => {
    means[yAt] = members.reduce((sum, member) => sum + x.values[member]!, 0) / members.length;
  });
  return means;
}

/** Each dy is shared by the values of its window that lie in the image. */
export function avgPoolGradient(
  x: Slow,
  dy: Slow,
  window: [number, number],
  strides: [number, number],
  pad: Pad,
): Slow {
  const dx = zeros(x.shape);
  overWindows(x.shape, window, strides, pad, (members, yAt) => {
    for (const member of members) dx.values[member]! += dy.values[yAt]! / members.length;
  });
  return dx;
}

/** [M, K] · [K, N], given as functions of their indices. */
export function matMul(
  m: number,
  k: number,
  n: number,
  a: (i: number, l: number) => number,
  b: (l: number, j: number) => number,
): number[] {
  return Array.from({ length: m * n }, (_, flat) => {
    const [i, j] = [Math.floor(flat / n), flat % n];
    let sum = 0;
    for (let l = 0; l < k; l++) sum += a(i, l) * b(l, j);
    return sum;
  });
}

/** A function of every value. */
export function map(x: Slow, f: (value: number, index: number) => number): Slow {
  return { shape: x.shape, values: x.values.map(f) };
}

/**
 * A function of two tensors' values, the smaller one repeated along the dimensions that it lacks or has with size 1.
 */
export function zip(a: Slow, b: Slow, f: (a: number, b: number) => number): Slow {
  const shape = broadcastShape(a.shape, b.shape);
  const [left, right] = [broadcast(a, shape), broadcast(b, shape)];
  return { shape, values: left.values.map((value, i) => f(value, right.values[i]!)) };
}

function broadcastShape(a: number[], b: number[]): number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, d) => Math.max(a[d - rank + a.length] ?? 1, b[d - rank + b.length] ?? 1));
}

/** Repeats a tensor until it has a shape. */
export function broadcast(x: Slow, shape: number[]): Slow {
  if (`${x.shape}` === `${shape}`) return x;
  const { values } = zeros(shape);
  eachIndex(shape, (index, flat) => (values[flat] = x.values[smallerIndex(index, x.shape)]!));
  return { shape, values };
}

/** The reverse of `broadcast`: adds up what was repeated. */
export function sumTo(x: Slow, shape: number[]): Slow {
  const sum = zeros(shape);
  eachIndex(x.shape, (index, flat) => (sum.values[smallerIndex(index, shape)]! += x.values[flat]!));
  return sum;
}

/**
 * Folds the values along some dimensions, negative ones counted from the end; dimensions that are folded stay with size
 * 1.
 */
export function fold(x: Slow, axes: number[], f: (members: number[]) => number): Slow {
  const shape = x.shape.map((side, d) =>
    axes.some((axis) => (axis + x.shape.length) % x.shape.length === d) ? 1 : side,
  );
  const members: number[][] = Array.from({ length: size(shape) }, () => []);
  eachIndex(x.shape, (index, flat) => members[smallerIndex(index, shape)]!.push(x.values[flat]!));
  return { shape, values: members.map(f) };
}

/** Calls `visit` for every index of a shape, in row-major order; always the same array. */
function eachIndex(shape: number[], visit: (index: number[], flat: number) => void): void {
  const index = shape.map(() => 0);
  for (let flat = 0; flat < size(shape); flat++) {
    visit(index, flat);
    for (let d = shape.length - 1; d >= 0 && ++index[d]! === shape[d]; d--) index[d] = 0;
  }
}

/** Where an index of a larger shape lies in a smaller one. */
function smallerIndex(index: number[], shape: number[]): number {
  return shape.reduce((flat, side, d) => flat * side + (side === 1 ? 0 : index[d + index.length - shape.length]!), 0);
}

/** The largest difference, as a share of the largest expected value (of 1e−6 where all are smaller). */
export function difference(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (actual.length !== expected.length) return Infinity;
  let [worst, largest] = [0, 1e-6];
  for (let i = 0; i < expected.length; i++) {
    // A positive condition: NaN must not pass for a small difference.
    const gap = Math.abs(actual[i]! - expected[i]!);
    worst = gap <= worst ? worst : Number.isNaN(gap) ? Infinity : gap;
    largest = Math.max(largest, Math.abs(expected[i]!));
  }
  return worst / largest;
}
