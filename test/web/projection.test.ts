import { expect, test } from 'vitest';
import { toProjectionChart } from '../../web/series/projection.ts';

test('points by class, each class with its own colour and symbol; what was not finite is left out', () => {
  const { shapes, description } = toProjectionChart(
    { batch: 50, x: [1, 2, null, 4], y: [5, 6, 7, 8], labels: [2, 0, 2, 2] },
    ['ring', 'bar', 'hook'],
  );
  expect(shapes).toEqual([
    {
      kind: 'points',
      id: 'class/0',
      xAxis: 'first',
      yAxis: 'second',
      ink: 0,
      label: 'ring',
      size: 3,
      symbol: 'circle',
      x: [2],
      y: [6],
    },
    {
      kind: 'points',
      id: 'class/2',
      xAxis: 'first',
      yAxis: 'second',
      ink: 2,
      label: 'hook',
      size: 3,
      symbol: 'rect',
      x: [1, 4],
      y: [5, 8],
    },
  ]);
  expect(description).toBe('Projection of 4 validation features onto two dimensions at batch 50, 2 classes');
});

test('of sixty classes no two look the same', () => {
  const labels = Array.from({ length: 60 }, (_, label) => label);
  const { shapes } = toProjectionChart({ batch: 0, x: labels, y: labels, labels }, null);
  // Ten colours, as many as the palette has.
  expect(
    new Set(shapes.map((shape) => `${Number(shape.ink) % 10} ${shape.kind === 'points' ? shape.symbol : ''}`)).size,
  ).toBe(60);
});
