import { expect, test } from 'vitest';
import type { ProbeArm, ProbeTrunk, Quantiles } from '../../server/http/schemas/probe.ts';
import {
  countWords,
  epsilonLegend,
  sameWords,
  spreadWords,
  toQuantileChart,
  toRatioChart,
  verdictWords,
} from '../../web/series/probe.ts';

const spread = (mean: number, low = mean, high = mean) => ({ mean, low, high });
const quantiles = (from: number, to: number, values: number[]): Quantiles => {
  const [min, q05, q25, q50, q75, q95, max] = values.map((value) => spread(value)) as [
    never,
    never,
    never,
    never,
    never,
    never,
    never,
  ];
  return { from, to, min, q05, q25, q50, q75, q95, max };
};

const trunk: ProbeTrunk = {
  name: 'α0.5',
  alpha: 0.5,
  gamma: 1,
  truncation: 'batch',
  end: 100,
  arms: 5,
  seeds: [0, 1],
  unfinished: [],
  candidates: [
    {
      N: 0,
      before: null,
      after: quantiles(0, 100, [0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6]),
      ratios: [
        { beta: 0.1, ratio: null, weak: null },
        { beta: 0.2, ratio: null, weak: null },
      ],
      epsilons: [{ epsilon: 0.02, verdict: 'live', above: null, liveShare: spread(1) }],
    },
    {
      N: 50,
      before: quantiles(0, 50, [0.2, 0.25, 0.3, 0.4, 0.5, 0.55, 0.6]),
      after: quantiles(50, 100, [0.1, 0.12, 0.14, 0.16, 0.18, 0.2, 0.22]),
      ratios: [
        { beta: 0.1, ratio: spread(0.03, 0.02, 0.05), weak: true },
        { beta: 0.2, ratio: spread(0.06, 0.04, 0.1), weak: false },
      ],
      epsilons: [
        { epsilon: 0.02, verdict: 'live', above: null, liveShare: spread(1) },
        { epsilon: 0.3, verdict: 'dead', above: 'maximum', liveShare: spread(0) },
      ],
    },
  ],
};

test('quantiles stand before and after their N, if a trunk is there; every ε goes across', () => {
  const spec = toQuantileChart(trunk)!;
  const place = (id: string) =>
    spec.shapes.filter((shape) => shape.id === id).map((shape) => [shape.x, 'y' in shape ? shape.y : null]);
  expect(spec.shapes.some(({ id }) => id.startsWith('0/before'))).toBe(false);
  expect(place('0/after/median')).toEqual([[[0.16], [0.3]]]);
  expect(place('50/before/whole')).toEqual([
    [
      [0.84, 0.84],
      [0.25, 0.55],
    ],
  ]);
  expect(place('50/after/middle')).toEqual([
    [
      [1.16, 1.16],
      [0.14, 0.18],
    ],
  ]);
  expect(place('50/after/max')).toEqual([[[1.16], [0.22]]]);
  expect(place('epsilon/0.3')).toEqual([
    [
      [-0.6, 1.6],
      [0.3, 0.3],
    ],
  ]);
  expect(spec.axes).toMatchObject([{ categories: ['N = 0', 'N = 50'] }, { logarithmic: true, min: 0.01, max: 0.8 }]);
  // The legend's colours are those of the lines.
  expect(epsilonLegend(trunk)).toEqual([
    { label: 'ε = 0.02', ink: 1 },
    { label: 'ε = 0.3', ink: 2 },
  ]);
  expect(spec.shapes.filter(({ id }) => id.startsWith('epsilon')).map(({ ink }) => ink)).toEqual([1, 2]);
});

test('an ε of 0 has no place on a logarithmic axis', () => {
  const zero = {
    ...trunk,
    candidates: trunk.candidates.map((each) => ({
      ...each,
      epsilons: [{ epsilon: 0, verdict: 'live' as const, above: null, liveShare: spread(1) }],
    })),
  };
  expect(toQuantileChart(zero)!.axes[1]).toEqual({ id: 'value', direction: 'y', title: 'L2' });
});

test('gradient ratios of every β side by side with their seeds, and the mark', () => {
  const spec = toRatioChart(trunk, 0.04)!;
  expect(spec.shapes.map((shape) => [shape.id, shape.x, 'y' in shape ? shape.y : null])).toEqual([
    ['weak', [-0.6, 1.6], [0.04, 0.04]],
    ['spread/0.1/50', [0.84, 0.84], [0.02, 0.05]],
    ['ratio/0.1', [0.84], [0.03]],
    ['spread/0.2/50', [1.16, 1.16], [0.04, 0.1]],
    ['ratio/0.2', [1.16], [0.06]],
  ]);
  expect(spec.axes[1]).toMatchObject({ min: 0.01, max: 0.2 });
});

test('a trunk that is not trained has no charts', () => {
  const bare = {
    ...trunk,
    seeds: [],
    candidates: [{ N: 50, before: null, after: null, ratios: [{ beta: 0.1, ratio: null, weak: null }], epsilons: [] }],
  };
  expect([toQuantileChart(bare), toRatioChart(bare, 0.04)]).toEqual([null, null]);
});

test('arms in words', () => {
  const arm = (rest: Partial<ProbeArm>): ProbeArm => ({
    arm: 0,
    name: 'a',
    trunk: 0,
    N: 50,
    beta: 0.1,
    epsilon: 0.3,
    verdict: 'live',
    above: null,
    ratio: 0.1,
    weak: false,
    sameAs: null,
    ...rest,
  });
  const dead = arm({ verdict: 'dead', above: 'maximum', sameAs: { arm: 4, name: 'b', certain: true }, weak: true });
  expect(countWords([arm({}), dead, arm({ verdict: 'dead', above: 'q95' })], 0.04)).toBe(
    'Of 3 arms with the intra-class phase: 2 would be dead, 1 always live, 1 the same as a neighbour in ε, ' +
      '1 weak (gradient ratio under 0.04).',
  );
  expect(verdictWords(dead)).toBe('dead: ε is above all of L2');
  expect(verdictWords({ verdict: 'dead', above: 'q95' })).toBe('dead: ε is above 95 % of L2');
  expect(verdictWords({ verdict: null, above: null })).toBe('not known');
  expect(sameWords(dead)).toBe('the same run as b: both are dead');
  expect(sameWords(arm({ sameAs: { arm: 4, name: 'b', certain: false } }))).toBe('perhaps the same run as b');
  expect([spreadWords(spread(0.5)), spreadWords(spread(0.5, 0.25, 0.75), true)]).toEqual([
    '0.5',
    '50.0 % (25.0 %–75.0 %)',
  ]);
});
