import { describe, expect, it } from 'vitest';
import {
  limitPart,
  splitPart,
  stratifiedOrder,
  trainCount,
  validationCount,
} from '../../../server/training/datasets/split.ts';
import type { ImageShape, Part } from '../../../server/training/dataset.ts';

const shape: ImageShape = [1, 2, 1];

/** 60 images of class 0, 30 of class 1, 10 of class 2, mixed; image i has the pixels i and 200 − i. */
const labels = Int32Array.from({ length: 100 }, (_, i) => (i % 10 < 6 ? 0 : i % 10 < 9 ? 1 : 2));
const part: Part = {
  count: 100,
  labels,
  pixels: Uint8Array.from({ length: 200 }, (_, k) => (k % 2 ? 200 - (k - 1) / 2 : k / 2)),
};

const idsOf = ({ pixels }: Part) => Array.from({ length: pixels.length / 2 }, (_, i) => pixels[2 * i]!);
const countsOf = ({ labels }: Part) => [0, 1, 2].map((c) => labels.filter((label) => label === c).length);

describe('the validation split', () => {
  it('takes every class in proportion, each image once, images with their labels', () => {
    const { train, validation } = splitPart(part, shape, 0.2, 0);
    expect([countsOf(train), countsOf(validation)]).toEqual([
      [48, 24, 8],
      [12, 6, 2],
    ]);
    expect([...idsOf(train), ...idsOf(validation)].sort((a, b) => a - b)).toEqual(
      Array.from({ length: 100 }, (_, i) => i),
    );
    for (const each of [train, validation]) {
      expect(idsOf(each)).toEqual(idsOf(each).sort((a, b) => a - b));
      idsOf(each).forEach((id, i) => {
        expect(each.labels[i]).toBe(labels[id]);
        expect(each.pixels[2 * i + 1]).toBe(200 - id);
      });
    }
  });

  it('is the same for the same seed and another for another', () => {
    const ids = (seed: number) => idsOf(splitPart(part, shape, 20, seed).validation);
    expect(ids(1)).toEqual(ids(1));
    expect(ids(1)).not.toEqual(ids(2));
  });

  it('takes a count, or a share that is rounded and at least one image', () => {
    expect([validationCount(100, 7), validationCount(100, 0.126), validationCount(5, 0.01)]).toEqual([7, 13, 1]);
  });

  it('leaves something to train on', () => {
    expect(() => validationCount(100, 100)).toThrow(
      'Cannot split off 100 validation images: the training part has 100; at least one has to stay to train on',
    );
    expect(() => validationCount(1, 0.5)).toThrow('the training part has 1');
  });
});

describe('the limit', () => {
  it('keeps every class in proportion', () => {
    expect(countsOf(limitPart(part, shape, 10, 3, 0))).toEqual([6, 3, 1]);
    expect(limitPart(part, shape, null, 3, 0)).toBe(part);
    expect(limitPart(part, shape, 500, 3, 0)).toBe(part);
  });

  it('only adds images when it grows', () => {
    for (let limit = 3; limit < 100; limit++) {
      const fewer = new Set(idsOf(limitPart(part, shape, limit, 3, 5)));
      const more = new Set(idsOf(limitPart(part, shape, limit + 1, 3, 5)));
      expect([...fewer].every((id) => more.has(id))).toBe(true);
      expect(more.size).toBe(fewer.size + 1);
    }
  });

  it('keeps the order of the source and its type of number', () => {
    const floats: Part = { ...part, pixels: Float32Array.from(part.pixels, (value) => value / 4) };
    const kept = limitPart(floats, shape, 40, 3, 0);
    expect(kept.pixels).toBeInstanceOf(Float32Array);
    expect(idsOf(kept)).toEqual(idsOf(kept).sort((a, b) => a - b));
  });

  it('is at least one image a class', () => {
    expect(() => trainCount(100, 2, 3)).toThrow(
      'Cannot train on 2 images: there are 3 classes; a limit of at least one image a class is wanted',
    );
    expect(trainCount(100, 3, 3)).toBe(3);
  });
});

it('every beginning of the stratified order is within one image of its share', () => {
  const order = stratifiedOrder(labels, 9, 'test');
  const seen = [0, 0, 0];
  order.forEach((index, i) => {
    seen[labels[index]!]!++;
    [0.6, 0.3, 0.1].forEach((share, c) => expect(Math.abs(seen[c]! - share * (i + 1))).toBeLessThan(1.01));
  });
});
