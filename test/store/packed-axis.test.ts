import { expect, test } from 'vitest';
import { packAxis, unpackAxis } from '../../server/store/database/packed-axis.ts';

test('coordinates come back within half a step, their ends as they were', () => {
  const values = Array.from({ length: 500 }, (_, i) => Math.sin(i) * 1e3);
  const packed = packAxis(values);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  expect([packed.low, packed.high]).toEqual([low, high]);
  const back = unpackAxis(packed);
  const furthest = Math.max(...values.map((value, i) => Math.abs(value - back[i]!)));
  expect(furthest).toBeLessThanOrEqual((high - low) / 4_094 / 2 + 1e-9);
  expect([back[values.indexOf(low)], back[values.indexOf(high)]]).toEqual([low, high]);
  expect(JSON.stringify(packed).length).toBeLessThan(500 * 2 + 100);
});

test('what is not finite comes back as null; one value alone and none go too', () => {
  expect(unpackAxis(packAxis([NaN, 2, Infinity, 2, -Infinity]))).toEqual([null, 2, null, 2, null]);
  expect(unpackAxis(packAxis([NaN, NaN]))).toEqual([null, null]);
  for (const count of [0, 1, 2, 3, 4, 7])
    expect(unpackAxis(packAxis(Array.from({ length: count }, () => 5)))).toEqual(new Array(count).fill(5));
});

test('the extreme codes beside each other keep all their bits', () => {
  const values = [1, 0, 1, 1, 0, 0, NaN, 1, NaN, NaN, 0];
  expect(unpackAxis(packAxis(values))).toEqual(values.map((value) => (Number.isNaN(value) ? null : value)));
});

test('coordinates that were stored with two bytes each are read', () => {
  const bytes = Buffer.alloc(8);
  [1, 65_535, 0, 32_768].forEach((code, i) => bytes.writeUInt16LE(code, 2 * i));
  expect(unpackAxis({ low: -1, high: 1, codes: bytes.toString('base64') })).toEqual([-1, 1, null, 0]);
});
