import { expect, test } from 'vitest';
import { buildProbeReport } from '../../server/report/probe/probe-report.ts';
import { probeToText } from '../../server/report/probe/probe-text.ts';
import { quantile } from '../../server/report/statistics/quantile.ts';
import type { Arm } from '../../server/sweep/arm.ts';
import type { Curve, SweepResults } from '../../server/sweep/results.ts';
import { makeArm, makeControl, makeResults, makeRun } from './make-results.ts';

const curve = (length: number, value: (batch: number) => number | null): Curve => ({
  batches: Array.from({ length }, (_, i) => i),
  values: Array.from({ length }, (_, i) => value(i)),
});

/**
 * L2 falls from 0.8 by 0.001 a batch (and is 0.1 higher with every seed); ‖∇L1‖ is 2 and ‖∇L2‖ is 0.1 until batch 99,
 * then 1.
 */
function curves(seed: number, length = 400): Record<string, Curve> {
  return {
    'train/intraClass': curve(length, (batch) => Math.fround(0.8 - batch / 1000 + seed / 10)),
    'train/gradient/interClass': curve(length, () => 2),
    'train/gradient/intraClass': curve(length, (batch) => (batch < 100 ? 0.1 : 1)),
  };
}

/** Seeds 0 and 1 trained as far as `lengths` says, by arm; a seed 2 that waits. */
function sweep(arms: Arm[], lengths: number[] = arms.map((arm) => (arm.control ? 400 : arm.N))): SweepResults {
  const runs = arms.flatMap((arm) =>
    [0, 1, 2].map((seed) =>
      makeRun(arm.index, seed, { state: 'waiting', curves: seed === 2 ? {} : curves(seed, lengths[arm.index]) }),
    ),
  );
  return { ...makeResults(arms, [[0, 0, 0]]), runs };
}

const grid = (truncation: Arm['loss']['truncation'] = 'batch'): Arm[] => {
  const control = makeControl(0);
  const points: [N: number, beta: number, epsilon: number][] = [
    [100, 0.1, 0.2],
    [100, 0.1, 0.65],
    [100, 0.1, 0.79],
    [100, 0.1, 0.9],
    [100, 0.1, 1],
    [100, 0.45, 0.2],
    [0, 0.1, 0.85],
    [300, 0.1, 0.9],
    [300, 0.1, 1],
  ];
  return [
    control,
    ...points.map(([N, beta, epsilon], i) => makeArm(i + 1, { N, beta, epsilon, name: `β${beta} ε${epsilon} N${N}` })),
  ].map((arm) => ({ ...arm, loss: { ...arm.loss, truncation } }));
};

test('quantiles are linear between the values that they fall between', () => {
  expect(quantile([1, 2, 3, 4], 0.25)).toBe(1.75);
  expect([0, 0.5, 1].map((q) => quantile([1, 2, 10], q))).toEqual([1, 2, 10]);
  expect(quantile([], 0.5)).toBeNaN();
});

test('per trunk and N: L2 before and from N on, over the seeds', () => {
  const { trunks, window } = buildProbeReport(sweep(grid()));
  expect([window, trunks.length]).toEqual([50, 1]);
  const [trunk] = trunks;
  expect(trunk).toMatchObject({ name: 'α0.5', alpha: 0.5, end: 400, arms: 10, seeds: [0, 1], unfinished: [2] });
  expect(trunk!.candidates.map(({ N }) => N)).toEqual([0, 100, 300]);
  const at100 = trunk!.candidates[1]!;
  // Batches 50 to 99: L2 from 0.75 down to 0.701, a tenth higher with the second seed.
  expect([at100.before!.from, at100.before!.to]).toEqual([50, 100]);
  expect(at100.before!.q50.low).toBeCloseTo(0.7255, 6);
  expect(at100.before!.q50.high).toBeCloseTo(0.8255, 6);
  expect(at100.before!.q50.mean).toBeCloseTo(0.7755, 6);
  // Batches 100 to 399: from 0.7 down to 0.401; 5 % from the lowest is 0.401 + 0.05 · 0.299.
  expect([at100.after!.from, at100.after!.to]).toEqual([100, 400]);
  expect(at100.after!.min.low).toBeCloseTo(0.401, 6);
  expect(at100.after!.q05.low).toBeCloseTo(0.41595, 6);
  expect(at100.after!.q95.high).toBeCloseTo(0.8 - 0.01495, 6);
  expect(at100.after!.max.high).toBeCloseTo(0.8, 6);
});

