import { describe, expect, it } from 'vitest';
import { philox, Stream } from '../../server/sweep/random.ts';

const hex = (words: Uint32Array) => [...words].map((word) => word.toString(16).padStart(8, '0'));

describe('philox', () => {
  // Known answers of Random123 (kat_vectors, philox4x32 with 10 rounds).
  it.each([
    [
      [0, 0, 0, 0],
      [0, 0],
      ['6627e8d5', 'e169c58d', 'bc57ac4c', '9b00dbd8'],
    ],
    [
      [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
      [0xffffffff, 0xffffffff],
      ['408f276d', '41c83b0e', 'a20bc7c6', '6d5451fd'],
    ],
    [
      [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
      [0xa4093822, 0x299f31d0],
      ['d16cfe09', '94fdcceb', '5001e420', '24126ea1'],
    ],
  ])('of counter %j under key %j', (counter, key, expected) => {
    const out = new Uint32Array(4);
    philox(counter, key, out);
    expect(hex(out)).toEqual(expected);
  });
});

describe('a stream', () => {
  const first = (stream: Stream) => Array.from({ length: 8 }, () => stream.word());

  it('depends on seed, purpose and index, and on nothing else', () => {
    expect(first(new Stream(3, 'order', 7))).toEqual(first(new Stream(3, 'order', 7)));
    const others = [
      new Stream(4, 'order', 7),
      new Stream(3, 'augment', 7),
      new Stream(3, 'order', 8),
      new Stream(3 + 2 ** 32, 'order', 7),
      new Stream(3, 'order', 7 + 2 ** 32),
    ];
    const all = [new Stream(3, 'order', 7), ...others].map((stream) => first(stream).join());
    expect(new Set(all).size).toBe(6);
  });

  it('draws uniformly below a bound', () => {
    const stream = new Stream(1, 'test');
    const counts = new Array<number>(7).fill(0);
    for (let i = 0; i < 70_000; i++) counts[stream.below(7)]!++;
    const chiSquare = counts.reduce((sum, count) => sum + (count - 10_000) ** 2 / 10_000, 0);
    expect(chiSquare).toBeLessThan(22.46); // 0.999 quantile at 6 degrees of freedom
  });

  it('permutes', () => {
    const order = new Stream(5, 'order').permutation(1000);
    expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: 1000 }, (_, i) => i));
    expect([...order]).not.toEqual([...order].sort((a, b) => a - b));
  });
});
