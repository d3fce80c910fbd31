import { describe, expect, it } from 'vitest';
import type { Part, SourceData } from '../../../server/training/dataset.ts';
import { fingerprint } from '../../../server/training/datasets/fingerprint.ts';
import { channelStatistics } from '../../../server/training/datasets/normalise.ts';

const part = (pixels: Part['pixels'], labels: number[]): Part => ({
  count: labels.length,
  pixels,
  labels: Int32Array.from(labels),
});

describe('channel statistics', () => {
  it('are mean and standard deviation of each channel', () => {
    // Channels 1, 3, 5, 7 and 10, 10, 30, 30.
    const { mean, std } = channelStatistics(part(Uint8Array.of(1, 10, 3, 10, 5, 30, 7, 30), [0, 1]), 2);
    expect([...mean]).toEqual([4, 20]);
    expect(std[0]).toBeCloseTo(Math.sqrt(5), 6);
    expect(std[1]).toBe(10);
  });

  it('are the same of bytes and of the same numbers as floats', () => {
    const bytes = Uint8Array.from({ length: 999 }, (_, i) => (i * i) % 251);
    const [counted, added] = [bytes, Float32Array.from(bytes)].map((pixels) =>
      channelStatistics(part(pixels, new Array<number>(37).fill(0)), 3),
    );
    expect(counted).toEqual(added);
  });

  it('keep their digits where the mean is large against the deviation', () => {
    const { std } = channelStatistics(part(Float32Array.of(10000, 10001, 10002, 10003), [0]), 1);
    expect(std[0]).toBeCloseTo(Math.sqrt(1.25), 6);
  });

  it('give a constant channel the deviation 1', () => {
    expect([...channelStatistics(part(Uint8Array.of(0, 0, 0), [0]), 1).std]).toEqual([1]);
    expect([...channelStatistics(part(Float32Array.of(0.1, 0.1, 0.1), [0]), 1).std]).toEqual([1]);
    // Small numbers are not constant ones.
    expect(channelStatistics(part(Float32Array.of(-1e-9, 1e-9), [0]), 1).std[0]).toBeCloseTo(1e-9, 15);
  });
});

describe('the fingerprint', () => {
  const data: SourceData = {
    shape: [1, 2, 1],
    classes: ['a', 'b'],
    train: part(Uint8Array.of(1, 2, 3, 4), [0, 1]),
    validation: null,
    test: part(Uint8Array.of(5, 6), [0]),
  };

  it('is the SHA-256 of what the data set holds', () => {
    // printf 'cosweep data 1\n1×2×1 2\ntrain 2 uint8\n\1\2\3\4\0\0\0\0\1\0\0\0test 1 uint8\n\5\6\0\0\0\0' | sha256sum
    expect(fingerprint(data)).toBe('1568fd3567c6dcc9ab5558c87c52f8ea4099c28b9dbdac6f8e70d79c9532856d');
  });

  it('changes with pixels, labels, shape, classes and parts, not with names', () => {
    const changed: SourceData[] = [
      { ...data, train: part(Uint8Array.of(1, 2, 3, 5), [0, 1]) },
      { ...data, train: part(Uint8Array.of(1, 2, 3, 4), [1, 0]) },
      { ...data, shape: [2, 1, 1] },
      { ...data, classes: ['a', 'b', 'c'] },
      { ...data, test: null },
      { ...data, validation: data.test, test: null },
      { ...data, train: part(Float32Array.of(1, 2, 3, 4), [0, 1]) },
    ];
    const prints = changed.map(fingerprint);
    expect(new Set([fingerprint(data), ...prints]).size).toBe(changed.length + 1);
    expect(fingerprint({ ...data, classes: ['x', 'y'] })).toBe(fingerprint(data));
  });
});
