import { describe, expect, it } from 'vitest';
import { differenceCurve, intervalBand, leavesZeroAt } from '../../server/report/curves/curve-bands.ts';
import { metricsOfPairs, pairCurves } from '../../server/report/picture/pair-curves.ts';
import type { Curve } from '../../server/sweep/results.ts';
import { makeArm, makeControl, makeResults } from './make-results.ts';
import { betaBySwitch } from './sample-sweeps.ts';

/** Two switches, six seeds; a pair is one run up to N, so its difference is exactly zero there. */
function sweep() {
  const arms = [makeControl(0), makeArm(1, { N: 100, name: 'N100' }), makeArm(2, { N: 200, name: 'N200' })];
  const results = makeResults(arms, Array(3).fill(Array(6).fill(0)));
  for (const run of results.runs) {
    const control = [0.1, 0.5, 0.6, 0.7, 0.8].map((value, i) => (i === 0 ? value : value + run.seed / 100));
    const gain = [0, 0.01, 0.02].map((step) =>
      run.arm === 0 ? 0 : run.arm === 1 ? -step - run.seed / 1e4 : step + run.seed / 1e4,
    );
    const values = control.map((value, i) =>
      run.arm > 0 && i * 100 > arms[run.arm]!.N ? value + gain[Math.min(2, i - arms[run.arm]!.N / 100)]! : value,
    );
    run.curves['val/accuracy'] = { batches: [0, 100, 200, 300, 400], values };
    run.curves['val/intraClassCosine'] = { batches: [0, 400], values: [0.5, 0.9 + run.seed / 100] };
    if (run.arm > 0) {
      const batches = Array.from({ length: 400 - arms[run.arm]!.N }, (_, i) => arms[run.arm]!.N + i);
      run.curves['train/truncated'] = {
        batches,
        values: batches.map((batch) => (batch < 250 || batch >= 390 || (run.seed === 0 && batch === 300) ? 0.1 : 0)),
      };
    }
  }
  return results;
}

describe('pairCurves', () => {
  it('lists the pairs with their values, and null while one of the two is not complete', () => {
    const results = sweep();
    results.runs.find((run) => run.arm === 2 && run.seed === 5)!.state = 'running';
    const { pairs } = pairCurves(results, 'val/accuracy');
    expect(pairs).toHaveLength(12);
    expect(pairs[7]).toMatchObject({
      arm: 2,
      armName: 'N200',
      seed: 1,
      control: 0,
      controlName: 'noIntra',
      run: 'r201',
      controlRun: 'r1',
      beta: 0.1,
      epsilon: 0.02,
      N: 200,
    });
    expect(pairs[7]!.difference).toBeCloseTo(0.0201, 12);
    expect(pairs[11]).toMatchObject({ seed: 5, value: null, difference: null });
  });

  it('has mean ± sd of every arm by batch', () => {
    const { bands } = pairCurves(sweep(), 'val/accuracy');
    expect(bands.map(({ arm, control, N }) => [arm, control, N])).toEqual([
      [0, true, null],
      [1, false, 100],
      [2, false, 200],
    ]);
    const sd = Math.sqrt([0, 1, 2, 3, 4, 5].reduce((sum, seed) => sum + (seed - 2.5) ** 2, 0) / 5) / 100;
    expect(bands[0]!.batches).toEqual([0, 100, 200, 300, 400]);
    expect(bands[0]!.n).toEqual([6, 6, 6, 6, 6]);
    expect(bands[0]!.mean[4]).toBeCloseTo(0.825, 12);
    expect(bands[0]!.high[4]! - bands[0]!.mean[4]!).toBeCloseTo(sd, 12);
  });

  it('refuses a metric that is none', () => {
    expect(() => pairCurves(sweep(), 'val/acc')).toThrow(
      'Cannot compare the pairs of sweep "made by hand": found "val/acc", wanted the name of a metric',
    );
  });

  it('says which curves it needs', () => {
    expect(metricsOfPairs('val/accuracy')).toEqual([
      'val/accuracy',
      'val/crossEntropy',
      'train/truncated',
      'val/intraClassCosine',
    ]);
  });
});

