import type { backend_util, TensorInfo } from '@tensorflow/tfjs-core';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { assembledFunctions } from './assembled/module.ts';
import { addressOf, release, zeros } from './heap.ts';

/**
 * Winograd's convolution of 3×3 taps (`tile-transforms.ts`): tiles of 4×4 pixels, two apart, and taps are transformed
 * to 16 positions each; at each position the convolution is a plain matrix product. 16 multiplications a tile where the
 * plain convolution takes 36.
 */
const POSITIONS = 16;

/** Numbers of the tiles of one round and of their results together: as many as the second-level cache holds. */
const NUMBERS = 1 << 16;

/** Fewer channels than these leave too little work at a position to pay for the transforms. */
const CHANNELS = 8;

/**
 * Whether a convolution can be done by Winograd's tiles, and gains by it.
 *
 * @param info of the convolution
 * @param size height and width of its results
 */
export function suitsWinograd(info: backend_util.Conv2DInfo, [height, width]: [number, number]): boolean {
  const {
    filterHeight,
    filterWidth,
    strideHeight,
    strideWidth,
    dilationHeight,
    dilationWidth,
    inChannels,
    outChannels,
  } = info;
  const ofItsShape =
    filterHeight === 3 &&
    filterWidth === 3 &&
    strideHeight === 1 &&
    strideWidth === 1 &&
    dilationHeight === 1 &&
    dilationWidth === 1;
  const inWholeTiles = height % 2 === 0 && width % 2 === 0;
  return ofItsShape && inWholeTiles && inChannels >= CHANNELS && outChannels >= CHANNELS;
}

/**
 * out = images convolved with the filter.
 *
 * @param images [B, H + 2, W + 2, C], padded
 * @param filter [3, 3, C, D]
 * @param out [B, H, W, D], H and W even; set
 */
export function convolveTiles(backend: BackendWasm, images: TensorInfo, filter: TensorInfo, out: TensorInfo): void {
  const [channels, depth] = filter.shape.slice(2) as [number, number];
  const taps = backend.makeOutput([POSITIONS, channels, depth], 'float32');
  transformFilter(backend, 'transformTaps', filter, 3, taps, 4);
  const grid = gridOf(out);
  const pixels = tileBuffer(backend, grid, channels, channels + depth);
  const results = tileBuffer(backend, grid, depth, channels + depth);
  const { setOuterProducts } = assembledFunctions(backend);
  inRounds(grid, channels + depth, (first, rows) => {
    transformRows(backend, 'transformPixels', images, pixels, grid, first, rows);
    for (let position = 0; position < POSITIONS; position++) {
      const matrix = addressOf(backend, taps) + 4 * position * channels * depth;
      setOuterProducts(
        addressAt(backend, pixels, position),
        matrix,
        addressAt(backend, results, position),
        1,
        channels,
        4 * channels,
        0,
        4,
        0,
        4 * depth,
        4 * depth,
        rows * grid.columns,
        depth,
      );
    }
    transformRows(backend, 'restoreResults', out, results, grid, first, rows);
  });
  release(backend, taps, pixels.tensor, results.tensor);
}

/**
 * The gradient of `convolveTiles` with respect to its filter.
 *
 * @param images [B, H + 2, W + 2, C], padded
 * @param dy [B, H, W, D], H and W even
 * @param dw [3, 3, C, D]; set
 */
export function filterGradientOfTiles(backend: BackendWasm, images: TensorInfo, dy: TensorInfo, dw: TensorInfo): void {
  const [channels, depth] = dw.shape.slice(2) as [number, number];
  const taps = zeros(backend, [POSITIONS, channels, depth]);
  const grid = gridOf(dy);
  const pixels = tileBuffer(backend, grid, channels, channels + depth);
  const gradients = tileBuffer(backend, grid, depth, channels + depth);
  const { addOuterProducts } = assembledFunctions(backend);
  inRounds(grid, channels + depth, (first, rows) => {
    transformRows(backend, 'transformPixels', images, pixels, grid, first, rows);
    transformRows(backend, 'transformResults', dy, gradients, grid, first, rows);
    for (let position = 0; position < POSITIONS; position++) {
      const matrix = addressOf(backend, taps) + 4 * position * channels * depth;
      addOuterProducts(
        addressAt(backend, pixels, position),
        addressAt(backend, gradients, position),
        matrix,
        1,
        rows * grid.columns,
        4,
        0,
        4 * channels,
        0,
        4 * depth,
        4 * depth,
        channels,
        depth,
      );
    }
  });
  transformFilter(backend, 'restoreTaps', taps, 4, dw, 3);
  release(backend, taps, pixels.tensor, gradients.tensor);
}

