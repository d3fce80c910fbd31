import { expect, test } from 'vitest';
import { toBestArmsChart } from '../../web/series/best-arms.ts';

test('means by place with their spread; a single run has none; controls are grey', () => {
  const { shapes, axes } = toBestArmsChart(
    [
      { arm: 4, name: 'β0.4', control: false, n: 3, mean: 0.975, sd: 0.005 },
      { arm: 9, name: 'noIntra', control: true, n: 1, mean: 0.97, sd: null },
    ],
    'val/accuracy',
  );
  expect(shapes).toEqual([
    {
      kind: 'line',
      id: 'sd/4',
      xAxis: 'arm',
      yAxis: 'value',
      ink: 0,
      label: null,
      weight: 'bold',
      x: [0, 0],
      y: [0.97, 0.98],
    },
    {
      kind: 'points',
      id: 'mean/4',
      xAxis: 'arm',
      yAxis: 'value',
      ink: 0,
      label: 'β0.4',
      symbol: 'circle',
      size: 5,
      x: [0],
      y: [0.975],
      notes: ['mean of 3'],
    },
    {
      kind: 'points',
      id: 'mean/9',
      xAxis: 'arm',
      yAxis: 'value',
      ink: 'control',
      label: 'noIntra',
      symbol: 'rect',
      size: 5,
      x: [1],
      y: [0.97],
      notes: ['mean of 1'],
    },
  ]);
  expect(axes).toMatchObject([{ categories: ['1', '2'] }, { title: 'accuracy (validation)', format: 'percent' }]);
});
