import { expect, test } from 'vitest';
import { differencesOfLayers, layerInWords } from '../../server/sweep/layer-differences.ts';
import type { Layer } from '../../server/sweep/layers.ts';

const conv = (filters: number): Layer => ({ conv: filters, size: 3, stride: 1, padding: 'same', bias: true });
const dense = (units: number): Layer => ({ dense: units, bias: true });
const told = (first: Layer[], second: Layer[]): string[] =>
  differencesOfLayers(first, second).map(({ place, layers }) => `${place}: ${layers.map(layerInWords).join(' | ')}`);

const BASE: Layer[] = [conv(16), 'relu', conv(32), 'relu', 'flatten', dense(64)];

test('equal networks differ in nothing, whatever the order of keys', () => {
  expect(told(BASE, BASE)).toEqual([]);
  expect(told([{ dense: 1, bias: true }], [{ bias: true, dense: 1 }])).toEqual([]);
});

test('a layer with another option is named with its place', () => {
  expect(told(BASE, BASE.with(2, conv(48)))).toEqual([
    `[2]: ${JSON.stringify(conv(32))} | ${JSON.stringify(conv(48))}`,
  ]);
});

test('a layer more moves the others on, which stay the same', () => {
  const more = BASE.toSpliced(2, 0, conv(24), 'relu');
  expect(told(BASE, more)).toHaveLength(2);
  expect(told(BASE, BASE.toSpliced(4, 0, 'globalAveragePool'))).toEqual(['[– → 4]: none | globalAveragePool']);
  expect(told(BASE.toSpliced(4, 0, 'globalAveragePool'), BASE)).toEqual(['[4 → –]: globalAveragePool | none']);
  expect(told(BASE.slice(0, 5), [...BASE.slice(1, 5), dense(9)])).toEqual([
    `[0 → –]: ${JSON.stringify(conv(16))} | none`,
    `[– → 4]: none | {"dense":9,"bias":true}`,
  ]);
});

test('within a residual and a repeat the layers themselves are named', () => {
  const block = (filters: number): Layer => ({
    repeat: 2,
    layers: [{ residual: [conv(8), 'relu', conv(filters)], shortcut: 'identity' }, 'relu'],
  });
  expect(told([block(8), 'flatten'], [block(9), 'flatten'])).toEqual([
    `[0].layers[0].residual[2]: ${JSON.stringify(conv(8))} | ${JSON.stringify(conv(9))}`,
  ]);
  const other: Layer = { residual: [conv(8)], shortcut: 'projection' };
  expect(told([other], [{ residual: [conv(9)], shortcut: 'identity' }])).toEqual([
    `[0]: ${JSON.stringify(other)} | {"residual":[${JSON.stringify(conv(9))}],"shortcut":"identity"}`,
  ]);
});
