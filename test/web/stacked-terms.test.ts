import { expect, test } from 'vitest';
import type { CurveItem } from '../../server/http/schemas/curves.ts';
import type { BandShape } from '../../web/series/chart-spec.ts';
import { toCurveChart, toMetricLooks, withControl } from '../../web/series/curves.ts';
import { toStackedTerms } from '../../web/series/stacked-terms.ts';

const curve = (metric: string, batches: number[], values: (number | null)[]) =>
  ({ run: 'r1', metric, batches, values }) as CurveItem;
const terms = [
  { metric: 'train/crossEntropy', weight: 1, symbol: 'γ', from: 0 },
  { metric: 'train/truncated', weight: 0.5, symbol: 'β', from: 2 },
];

test('terms are stacked with their weights, each from its batch on', () => {
  const { shapes, marks } = toStackedTerms(
    terms,
    [curve('train/crossEntropy', [0, 1, 2, 3], [4, 3, 2, null]), curve('train/truncated', [2, 3], [0.4, 0.2])],
    null,
    2,
  );
  const [below, above] = shapes as BandShape[];
  expect(below).toMatchObject({
    x: [0, 1, 2, 3],
    low: [0, 0, 0, 0],
    high: [4, 3, 2, null],
    label: 'γ · cross-entropy',
  });
  // before the switch the term is nothing; where the term below has no number, there is no floor to stand on
  expect(above).toMatchObject({ low: [4, 3, 2, null], high: [4, 3, 2.2, null] });
  expect(marks).toEqual([{ kind: 'vertical', xAxis: 'batch', at: 2, label: 'N = 2' }]);
});

test('curves that were reduced at different batches are read at the nearest batch before', () => {
  const { shapes } = toStackedTerms(
    terms,
    [curve('train/crossEntropy', [0, 4], [4, 2]), curve('train/truncated', [2, 3], [0.4, 0.2])],
    null,
    2,
  );
  expect((shapes[0] as BandShape).x).toEqual([0, 2, 3, 4]);
  expect((shapes[0] as BandShape).high).toEqual([4, 4, 4, 2]);
});

test('a run is drawn over its control, which is grey and dashed', () => {
  const looks = withControl(toMetricLooks('r1', ['val/accuracy']), 'r9');
  const values = { metric: 'val/accuracy', batches: [0, 1], values: [0.1, 0.2] };
  const curves = ['r1', 'r9'].map((run) => ({ ...values, run }) as CurveItem);
  const { shapes } = toCurveChart({ title: 'Accuracy', looks, curves, range: null, N: null });
  expect(shapes.map(({ id, ink }) => [id, ink])).toEqual([
    ['r9/val/accuracy', 'control'],
    ['r1/val/accuracy', 0],
  ]);
  expect(withControl(looks, null)).toBe(looks);
});