test('the gradient ratio is the median of β‖∇L2‖/(α‖∇L1‖) before N: weak under 0.04, none before N = 0', () => {
  const [at0, at100, at300] = buildProbeReport(sweep(grid())).trunks[0]!.candidates;
  expect(at0!.ratios).toEqual([{ beta: 0.1, ratio: null, weak: null }]);
  // 0.1 · 0.1 / (0.5 · 2) = 0.01, and with β = 0.45 0.045
  expect(at100!.ratios.map(({ beta, ratio, weak }) => [beta, ratio!.mean, weak])).toEqual([
    [0.1, expect.closeTo(0.01, 12), true],
    [0.45, expect.closeTo(0.045, 12), false],
  ]);
  expect(at300!.ratios).toEqual([
    {
      beta: 0.1,
      ratio: { mean: expect.closeTo(0.1, 12), low: expect.closeTo(0.1, 12), high: expect.closeTo(0.1, 12) },
      weak: false,
    },
  ]);
});

test('an ε is dead above all of L2 from N on, or above its 95 % quantile, on every seed; always live below all', () => {
  const { arms } = buildProbeReport(sweep(grid()));
  const found = Object.fromEntries(arms.map(({ name, verdict, above }) => [name, [verdict, above]]));
  expect(found).toEqual({
    'β0.1 ε0.2 N100': ['live', null],
    'β0.1 ε0.65 N100': ['between', null],
    // seed 1 has L2 up to 0.8, of which 5 % are above 0.785
    'β0.1 ε0.79 N100': ['dead', 'q95'],
    'β0.1 ε0.9 N100': ['dead', 'maximum'],
    'β0.1 ε1 N100': ['dead', 'maximum'],
    'β0.45 ε0.2 N100': ['live', null],
    // from batch 0 on: L2 begins at 0.8 and 0.9
    'β0.1 ε0.85 N0': ['between', null],
    'β0.1 ε0.9 N300': ['dead', 'maximum'],
    'β0.1 ε1 N300': ['dead', 'maximum'],
  });
});

test('the test is strict, in float32: at equality the term is dead', () => {
  const arms = [makeControl(0), makeArm(1, { N: 100, epsilon: 0.8 })];
  expect(buildProbeReport(sweep(arms)).arms[0]).toMatchObject({ verdict: 'dead', above: 'maximum' });
});

test('neighbours in ε are the same where no L2 of the trunk is between them; certain where both are dead', () => {
  const same = Object.fromEntries(
    buildProbeReport(sweep(grid())).arms.map(({ name, sameAs }) => [name, sameAs && [sameAs.name, sameAs.certain]]),
  );
  expect(same).toMatchObject({
    'β0.1 ε0.2 N100': null,
    'β0.1 ε0.65 N100': null,
    'β0.1 ε0.79 N100': null,
    'β0.1 ε0.9 N100': null,
    'β0.1 ε1 N100': ['β0.1 ε0.9 N100', true],
    'β0.1 ε1 N300': ['β0.1 ε0.9 N300', true],
    'β0.45 ε0.2 N100': null,
  });
  const bothLive = [makeControl(0), makeArm(1, { N: 100, epsilon: 0.01 }), makeArm(2, { N: 100, epsilon: 0.1 })];
  expect(buildProbeReport(sweep(bothLive)).arms[1]!.sameAs).toEqual({ arm: 1, name: 'arm1', certain: false });
});