/** How many tiles there are: rows of all images together, and columns. */
interface Grid {
  rows: number;
  rowsOfImage: number;
  columns: number;
}

function gridOf({ shape: [batch, height, width] }: TensorInfo): Grid {
  return { rows: (batch! * height!) / 2, rowsOfImage: height! / 2, columns: width! / 2 };
}

/** Room for one round of tiles, position after position. */
interface TileBuffer {
  tensor: TensorInfo;
  channels: number;
  /** From one position to the next, in bytes. */
  stride: number;
}

/** A cache line between positions: with a power of two between them they would push each other out of the cache. */
const GAP = 16;

function tileBuffer(backend: BackendWasm, grid: Grid, channels: number, together: number): TileBuffer {
  const numbers = Math.min(rowsOfRound(grid, together), grid.rows) * grid.columns * channels + GAP;
  return { tensor: backend.makeOutput([POSITIONS * numbers], 'float32'), channels, stride: 4 * numbers };
}

function addressAt(backend: BackendWasm, { tensor, stride }: TileBuffer, position: number): number {
  return addressOf(backend, tensor) + position * stride;
}

function rowsOfRound(grid: Grid, together: number): number {
  return Math.max(1, Math.floor(NUMBERS / (POSITIONS * together * grid.columns)));
}

/**
 * Calls `work` for a few rows of tiles at a time.
 *
 * @param together channels of what goes in and what comes out
 */
function inRounds(grid: Grid, together: number, work: (first: number, rows: number) => void): void {
  const step = rowsOfRound(grid, together);
  for (let first = 0; first < grid.rows; first += step) work(first, Math.min(step, grid.rows - first));
}

/** Transforms some rows of tiles of images to their positions, or back. */
function transformRows(
  backend: BackendWasm,
  name: 'transformPixels' | 'transformResults' | 'restoreResults',
  images: TensorInfo,
  buffer: TileBuffer,
  grid: Grid,
  first: number,
  rows: number,
): void {
  const transform = assembledFunctions(backend)[name];
  const [, height, width] = images.shape as [number, number, number];
  const pixel = 4 * buffer.channels;
  const [start, positions] = [addressOf(backend, images), addressOf(backend, buffer.tensor)];
  for (let row = first; row < first + rows; row++) {
    const image = Math.floor(row / grid.rowsOfImage);
    const corner = start + (image * height + 2 * (row % grid.rowsOfImage)) * width * pixel;
    const inImage = [corner, width * pixel, pixel] as const;
    const inBuffer = [positions + (row - first) * grid.columns * pixel, 4 * buffer.stride, buffer.stride] as const;
    if (name === 'restoreResults') transform(...inBuffer, ...inImage, pixel, 2 * pixel, grid.columns, buffer.channels);
    else transform(...inImage, ...inBuffer, 2 * pixel, pixel, grid.columns, buffer.channels);
  }
}

/**
 * Transforms taps to their positions, or back: a square of `fromSide` × `fromSide` matrices to one of `toSide` ×
 * `toSide`.
 */
function transformFilter(
  backend: BackendWasm,
  name: 'transformTaps' | 'restoreTaps',
  from: TensorInfo,
  fromSide: number,
  to: TensorInfo,
  toSide: number,
): void {
  const numbers = from.shape.slice(-2).reduce((product, side) => product * side, 1);
  const matrix = 4 * numbers;
  assembledFunctions(backend)[name](
    addressOf(backend, from),
    fromSide * matrix,
    matrix,
    addressOf(backend, to),
    toSide * matrix,
    matrix,
    0,
    0,
    1,
    numbers,
  );
}
