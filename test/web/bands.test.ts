import { expect, test } from 'vitest';
import type { ArmItem } from '../../server/http/schemas/arm.ts';
import type { ArmBand } from '../../server/http/schemas/pairs.ts';
import { armLabel } from '../../web/series/arm-label.ts';
import { toBandPanels } from '../../web/series/bands.ts';

const arm = (index: number, beta: number, N: number | null, change: Partial<ArmItem> = {}): ArmItem => ({
  index,
  name: `β${beta} N${N}`,
  ablation: null,
  control: false,
  controlIndex: 4,
  params: { alpha: 0.5, beta, gamma: 1, epsilon: 0.02, N },
  ...change,
});
const arms = [
  arm(0, 0.2, 100),
  arm(1, 0.2, 200),
  arm(2, 0.4, 100),
  arm(3, 0.4, 200),
  arm(4, 0, null, { name: 'noIntra', ablation: 'noIntra', control: true, controlIndex: null }),
  arm(5, 0.2, 0, { name: 'noWarmup', ablation: 'noWarmup' }),
];
const band = ({ index, name, control, params }: ArmItem): ArmBand => ({
  arm: index,
  name,
  control,
  N: params.N!,
  batches: [0, 200, 400],
  n: [3, 3, 3],
  mean: [0.1, 0.9, 0.95 + index / 100],
  low: [0.1, 0.89, null],
  high: [0.1, 0.91, null],
});
const bands = arms.map(band);
const label = (item: ArmItem): string => armLabel(item, ['beta', 'N']);

test('one panel per N: the control behind, then every arm with that N', () => {
  const { panels, legend } = toBandPanels(bands, arms, 'val/accuracy', { label });
  expect(panels.map(({ N }) => N)).toEqual([0, 100, 200]);
  expect(legend).toEqual([
    { label: 'β = 0.2', ink: 0 },
    { label: 'β = 0.4', ink: 1 },
  ]);
  const first = panels[1];
  expect(first!.spec.shapes.map(({ id, ink }) => [id, ink])).toEqual([
    ['band/4', 'control'],
    ['band/0', 0],
    ['band/2', 1],
    ['mean/4', 'control'],
    ['mean/0', 0],
    ['mean/2', 1],
  ]);
  expect(first!.spec.shapes[3]).toMatchObject({ label: 'without (noIntra)', dash: 'dashed', y: [0.1, 0.9, 0.99] });
  expect(first!.spec.marks).toEqual([{ kind: 'vertical', xAxis: 'batch', at: 100, label: 'N = 100' }]);
});

test('where a single run has no band there is a gap, and the axis ends with the last batch', () => {
  const { spec } = toBandPanels(bands, arms, 'val/accuracy', { label }).panels[1]!;
  expect(spec.shapes[1]).toMatchObject({ low: [0.1, 0.89, null], high: [0.1, 0.91, null] });
  expect(spec.axes).toEqual([
    { id: 'batch', direction: 'x', title: 'batch', min: 0, max: 400 },
    { id: 'value', direction: 'y', title: null, format: 'percent' },
  ]);
});

test('a late axis looks at means and bands after the first quarter', () => {
  const { spec } = toBandPanels(bands, arms, 'val/accuracy', { label, late: true }).panels[1]!;
  expect(spec.axes[1]).toMatchObject({
    min: expect.closeTo(0.89 - 0.1 * 0.06, 12),
    max: expect.closeTo(0.99 + 0.1 * 0.06, 12),
  });
});

test('labels that the picture has coloured keep their colours', () => {
  const { legend } = toBandPanels(bands, arms, 'val/accuracy', { label, known: ['β = 0.9', 'β = 0.4'] });
  expect(legend).toEqual([
    { label: 'β = 0.4', ink: 1 },
    { label: 'β = 0.2', ink: 2 },
  ]);
});

test('an arm is labelled by what varies and is in force', () => {
  expect(armLabel(arms[0]!, ['alpha', 'beta', 'N'])).toBe('α = 0.5, β = 0.2');
  expect(
    armLabel({ ...arms[0]!, params: { ...arms[0]!.params, epsilon: null, 'training.optimizer.learningRate': 0.01 } }, [
      'epsilon',
      'training.optimizer.learningRate',
    ]),
  ).toBe('learningRate = 0.01');
  expect(armLabel(arms[0]!, ['N'])).toBe('β = 0.2');
  expect(armLabel({ ...arms[0]!, params: { ...arms[0]!.params, alpha: 0.6097709147173982 } }, ['alpha'])).toBe(
    'α = 0.6098',
  );
});