test('where all arms have the phase, the trunk ends at its last N and ε is judged by the batches before', () => {
  const arms = [
    makeArm(0, { N: 100, epsilon: 0.9, controlIndex: null }),
    makeArm(1, { N: 300, epsilon: 0.9, controlIndex: null }),
    makeArm(2, { N: 300, epsilon: 1, controlIndex: null }),
  ];
  const { trunks, arms: judged, notes } = buildProbeReport(sweep(arms));
  expect(trunks[0]).toMatchObject({
    end: 300,
    candidates: [
      { N: 100, after: { from: 100, to: 300 } },
      { N: 300, before: { from: 250, to: 300 }, after: null },
    ],
  });
  expect(judged.map(({ verdict, sameAs }) => [verdict, sameAs?.certain])).toEqual([
    ['dead', undefined],
    ['dead', undefined],
    ['dead', false],
  ]);
  expect(notes.join()).toContain('ends at its last N');
});

test('what is not trained to its end, or not finite, is not judged by', () => {
  const { trunks, arms, notes } = buildProbeReport(sweep(grid(), [399, ...Array<number>(9).fill(100)]));
  expect(trunks[0]).toMatchObject({ seeds: [], unfinished: [0, 1, 2] });
  expect(arms.every(({ verdict, ratio, sameAs }) => verdict === null && ratio === null && sameAs === null)).toBe(true);
  expect(notes.join()).toContain('not trained to its end');
  const diverging = sweep([makeControl(0), makeArm(1, { N: 100, epsilon: 0.9 })]);
  diverging.runs[0]!.curves['train/intraClass'] = curve(400, (batch) => (batch < 399 ? 0.5 : null));
  expect(buildProbeReport(diverging).trunks[0]!.candidates[0]!.after!.min.low).toBe(0.5);
});

test('without truncation nothing is dead; by sample the mean decides nothing about being the same', () => {
  const none = buildProbeReport(sweep(grid('none')));
  expect(new Set(none.arms.map(({ verdict }) => verdict))).toEqual(new Set(['live']));
  expect(none.notes.join()).toContain('the same weights');
  const sample = buildProbeReport(sweep(grid('sample')));
  expect(sample.arms.every(({ sameAs }) => sameAs === null)).toBe(true);
  expect(sample.notes.join()).toContain('single samples');
});

test('arms of another α or learning rate have a trunk of their own, named by what differs', () => {
  const arms = [
    makeControl(0),
    makeArm(1),
    makeControl(2, { alpha: 0.9 }),
    makeArm(3, { alpha: 0.9, controlIndex: 2 }),
    makeArm(4, { alpha: 0, beta: 0, control: true, controlIndex: null }),
  ];
  expect(buildProbeReport(sweep(arms)).trunks.map(({ name, arms: count }) => [name, count])).toEqual([
    ['α0.5', 2],
    ['α0.9', 2],
  ]);
});

test('the text has a table per finding and names the arms', () => {
  const text = probeToText(buildProbeReport(sweep(grid())));
  expect(text).toMatch(/^\| 100 +\| 100–399 +\| 0\.466 \(0\.416–0\.516\)/m);
  expect(text).toMatch(/^\| 100 +\| 0\.1 +\| 0\.01 +\| weak/m);
  expect(text).toMatch(/^\| 0 +\| none before/m);
  expect(text).toContain(
    'Would be dead:\n' +
      "  3 β0.1 ε0.79 N100: ε is above 95 % of the trunk's L2 from N on\n" +
      "  4 β0.1 ε0.9 N100: ε is above all of the trunk's L2 from N on",
  );
  expect(text).toContain('since both are dead:\n  5 β0.1 ε1 N100 and 4 β0.1 ε0.9 N100');
  expect(text).toContain('At N = 0 there is no trunk');
  // What was found stands before the tables that it was found by.
  expect(text.indexOf('Would be dead')).toBeLessThan(text.indexOf('| N'));
});
