import type { AugmentSettings } from '../../sweep/settings.ts';
import { Stream } from '../../sweep/random.ts';
import type { Dataset, Part } from '../dataset.ts';
import { augments, drawPlacements } from './augment.ts';
import type { Placement } from './augment.ts';

export interface Batch {
  /** batch × height × width × channels, normalised. */
  images: Float32Array;
  labels: Int32Array;
}

/**
 * Which images of the training part make up batch t of the run with this seed: a pure function of its arguments.
 * Batches run on across epochs, so all have the same size; epoch e goes through the part in the order of the stream
 * (seed, 'order', e).
 */
export function drawIndices(dataset: Dataset, batchSize: number, seed: number, t: number): Int32Array {
  const { count } = dataset.train;
  const indices = new Int32Array(batchSize);
  for (let filled = 0; filled < batchSize;) {
    const position = t * batchSize + filled;
    const from = position % count;
    const part = epochOrder(dataset, seed, Math.floor(position / count)).subarray(from, from + batchSize - filled);
    indices.set(part, filled);
    filled += part.length;
  }
  return indices;
}

/** Batch t of the run with this seed: a pure function of its arguments. */
export function drawBatch(
  dataset: Dataset,
  { batchSize, augment }: { batchSize: number; augment: AugmentSettings },
  seed: number,
  t: number,
): Batch {
  const { train, shape } = dataset;
  const size = shape[0] * shape[1] * shape[2];
  const images = new Float32Array(batchSize * size);
  const indices = drawIndices(dataset, batchSize, seed, t);
  const write = writerOf(dataset);
  const placements = augments(augment) ? drawPlacements(augment, batchSize, shape, seed, t) : null;

  for (const [i, index] of indices.entries()) {
    if (placements) write.placed(train.pixels, index * size, images, i * size, placements[i]!, augment.cutout);
    else write.plain(train.pixels, index * size, images, i * size);
  }
  return { images, labels: labelsOf(train, indices) };
}

export function labelsOf({ labels }: Part, indices: Int32Array): Int32Array {
  return indices.map((index) => labels[index]!);
}

/**
 * `rows` images of a part, beginning with number `start`: the same bits as in a batch without augmentation. Rows past
 * the part's end are zeros.
 */
export function imagesOf(dataset: Dataset, part: Part, start: number, rows: number): Float32Array {
  const size = dataset.shape[0] * dataset.shape[1] * dataset.shape[2];
  const images = new Float32Array(rows * size);
  const write = writerOf(dataset);
  for (let i = 0; i < Math.min(rows, part.count - start); i++)
    write.plain(part.pixels, (start + i) * size, images, i * size);
  return images;
}

const orders = new WeakMap<Dataset, Map<string, Int32Array>>();

/**
 * Drawing an epoch's order takes as long as many batches, so the last two orders are kept: a batch may lie across the
 * border of two epochs.
 */
function epochOrder(dataset: Dataset, seed: number, epoch: number): Int32Array {
  let kept = orders.get(dataset);
  if (!kept) orders.set(dataset, (kept = new Map()));
  const key = `${seed}/${epoch}`;
  let order = kept.get(key);
  if (!order) {
    order = new Stream(seed, 'order', epoch).permutation(dataset.train.count);
    if (kept.size === 2) kept.delete(kept.keys().next().value!);
    kept.set(key, order);
  }
  return order;
}

type Pixels = Part['pixels'];

/** Copies images, normalising each pixel as (value − mean) / std of its channel. */
interface Writer {
  /** `size` values from `source`, starting at `from`, to `target`, starting at `to`. */
  plain(source: Pixels, from: number, target: Float32Array, to: number): void;
  /**
   * The same with the image moved, mirrored and cut.
   *
   * @param side of the square that is blanked
   */
  placed(source: Pixels, from: number, target: Float32Array, to: number, placement: Placement, side: number): void;
}

const writers = new WeakMap<Dataset, Writer>();

function writerOf(dataset: Dataset): Writer {
  let writer = writers.get(dataset);
  if (!writer) writers.set(dataset, (writer = buildWriter(dataset)));
  return writer;
}

function buildWriter({ shape: [height, width, channels], train, mean, std }: Dataset): Writer {
  const size = height * width * channels;
  const normalised = (value: number, channel: number) => (value - mean[channel]!) / std[channel]!;
  // Bytes have 256 values a channel: looking them up is several times faster than dividing, and gives the same numbers.
  const table =
    train.pixels instanceof Uint8Array
      ? Float32Array.from({ length: 256 * channels }, (_, i) => normalised(Math.floor(i / channels), i % channels))
      : null;
  const black = Float32Array.from({ length: channels }, (_, channel) => normalised(0, channel));

  function plain(source: Pixels, from: number, target: Float32Array, to: number): void {
    for (let i = 0, channel = 0; i < size; i++) {
      const value = source[from + i]!;
      target[to + i] = table ? table[value * channels + channel]! : normalised(value, channel);
      if (++channel === channels) channel = 0;
    }
  }

  const whole = new Float32Array(size);
  function placed(
    source: Pixels,
    from: number,
    target: Float32Array,
    to: number,
    placement: Placement,
    side: number,
  ): void {
    plain(source, from, whole, 0);
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const sourceY = y + placement.top;
        const windowX = x + placement.left;
        const sourceX = placement.mirrored ? width - 1 - windowX : windowX;
        const inside = sourceY >= 0 && sourceY < height && sourceX >= 0 && sourceX < width;
        const cut = placement.cut && isWithin(y - placement.cut.top, side) && isWithin(x - placement.cut.left, side);
        for (let channel = 0; channel < channels; channel++) {
          target[to + (y * width + x) * channels + channel] = cut
            ? 0
            : inside
              ? whole[(sourceY * width + sourceX) * channels + channel]!
              : black[channel]!;
        }
      }
    }
  }
  return { plain, placed };
}

function isWithin(distance: number, side: number): boolean {
  return distance >= 0 && distance < side;
}
