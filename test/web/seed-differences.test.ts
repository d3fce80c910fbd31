import { expect, it } from 'vitest';
import type { PairItem } from '../../server/http/schemas/pairs.ts';
import type { ForestLine } from '../../server/http/schemas/verdict.ts';
import { toSeedChart } from '../../web/series/seed-differences.ts';

function pair(seed: number, difference: number | null): PairItem {
  const names = { armName: 'a', controlName: 'c', run: `r${seed}`, controlRun: `r${seed + 100}` };
  return { ...names, seed, arm: 1, control: 0, beta: 1, epsilon: 0, N: 1, value: null, controlValue: null, difference };
}

it('shows the difference on each seed in points, over the mean and its interval', () => {
  const line = { mean: 0.5, interval: [0.2, 0.8] } as ForestLine;
  const spec = toSeedChart([pair(3, 0.004), pair(4, null), pair(7, 0.006)], line, 'val/accuracy');
  expect(spec.axes[0]!.categories).toEqual(['3', '7']);
  const [band, mean, seeds] = spec.shapes;
  expect(band).toMatchObject({ kind: 'band', low: [0.2, 0.2], high: [0.8, 0.8] });
  expect(mean).toMatchObject({ y: [0.5, 0.5] });
  expect(seeds).toMatchObject({ x: [0, 1], y: [0.4, 0.6] });
});

it('has no interval where there is none', () => {
  const spec = toSeedChart([pair(3, -0.2)], null, 'val/crossEntropy');
  expect(spec.shapes.map(({ id }) => id)).toEqual(['seeds']);
  expect(spec.shapes[0]).toMatchObject({ y: [-0.2] });
});
