import { describe, expect, it } from 'vitest';
import { blur, rasterise } from '../../../server/training/datasets/glyph-raster.ts';
import { GLYPHS } from '../../../server/training/datasets/glyph-strokes.ts';
import { glyphs } from '../../../server/training/datasets/glyphs.ts';
import { context } from './files.ts';

const load = (settings: object = {}) =>
  glyphs.load({ name: 'glyphs', classes: 10, train: 200, seed: 0, ...settings }, context('/'));

describe('glyphs', () => {
  it('are the same images however many are drawn', async () => {
    const [few, many] = [await load({ train: 50 }), await load({ train: 80 })];
    expect(many.train.pixels.subarray(0, 50 * 784)).toEqual(few.train.pixels);
    expect(many.test).toEqual(few.test);
  });

  it('are other images for another seed, and none of the training part is in the test part', async () => {
    const [first, second] = [await load(), await load({ seed: 1 })];
    expect(second.train.pixels).not.toEqual(first.train.pixels);
    const imagesOf = ({ pixels }: typeof first.train) =>
      Array.from({ length: pixels.length / 784 }, (_, i) =>
        Buffer.from(pixels.subarray(i * 784, (i + 1) * 784)).toString('base64'),
      );
    const all = [...imagesOf(first.train), ...imagesOf(first.test!)];
    expect(new Set(all).size).toBe(all.length);
  });

  it('come in all classes evenly', async () => {
    const { train, classes } = await load({ classes: 26, train: 260 });
    expect(classes).toEqual(GLYPHS.map((glyph) => glyph.name));
    for (let c = 0; c < 26; c++) expect(train.labels.filter((label) => label === c).length).toBe(10);
  });

  it('can be told apart: the nearest class mean of clean and noisy drawings is far better than chance', async () => {
    const { train, test } = await load({ train: 1000 });
    const means = Array.from({ length: 10 }, () => new Float64Array(784));
    train.labels.forEach((label, i) =>
      means[label]!.forEach((_, p) => (means[label]![p]! += train.pixels[i * 784 + p]! / 100)),
    );
    const distance = (i: number, mean: Float64Array) =>
      mean.reduce((sum, value, p) => sum + (test!.pixels[i * 784 + p]! - value) ** 2, 0);
    const right = [...test!.labels].filter((label, i) => {
      const distances = means.map((mean) => distance(i, mean));
      return distances.indexOf(Math.min(...distances)) === label;
    });
    expect(right.length / test!.count).toBeGreaterThan(0.3);
    // And they are not so easy that a mean image a class would do.
    expect(right.length / test!.count).toBeLessThan(0.85);
  });

  it.each([
    [{ classes: 27 }, 'Cannot draw 27 classes of glyphs: 2 to 26 are wanted (training.dataset.classes)'],
    [{ classes: 1 }, 'Cannot draw 1 classes of glyphs'],
    [{ train: 5 }, 'Cannot draw 5 glyphs of 10 classes: at least one of each is wanted (training.dataset.train)'],
  ])('refuse %o', async (settings, message) => {
    await expect(load(settings)).rejects.toThrow(message);
    await expect(
      glyphs.describe({ name: 'glyphs', classes: 10, train: 200, seed: 0, ...settings }, context('/')),
    ).rejects.toThrow(message);
  });
});

describe('the rasteriser', () => {
  it('covers what lies inside of the stroke, and the rest by its share', () => {
    const line = rasterise([Float64Array.of(1, 2, 5, 2)], 1.5, 7);
    // Across the stroke at x = 3: the edge is 0.75 from its middle, a pixel's centre counts fully from half a pixel
    // inside.
    expect([0, 1, 2, 3, 4].map((y) => line[y * 7 + 3])).toEqual([0, 0.25, 1, 0.25, 0]);
    // Round ends: one pixel beyond the end is as far as one across.
    expect([line[2 * 7 + 0], line[2 * 7 + 6]]).toEqual([0.25, 0.25]);
  });

  it('does not add up where strokes cross, and clips what leaves the image', () => {
    const cross = rasterise([Float64Array.of(-9, 3, 99, 3), Float64Array.of(3, -9, 3, 99)], 1, 7);
    expect([cross[3 * 7 + 3], cross[3 * 7 + 0], cross[6 * 7 + 3], cross[0]]).toEqual([1, 1, 1, 0]);
  });

  it('blurs by three weights each way', () => {
    const dot = new Float64Array(25);
    dot[12] = 1;
    const blurred = blur(dot, 5, 0.25);
    expect([12, 11, 7, 6, 10].map((at) => blurred[at])).toEqual([0.25, 0.125, 0.125, 0.0625, 0]);
  });
});
