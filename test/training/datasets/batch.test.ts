import { describe, expect, it } from 'vitest';
import { Stream } from '../../../server/sweep/random.ts';
import type { AugmentSettings } from '../../../server/sweep/settings.ts';
import type { Dataset, ImageShape, Part } from '../../../server/training/dataset.ts';
import { drawPlacements } from '../../../server/training/datasets/augment.ts';
import { drawBatch, imagesOf } from '../../../server/training/datasets/batch.ts';

const off: AugmentSettings = { shift: 0, flip: false, crop: 0, cutout: 0 };

/** `count` images of this shape; pixel p of image i is 1 + (7·i + p) mod 250, labels i mod 3. */
function dataset(
  count: number,
  shape: ImageShape,
  mean = [0, 0, 0],
  std = [1, 1, 1],
  Pixels: typeof Uint8Array | typeof Float32Array = Uint8Array,
): Dataset {
  const size = shape[0] * shape[1] * shape[2];
  const pixels = new Pixels(count * size).map(
    (_: number, k: number) => 1 + ((7 * Math.floor(k / size) + (k % size)) % 250),
  );
  const part: Part = { count, pixels, labels: Int32Array.from({ length: count }, (_, i) => i % 3) };
  return {
    name: 'test',
    shape,
    classes: ['a', 'b', 'c'],
    train: part,
    validation: part,
    test: null,
    mean: Float32Array.from(mean.slice(0, shape[2])),
    std: Float32Array.from(std.slice(0, shape[2])),
    fingerprint: '',
  };
}

describe('a batch', () => {
  it('runs on across epochs, each in its own order, so that every image comes once an epoch', () => {
    const data = dataset(10, [1, 1, 1]);
    const drawn = [0, 1, 2, 3, 4].flatMap((t) => [...drawBatch(data, { batchSize: 4, augment: off }, 5, t).images]);
    const expected = [0, 1].flatMap((epoch) =>
      [...new Stream(5, 'order', epoch).permutation(10)].map((i) => data.train.pixels[i]),
    );
    expect(drawn).toEqual(expected);
  });

  it('is a pure function of seed and number, whatever was drawn before', () => {
    const data = dataset(10, [2, 2, 1]);
    const settings = { batchSize: 4, augment: { shift: 1, flip: true, crop: 0, cutout: 1 } };
    const later = drawBatch(data, settings, 5, 7);
    drawBatch(data, settings, 6, 7);
    drawBatch(data, settings, 5, 0);
    expect(drawBatch(dataset(10, [2, 2, 1]), settings, 5, 7)).toEqual(later);
    expect(drawBatch(data, settings, 6, 7)).not.toEqual(later);
  });

  it('may be larger than the training part', () => {
    const { labels } = drawBatch(dataset(3, [1, 1, 1]), { batchSize: 9, augment: off }, 0, 1);
    expect([...labels].sort()).toEqual([0, 0, 0, 1, 1, 1, 2, 2, 2]);
  });

  it.each([Uint8Array, Float32Array])('is normalised by channel, with its labels (%o)', (Pixels) => {
    const data = dataset(5, [1, 2, 3], [10, 20, 30], [2, 4, 5], Pixels);
    const { images, labels } = drawBatch(data, { batchSize: 5, augment: off }, 1, 0);
    const order = new Stream(1, 'order', 0).permutation(5);
    order.forEach((index, i) => {
      expect(labels[i]).toBe(index % 3);
      for (let p = 0; p < 6; p++) {
        const expected = (data.train.pixels[index * 6 + p]! - [10, 20, 30][p % 3]!) / [2, 4, 5][p % 3]!;
        expect(images[i * 6 + p]).toBe(Math.fround(expected));
      }
    });
  });
});

describe('augmentation', () => {
  const shape: ImageShape = [5, 7, 2];
  const mean = [30, 40];
  const std = [3, 7];
  const data = dataset(12, shape, mean, std);

  /** The slow, obvious way: one pixel at a time from the definition. */
  function expectedPixel(
    index: number,
    y: number,
    x: number,
    c: number,
    settings: AugmentSettings,
    i: number,
    seed: number,
    t: number,
  ): number {
    const { top, left, mirrored, cut } = drawPlacements(settings, 12, shape, seed, t)[i]!;
    if (cut && y >= cut.top && y < cut.top + settings.cutout && x >= cut.left && x < cut.left + settings.cutout)
      return 0;
    const [height, width, channels] = shape;
    const mirror = (column: number) => (mirrored ? width - 1 - column : column);
    const [fromY, fromX] = [y + top, x + left];
    const inside = fromY >= 0 && fromY < height && fromX >= 0 && fromX < width;
    const raw = inside ? data.train.pixels[((index * height + fromY) * width + mirror(fromX)) * channels + c]! : 0;
    return Math.fround((raw - mean[c]!) / std[c]!);
  }

  it.each<Partial<AugmentSettings>>([
    { shift: 2 },
    { flip: true },
    { crop: 3 },
    { cutout: 3 },
    { shift: 1, flip: true, crop: 2, cutout: 2 },
  ])('with %o moves, mirrors and cuts each pixel as drawn', (some) => {
    const settings = { ...off, ...some };
    const { images, labels } = drawBatch(data, { batchSize: 12, augment: settings }, 3, 4);
    // Batch 4 of 12 images of 12 is the whole of epoch 4.
    const order = new Stream(3, 'order', 4).permutation(12);
    const expected = [...order].flatMap((index, i) =>
      Array.from({ length: 70 }, (_, k) =>
        expectedPixel(index, Math.floor(k / 14), Math.floor(k / 2) % 7, k % 2, settings, i, 3, 4),
      ),
    );
    expect([...images]).toEqual(expected);
    expect([...labels]).toEqual([...order].map((index) => index % 3));
    expect(images).not.toEqual(drawBatch(data, { batchSize: 12, augment: off }, 3, 4).images);
  });

  it('draws offsets, mirroring and centres evenly over their whole range', () => {
    const placements = Array.from({ length: 200 }, (_, t) =>
      drawPlacements({ shift: 2, flip: true, crop: 0, cutout: 3 }, 50, [8, 8, 1], 0, t),
    ).flat();
    const share = (test: (placement: (typeof placements)[number]) => boolean) =>
      placements.filter(test).length / placements.length;
    // 10,000 draws: 4 standard errors of a share p are 4·√(p(1 − p)/10,000): 0.016, 0.02 and 0.0133.
    for (const offset of [-2, -1, 0, 1, 2]) {
      expect(Math.abs(share(({ top }) => top === offset) - 0.2)).toBeLessThan(0.016);
      expect(Math.abs(share(({ left }) => left === offset) - 0.2)).toBeLessThan(0.016);
    }
    expect(Math.abs(share(({ mirrored }) => mirrored) - 0.5)).toBeLessThan(0.02);
    for (let centre = 0; centre < 8; centre++)
      expect(Math.abs(share(({ cut }) => cut!.top + 1 === centre) - 1 / 8)).toBeLessThan(0.0133);
  });
});

describe('images as they are', () => {
  it('come in the order of their part, with zeros past its end', () => {
    const data = dataset(5, [1, 1, 1], [1], [2]);
    expect([0, 2, 4].map((start) => [...imagesOf(data, data.validation, start, 2)])).toEqual([
      [0, 3.5],
      [7, 10.5],
      [14, 0],
    ]);
  });
});