describe('the picture', () => {
  it('has a panel per N: exactly zero up to N, then seeds, mean, band and a tick where it leaves zero for good', () => {
    const picture = pairCurves(sweep(), 'val/accuracy').picture!;
    expect(picture).toMatchObject({ metric: { name: 'val/accuracy', goal: 'maximize' }, unit: 'points', scale: 100 });
    expect(picture.panels.map(({ N, label, end }) => [N, label, end])).toEqual([
      [100, 'N = ¼', 400],
      [200, 'N = ½', 400],
    ]);
    const [group] = picture.panels[1]!.groups;
    expect(group).toMatchObject({
      arm: 2,
      label: 'β = 0.1',
      beta: 0.1,
      batches: [0, 100, 200, 300, 400],
      leavesZeroAt: 300,
    });
    expect(group!.mean.slice(0, 3)).toEqual([0, 0, 0]);
    expect(group!.low.slice(0, 3)).toEqual([0, 0, 0]);
    expect(group!.seeds).toHaveLength(6);
    expect(group!.seeds[3]!.values[4]).toBeCloseTo(0.0203, 12);
    expect(group!.mean[4]).toBeCloseTo(0.02025, 12);
    expect(group!.final.map(({ seed }) => seed)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(group!.finalMean).toBeCloseTo(0.02025, 12);
    expect(group!.finalLow).toBeCloseTo(group!.low[4]!, 12);
    expect(group!.pMaxT).toBe(2 / 64);
    expect(picture.panels[0]!.controlSpread.sd[4]).toBeCloseTo(0.018708286933869708, 12);
    expect(picture.yRange[0]).toBeLessThan(-2.05);
    expect(picture.yRange[1]).toBeGreaterThan(2.05);
  });

  it('names the switch by its batch where runs differ in length, of which it is another share each', () => {
    const results = sweep();
    results.arms[2]!.training = { ...results.arms[2]!.training, batches: 800 };
    expect(pairCurves(results, 'val/accuracy').picture!.panels.map(({ N, label }) => [N, label])).toEqual([
      [100, 'N = 100'],
      [200, 'N = 200'],
    ]);
  });

  it('has the strip: truncated term, intra-class cosine, and the stretches where every seed was dead', () => {
    const [panel] = pairCurves(sweep(), 'val/accuracy').picture!.panels;
    const [group] = panel!.groups;
    expect(group!.truncated.values[0]).toBeCloseTo(0.1, 12);
    expect(group!.truncated.values[200]).toBeCloseTo(0.1 / 6, 12);
    expect(group!.cosine).toEqual({ batches: [0, 400], values: [0.5, expect.closeTo(0.925, 12)] });
    expect(group!.dead).toEqual([
      { from: 250, to: 300 },
      { from: 301, to: 390 },
    ]);
  });

  it('answers in words', () => {
    expect(pairCurves(sweep(), 'val/accuracy').picture!.title).toBe(
      'β = 0.1 helps at N = ½: +2.025 points [2.005, 2.045], 6 of 6 seeds; hurts at N = ¼',
    );
    expect(pairCurves(betaBySwitch(), 'val/accuracy').picture!.title).toBe(
      'β = 0.1 helps at N = ½: +0.273 points [0.188, 0.358], 10 of 10 seeds; also at N = ¾; hurts at N = ¼',
    );
  });

  it('says hurts where a metric to minimise rises', () => {
    const results = sweep();
    for (const run of results.runs) run.curves['val/crossEntropy'] = run.curves['val/accuracy']!;
    const { title } = pairCurves(results, 'val/crossEntropy').picture!;
    expect(title).toMatch(/^β = 0\.1 helps at N = ¼: −0\.020\d+ in val\/crossEntropy \[−0\.02\d+, −0\.020\d+\], /);
    expect(title).toMatch(/\], 6 of 6 seeds; hurts at N = ½$/);
  });

  it('claims nothing that is not significant', () => {
    const results = sweep();
    results.seeds = [0, 1, 2];
    results.runs = results.runs.filter(({ seed }) => seed < 3);
    expect(pairCurves(results, 'val/accuracy').picture!.title).toBe(
      'With 3 seeds no difference can be significant; ' +
        'the largest: β = 0.1 at N = ¼, −2.010 points [−2.035, −1.985], 3 of 3 seeds',
    );
  });

  it('is none before there is a point', () => {
    const results = sweep();
    for (const run of results.runs) run.curves = {};
    expect(pairCurves(results, 'val/accuracy')).toMatchObject({ bands: [], picture: null });
  });

  it('keeps a diverged run as a line, and out of mean, band and final differences', () => {
    const results = sweep();
    const run = results.runs.find((each) => each.arm === 2 && each.seed === 5)!;
    run.state = 'diverged';
    run.curves['val/accuracy'] = { batches: [0, 100, 200, 300], values: [0.1, 0.55, 0.65, 50] };
    const group = pairCurves(results, 'val/accuracy').picture!.panels[1]!.groups[0]!;
    expect(group.seeds).toHaveLength(6);
    expect(group.seeds[5]!.values[4]).toBeNull();
    expect(group.mean[3]).toBeLessThan(0.02);
    expect(group.final).toHaveLength(5);
    expect(group.pMaxT).toBeNull();
  });
});

describe('curves side by side', () => {
  const curve = (values: (number | null)[]): Curve => ({ batches: values.map((_, i) => i * 10), values });

  it('subtract at the batches of both, null where either is', () => {
    expect(differenceCurve(curve([1, 2, null, 4]), { batches: [0, 10, 20], values: [0.5, null, 1] })).toEqual({
      batches: [0, 10, 20],
      values: [0.5, null, null],
    });
  });

  it.each([
    [
      [
        [0, 0],
        [1, 2],
        [1, 2],
        [1, 2],
      ],
      10,
    ],
    [
      [
        [0, 0],
        [1, 2],
        [-1, 2],
        [1, 2],
      ],
      30,
    ],
    [
      [
        [0, 0],
        [1, 2],
        [-2, -1],
        [-2, -1],
      ],
      20,
    ],
    [
      [
        [0, 0],
        [1, 2],
        [1, 2],
        [-1, 1],
      ],
      null,
    ],
    [
      [
        [0, 0],
        [1, 2],
        [null, null],
      ],
      null,
    ],
    [[], null],
  ] as [[number | null, number | null][], number | null][])('%j leaves zero for good at %j', (bounds, expected) => {
    const band = {
      batches: bounds.map((_, i) => i * 10),
      mean: [],
      low: bounds.map(([low]) => low),
      high: bounds.map(([, high]) => high),
    };
    expect(leavesZeroAt(band)).toBe(expected);
  });

  it('have no band where only one is left', () => {
    expect(intervalBand([curve([1, 2]), curve([1, null])])).toMatchObject({
      mean: [1, 2],
      low: [1, null],
      high: [1, null],
    });
  });
});
