import { describe, expect, it } from 'vitest';
import {
  decimalsBySpread,
  percentDecimals,
  toDuration,
  toFixed,
  toP,
  toSigned,
} from '../../server/report/number-format.ts';

describe('number formats', () => {
  it.each([
    [10_000, 2],
    [9_000, 2],
    [8_000, 2],
    [5_000, 1],
    [2_000, 1],
    [1_000, 1],
    [500, 0],
    [100, 0],
    [10, 0],
    [1_000_000, 2],
    [null, 2],
  ])('an accuracy over %s images has %d decimals: one image is never less than the last digit', (images, decimals) => {
    expect(percentDecimals(images)).toBe(decimals);
  });

  it.each([
    [0.0123, 1, 4],
    [0.1, 1, 3],
    [0.09996, 1, 3],
    [12.3, 1, 1],
    [1234, 1, 0],
    [null, 0.5, 4],
    [0, 123.4, 1],
    [0, 0, 3],
  ])('sd %s of %d is shown with %d decimals: three significant digits of the sd', (sd, value, decimals) => {
    expect(decimalsBySpread(sd, value)).toBe(decimals);
  });

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

  it('shows p to three decimals, and never as 0', () => {
    expect([toP(0.03125), toP(1), toP(0.001953125), toP(9.5e-7)]).toEqual(['0.031', '1', '0.002', '<0.001']);
  });

  it('says durations as people do', () => {
    expect([toDuration(48.2), toDuration(720), toDuration(12_000)]).toEqual(['48 s', '12 min', '3 h 20 min']);
  });
});
