import { expect, test } from 'vitest';
import { DARK_PALETTE, LIGHT_PALETTE, toColour, withOpacity } from '../../web/chart/palette.ts';
import { assignInks, COLOURS_OF_PALETTE, dashOf } from '../../web/series/colour-keys.ts';

test('both palettes have as many colours as lines are told apart by, all different', () => {
  for (const { series } of [LIGHT_PALETTE, DARK_PALETTE]) expect(new Set(series).size).toBe(COLOURS_OF_PALETTE);
});

test('every colour stands out from its surface by at least 3 to 1, as WCAG asks of graphics', () => {
  for (const palette of [LIGHT_PALETTE, DARK_PALETTE]) {
    const weak = [...palette.series, palette.control].filter((colour) => contrast(colour, palette.surface) < 3);
    expect(weak).toEqual([]);
  }
});

test('labels keep their ink, and past the last colour the line differs', () => {
  expect([...assignInks(['b', 'a', 'b'])]).toEqual([
    ['b', 0],
    ['a', 1],
  ]);
  expect([0, 9, 10, 20].map(dashOf)).toEqual([undefined, undefined, 'dashed', 'dotted']);
  expect(toColour(12, LIGHT_PALETTE)).toBe(LIGHT_PALETTE.series[2]);
  expect(withOpacity('#0072b2', 0.5)).toBe('#0072b280');
});

/** Contrast ratio of WCAG 2 between two `#rrggbb`. */
function contrast(a: string, b: string): number {
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

function luminance(colour: string): number {
  const [r, g, b] = [1, 3, 5]
    .map((at) => parseInt(colour.slice(at, at + 2), 16) / 255)
    .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
