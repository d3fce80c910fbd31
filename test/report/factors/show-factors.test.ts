import { describe, expect, it } from 'vitest';
import { reportFactors } from '../../../server/report/factors/report-factors.ts';
import { showFactors } from '../../../server/report/factors/show-factors.ts';
import { withoutTests } from '../../../server/report/factors/without-tests.ts';
import type { MetricView } from '../../../server/report/table/metric-view.ts';
import { Stream } from '../../../server/sweep/random.ts';
import { arm, grid } from './arms.ts';

const ACCURACY: MetricView = { name: 'val/accuracy', goal: 'maximize', directed: true, accuracy: true, unit: '%' };
const LOSS: MetricView = { name: 'val/crossEntropy', goal: 'minimize', directed: true, accuracy: false, unit: null };

function noisy(of: (a: number, b: number) => number) {
  const stream = new Stream(3, 'noise');
  return grid([0.1, 0.2, 0.3], [0.5, 0.8], 8, of).map((each) => ({
    ...each,
    setting: { beta: each.setting.a!, alpha: each.setting.b! },
    differences: new Map([...each.differences].map(([seed, value]) => [seed, value + 0.0005 * stream.normal()])),
  }));
}

describe('showFactors', () => {
  const arms = noisy((beta) => beta / 100);

  it('says levels, contrasts and importance in points, with the digits of their intervals', () => {
    const shown = showFactors(reportFactors(arms), ACCURACY, 'last', null);
    expect(shown).toMatchObject({ unit: 'points', better: 'above' });
    expect(shown.factors.map(({ symbol }) => symbol)).toEqual(['β', 'α']);
    const [beta, alpha] = shown.slices;
    expect(beta).toMatchObject({ factor: 'beta', note: 'mean over 2 settings of the others, 8 seeds' });
    expect(beta!.levels.map(({ mean }) => Math.round(mean * 10))).toEqual([1, 2, 3]);
    expect(beta!.levels[0]!.text).toMatch(/^\+0\.\d{3} \[0\.\d{3}, 0\.\d{3}\]$/);
    expect(beta!.contrast).toMatch(/^β 0\.1 → 0\.3: \+0\.\d+ points \[0\.\d+, 0\.\d+\], p = 0\.0078$/);
    expect(alpha!.contrast).toMatch(/^α 0\.5 → 0\.8: /);
    expect(shown.importance.map(({ symbol }) => symbol)).toEqual(['β', 'α']);
    expect(shown.importance[0]!.size).toBeCloseTo(0.1, 1);
    // Each distance of α to β has one α alone: nothing is balanced.
    expect(shown.distances).toBeNull();
  });

  it('ranks the distances between α, β and γ by themselves, where they are balanced', () => {
    const byDistance = noisy((beta) => beta / 100).map((each) => {
      const { alpha, beta } = each.setting;
      return { ...each, setting: { alpha: alpha!, beta: Number(alpha) - Number(beta) } };
    });
    const { distances } = showFactors(reportFactors(byDistance), ACCURACY, 'last', null);
    expect(distances!.map(({ symbol }) => symbol)).toEqual(['α − β', 'γ − α']);
    expect(distances![0]!.size).toBeCloseTo(0.1, 1);
  });

  it('colours the map by what is better, in nine steps around 0', () => {
    const tones = (view: MetricView) =>
      showFactors(reportFactors(arms), view, 'last', null)
        .map!.cells.flat()
        .map((cell) => 'tone' in cell && cell.tone);
    const better = tones(ACCURACY);
    expect(Math.max(...better.map(Number))).toBe(4);
    expect(Math.min(...better.map(Number))).toBeGreaterThanOrEqual(0);
    expect(tones(LOSS)).toEqual(better.map((tone) => (tone === 0 ? 0 : -Number(tone))));
    expect(showFactors(reportFactors(arms), ACCURACY, 'last', 40).map!.limit).toBe(40);
  });

  it('has no p before a sweep is finished, and p times the looks afterwards', () => {
    const report = reportFactors(arms);
    const tested = (shown: ReturnType<typeof showFactors>) =>
      JSON.stringify(shown).match(/"p":"[^"]*"|"isSignificant":true/g) ?? [];
    expect(tested(showFactors(report, ACCURACY, 'last', null)).length).toBeGreaterThan(10);
    expect(tested(showFactors(withoutTests(report), ACCURACY, 'last', null))).toEqual([]);
    const twice = reportFactors(arms, { looks: 2 });
    expect(twice.importance[0]!.p).toBe(2 * report.importance[0]!.p!);
  });

  it('takes a pair that is asked for, and has no map of a parameter with itself', () => {
    const asked = showFactors(reportFactors(arms, { pair: ['alpha', 'beta'] }), ACCURACY, 'last', null);
    expect([asked.map!.x.name, asked.map!.y.name]).toEqual(['alpha', 'beta']);
    expect(reportFactors(arms, { pair: ['alpha', 'alpha'] }).map).toBeNull();
    expect(reportFactors(arms, { pair: ['alpha', 'nothing'] }).map).toBeNull();
  });

  it('has trends and dots in place of slices where the arms were drawn at random', () => {
    const stream = new Stream(5, 'points');
    const drawn = Array.from({ length: 30 }, (_, index) => {
      const [beta, alpha] = [stream.uniform(), 1 + stream.uniform()];
      return arm(index, { beta, alpha }, [beta, beta]);
    });
    const shown = showFactors(reportFactors(drawn), LOSS, 'last', null);
    expect(shown.slices).toEqual([]);
    expect(shown.map).toBeNull();
    expect(shown.trends[0]).toMatchObject({ symbol: 'β', rho: expect.closeTo(1, 12), arms: 30 });
    expect(shown.arms).toHaveLength(30);
    expect(shown.arms[0]!.values).toEqual([drawn[0]!.setting.beta, drawn[0]!.setting.alpha]);
  });
});
