import { expect, test } from 'vitest';
import { packAxis, unpackAxis } from '../../server/store/database/packed-axis.ts';

test('coordinates come back within half a step, their ends as they were', () => {
  const values = Array.from({ length: 500 }, (_, i) => Math.sin(i) * 1e3);
  const packed = packAxis(values);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  expect([packed.low, packed.high]).toEqual([low, high]);
  const back = unpackAxis(packed);
  const furthest = Math.max(...values.map((value, i) => Math.abs(value - back[i]!)));
  expect(furthest).toBeLessThanOrEqual((high - low) / 65_534 / 2 + 1e-9);
  expect([back[values.indexOf(low)], back[values.indexOf(high)]]).toEqual([low, high]);
  expect(JSON.stringify(packed).length).toBeLessThan(500 * 3);
});

test('what is not finite comes back as null; one value alone and none go too', () => {
  expect(unpackAxis(packAxis([NaN, 2, Infinity, 2, -Infinity]))).toEqual([null, 2, null, 2, null]);
  expect(unpackAxis(packAxis([NaN, NaN]))).toEqual([null, null]);
  expect(unpackAxis(packAxis([]))).toEqual([]);
});
