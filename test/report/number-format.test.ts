import { describe, expect, it } from 'vitest';
import {
  toBytes,
  toEnergy,
  decimalsOfHalf,
  rowDecimals,
  toDuration,
  toFixed,
  toPValue,
  toSigned,
} from '../../server/report/number-format.ts';
import { columnDecimals } from '../../server/report/statistics/column-decimals.ts';

/** max(0, 1 − ⌊log₁₀ h⌋), h rounded to two significant digits first. */
const byDefinition = (half: number): number =>
  Math.max(0, 1 - Math.floor(Math.log10(Number(half.toPrecision(2))) + 1e-12));

describe('decimals', () => {
  it('show two significant digits of the half-width', () => {
    for (const half of [0.0123, 0.1, 0.0996, 0.0949, 0.9951, 1, 9.94, 9.96, 12.3, 1234, 4e-7])
      expect([half, decimalsOfHalf(half, { value: 1 })]).toEqual([half, byDefinition(half)]);
    expect(decimalsOfHalf(0.075, { value: 1 })).toBe(3);
    expect(decimalsOfHalf(0.0996, { value: 1 })).toBe(2); // 0.10
  });

  it.each([
    ['the standard deviation', { sd: 0.13, image: 0.01, value: 97 }, 2],
    ['one image, which is shown whole', { sd: null, image: 0.01, value: 97 }, 2],
    ['one image of 2,000', { sd: 0, image: 0.05, value: 97 }, 2],
    ['four significant digits', { sd: null, image: null, value: 0.12345 }, 4],
    ['nothing, of nothing', { value: 0 }, 0],
  ])('without a half-width are those of %s', (_, otherwise, decimals) => {
    expect([decimalsOfHalf(null, otherwise), decimalsOfHalf(0, otherwise)]).toEqual([decimals, decimals]);
  });

  it('of a column are those of the median half-width that is not 0', () => {
    expect(columnDecimals([0.02, 0.3, 4, null, 0], { value: 1 })).toBe(2);
    expect(columnDecimals([0, null], { value: 12.3456 })).toBe(2);
    expect(columnDecimals([0.02, 0.3, 4], { value: 1 }, 3)).toBe(3);
  });

  it('of a row are up to two more where a number that is not 0 would print as 0, and only where they help', () => {
    expect(rowDecimals(1, [0.3, -0.04, 0.6])).toBe(2);
    expect(rowDecimals(1, [0.3, -0.004, 0.6])).toBe(3);
    expect(rowDecimals(1, [0.3, -0.0004, 0.6])).toBe(1);
    expect(rowDecimals(1, [0.3, 0, null])).toBe(1);
    expect(rowDecimals(0, [0.3, -0.05, 0.7])).toBe(1);
  });
});

describe('number formats', () => {
  it('gives no sign to what rounds to zero', () => {
    expect([
      toFixed(-0.001, 2),
      toSigned(-0.001, 2),
      toSigned(0.001, 2),
      toSigned(0.27, 2),
      toSigned(-0.21, 2),
    ]).toEqual(['0.00', '0.00', '0.00', '+0.27', '-0.21']);
  });

  it('prints numbers equally that differ by the noise of floating point alone', () => {
    const [one, other] = [(0.24 + 0.21) / 2, (0.23 + 0.22) / 2].map((mean) => mean * 100);
    expect(one).not.toBe(other);
    expect([toFixed(one!, 0), toFixed(other!, 0)]).toEqual(['23', '23']);
    expect(toFixed(-one!, 0)).toBe('-23');
    // A tie is one by its decimal digits, whatever its nearest double is.
    expect([toFixed(22.05, 1), toFixed(22.15, 1), toFixed(1.005, 2), toFixed(1e-7, 7), toFixed(123456.5, 0)]).toEqual([
      '22.1',
      '22.2',
      '1.01',
      '0.0000001',
      '123457',
    ]);
  });

  it('shows p with two significant digits, never as 0, and says where it is the smallest that there can be', () => {
    expect([0.03125, 1, 0.999, 0.8, 0.001953125, 9.5367e-7].map((p) => toPValue(p))).toEqual([
      '0.031',
      '1',
      '1',
      '0.80',
      '0.0020',
      '9.5e−7',
    ]);
    expect(toPValue(2 / 64, 2 / 64)).toBe('0.031 (the smallest possible)');
    expect(toPValue(4 / 64, 2 / 64)).toBe('0.063');
  });

  it('says energy in what is at hand, and bytes', () => {
    expect([7.56e5, 1.7e5, 3600, 360, 10, 0, 4.4e7, 1e9].map(toEnergy)).toEqual([
      '0.21 kWh',
      '47 Wh',
      '1 Wh',
      '0.1 Wh',
      'less than 0.01 Wh',
      'less than 0.01 Wh',
      '12.2 kWh',
      '278 kWh',
    ]);
    expect([0, 999, 312e6, 1.0737e9].map(toBytes)).toEqual(['0 B', '999 B', '312 MB', '1.07 GB']);
  });

  it('says durations as people do', () => {
    expect([toDuration(48.2), toDuration(720), toDuration(12_000)]).toEqual(['48 s', '12 min', '3 h 20 min']);
  });
});
