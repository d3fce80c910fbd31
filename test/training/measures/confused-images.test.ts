import { expect, test } from 'vitest';
import { confusionMatrix } from '../../../server/training/measures/classification.ts';
import { confusedImages } from '../../../server/training/measures/confused-images.ts';
import { thumbnails } from '../../../server/training/measures/thumbnails.ts';

test('pairs are ordered by images, and have the first six of them as they are', () => {
  const labels = Int32Array.from({ length: 12 }, (_, i) => (i < 2 ? 2 : i < 4 ? 0 : 1));
  const predictions = Int32Array.from(labels, (label, i) => (i === 0 ? 2 : label === 1 ? 0 : 1));
  const pixels = Uint8Array.from({ length: 12 * 4 }, (_, i) => i);
  const { shape, pairs } = confusedImages(
    { shape: [2, 2, 1] },
    { count: 12, pixels, labels },
    predictions,
    confusionMatrix(labels, predictions, 3),
  );
  expect(shape).toEqual([2, 2, 1]);
  expect(pairs.map(({ actual, predicted, count }) => [actual, predicted, count])).toEqual([
    [1, 0, 8],
    [0, 1, 2],
    [2, 1, 1],
  ]);
  expect(pairs.map(({ images }) => images.map(({ index }) => index))).toEqual([[4, 5, 6, 7, 8, 9], [2, 3], [1]]);
  expect(pairs[2]!.images[0]!.pixels).toEqual(Uint8Array.of(4, 5, 6, 7));
});

test('an evaluation without mistakes has no pairs; of very many pairs ten are kept', () => {
  const labels = Int32Array.from({ length: 144 }, (_, i) => Math.floor(i / 12));
  const part = { count: 144, pixels: new Uint8Array(144), labels };
  const of = (predictions: Int32Array): object[] =>
    confusedImages({ shape: [1, 1, 1] }, part, predictions, confusionMatrix(labels, predictions, 12)).pairs;
  expect(of(labels)).toEqual([]);
  expect(of(Int32Array.from({ length: 144 }, (_, i) => i % 12))).toHaveLength(10);
});

test('a large image becomes means, no larger than 64 × 64 numbers', () => {
  const grey = thumbnails(
    { count: 1, pixels: new Uint8Array(128 * 96).fill(7), labels: new Int32Array(1) },
    [128, 96, 1],
    [0],
  );
  expect([grey.shape, new Set(grey.pixels[0])]).toEqual([[64, 48, 1], new Set([7])]);
  const colour = Uint8Array.from({ length: 72 * 72 * 3 }, (_, i) => [10, 20, i % 2 ? 31 : 29][i % 3]!);
  const { shape, pixels } = thumbnails({ count: 1, pixels: colour, labels: new Int32Array(1) }, [72, 72, 3], [0]);
  expect(shape).toEqual([36, 36, 3]);
  expect([...pixels[0]!.subarray(0, 6)]).toEqual([10, 20, 30, 10, 20, 30]);
  const long = thumbnails(
    { count: 1, pixels: new Uint8Array(700).fill(9), labels: new Int32Array(1) },
    [1, 700, 1],
    [0],
  );
  expect([long.shape, new Set(long.pixels[0])]).toEqual([[1, 64, 1], new Set([9])]);
});

test('numbers that are not bytes are spread over all bytes, together; other channels than three become grey', () => {
  const part = { count: 2, pixels: Float32Array.of(-1, -1, 0, 2, 3, 3, 1, -1), labels: new Int32Array(2) };
  expect(thumbnails(part, [1, 2, 2], [0, 1])).toEqual({
    shape: [1, 2, 1],
    pixels: [Uint8Array.of(0, 128), Uint8Array.of(255, 64)],
  });
  const one = thumbnails({ ...part, pixels: Float32Array.of(5, 5) }, [1, 1, 1], [0, 1]);
  expect(one.pixels).toEqual([Uint8Array.of(0), Uint8Array.of(0)]);
});
