import { describe, expect, it } from 'vitest';
import { parseDefinitionValue } from '../../server/sweep/definition/parse-definition.ts';
import { planSweep } from '../../server/sweep/plan/plan-sweep.ts';
import { Stream } from '../../server/sweep/random.ts';
import { draw } from '../../server/sweep/space/space.ts';

const epochs = { batchesPerEpoch: () => 100 };

function armsOf(parameters: object, runCap: number, more: object = {}) {
  const parsed = parseDefinitionValue({
    name: 'random',
    method: 'random',
    runCap,
    ablations: [],
    parameters: {
      alpha: { value: 0.5 },
      beta: { value: 0.2 },
      epsilon: { value: 0.1 },
      N: { value: 10 },
      ...parameters,
    },
    training: { dataset: { name: 'glyphs' }, model: { name: 'mlp' }, batches: 1000, evalEvery: 100 },
    ...more,
  });
  if (parsed.problems) throw new Error(JSON.stringify(parsed.problems));
  return planSweep(parsed.definition, epochs).arms;
}

/**
 * Largest distance between the sample's distribution and `cdf`, times √n: above 1.95 in one of a thousand samples
 * (Kolmogorov).
 */
function kolmogorov(sample: number[], cdf: (x: number) => number): number {
  const sorted = [...sample].sort((a, b) => a - b);
  const n = sorted.length;
  const distances = sorted.map((x, i) => Math.max(Math.abs(cdf(x) - i / n), Math.abs(cdf(x) - (i + 1) / n)));
  return Math.sqrt(n) * Math.max(...distances);
}
const LIMIT = 1.95;

describe('the sample follows the distributions conditioned on the constraints', () => {
  it('two uniform parameters above each other', () => {
    // alpha, beta uniform on [0, 1], kept where 1 > alpha > beta: a triangle, on which alpha has the density 2a and
    // beta 2(1 − b).
    const uniform = { distribution: 'uniform', min: 0, max: 1 };
    const arms = armsOf({ alpha: uniform, beta: uniform }, 4000, { samplerSeed: 7 });
    expect(
      kolmogorov(
        arms.map(({ alpha }) => alpha),
        (a) => a * a,
      ),
    ).toBeLessThan(LIMIT);
    expect(
      kolmogorov(
        arms.map(({ beta }) => beta),
        (b) => 1 - (1 - b) ** 2,
      ),
    ).toBeLessThan(LIMIT);
    // given alpha, beta is uniform below it
    expect(
      kolmogorov(
        arms.map(({ alpha, beta }) => beta / alpha),
        (r) => r,
      ),
    ).toBeLessThan(LIMIT);
  });

  it('a further linear constraint', () => {
    // uniform on [0, 0.5]² under alpha + beta <= 0.5 and alpha > beta: a triangle with corners (0, 0), (0.5, 0), (0.25,
    // 0.25).
    const uniform = { min: 0, max: 0.5 };
    const arms = armsOf({ alpha: uniform, beta: uniform }, 3000, {
      constraints: ['alpha + beta <= 0.5'],
      samplerSeed: 3,
    });
    expect(arms.every(({ alpha, beta }) => alpha > beta && alpha + beta <= 0.5 + 1e-9)).toBe(true);
    expect(
      kolmogorov(
        arms.map(({ alpha }) => alpha),
        (a) => (a < 0.25 ? 8 * a * a : 1 - 8 * (0.5 - a) ** 2),
      ),
    ).toBeLessThan(LIMIT);
  });

  it('a range of ratios', () => {
    const arms = armsOf({ epsilon: { distribution: 'log_uniform_values', min: 0.001, max: 0.1 } }, 3000, {
      constraints: ['epsilon < 0.05'],
    });
    expect(
      kolmogorov(
        arms.map(({ epsilon }) => epsilon),
        (e) => Math.log(e / 0.001) / Math.log(50),
      ),
    ).toBeLessThan(LIMIT);
  });

  it('a normal distribution cut at what the setting allows', () => {
    // loss.m from N(0, 0.2²), of which m ≥ 0 is left: the half normal distribution, erf(m / (0.2 √2)).
    const arms = armsOf({ 'loss.m': { distribution: 'normal', mu: 0, sigma: 0.2 } }, 3000);
    expect(
      kolmogorov(
        arms.map(({ loss }) => loss.m),
        (m) => erf(m / (0.2 * Math.SQRT2)),
      ),
    ).toBeLessThan(LIMIT);
  });

  it('discrete values with unequal probabilities', () => {
    // Every draw is a new arm because epsilon is continuous. P(beta) ∝ p(beta) · P(alpha > beta), alpha uniform on [0,
    // 1].
    const arms = armsOf(
      {
        alpha: { distribution: 'uniform', min: 0, max: 1 },
        beta: { values: [0.1, 0.3, 0.8], probabilities: [0.2, 0.3, 0.5] },
        epsilon: { min: 0.01, max: 0.1 },
      },
      3000,
    );
    const weights = [
      [0.1, 0.2 * 0.9],
      [0.3, 0.3 * 0.7],
      [0.8, 0.5 * 0.2],
    ] as const;
    const total = weights.reduce((sum, [, weight]) => sum + weight, 0);
    const chiSquare = weights.reduce((sum, [beta, weight]) => {
      const expected = (3000 * weight) / total;
      return sum + (arms.filter((arm) => arm.beta === beta).length - expected) ** 2 / expected;
    }, 0);
    expect(chiSquare).toBeLessThan(13.82); // 0.999 quantile at 2 degrees of freedom
  });

  it('weighted values: each as if the weights were taken away one after the other', () => {
    const probabilities = [0.1, 0, 0.25, 0.05, 0.6, 0];
    const values = ['a', 'b', 'c', 'd', 'e', 'f'];
    const plainly = (stream: Stream): string => {
      let rest = stream.uniform() * probabilities.reduce((sum, p) => sum + p, 0);
      for (let i = 0; i < values.length; i++) if ((rest -= probabilities[i]!) < 0) return values[i]!;
      return 'e';
    };
    const [own, other] = [new Stream(5, 'weights'), new Stream(5, 'weights')];
    for (let i = 0; i < 10_000; i++)
      expect(draw({ distribution: 'categorical', values, probabilities }, own)).toBe(plainly(other));
  });

  it('whole numbers and steps, both bounds as likely as the rest', () => {
    for (const space of [
      { distribution: 'int_uniform', min: 3, max: 8 },
      { distribution: 'q_uniform', min: 0.5, max: 1.75, q: 0.25 },
    ] as const) {
      const stream = new Stream(11, 'test');
      const counts = new Map<unknown, number>();
      for (let i = 0; i < 12_000; i++) {
        const value = draw(space, stream);
        counts.set(value, (counts.get(value) ?? 0) + 1);
      }
      expect([...counts.keys()].sort()).toEqual(
        space.distribution === 'int_uniform' ? [3, 4, 5, 6, 7, 8] : [0.5, 0.75, 1, 1.25, 1.5, 1.75],
      );
      const chiSquare = [...counts.values()].reduce((sum, count) => sum + (count - 2000) ** 2 / 2000, 0);
      expect(chiSquare).toBeLessThan(20.52); // 0.999 quantile at 5 degrees of freedom
    }
  });
});

describe('a random search', () => {
  const space = { alpha: { min: 0.3, max: 0.9 }, beta: { min: 0.05, max: 0.5 } };
  const points = (runCap: number, samplerSeed: number) =>
    armsOf(space, runCap, { samplerSeed }).map(({ alpha, beta }) => [alpha, beta]);

  it('is repeated by its samplerSeed', () => {
    expect(points(20, 1)).toEqual(points(20, 1));
    expect(points(20, 1)).not.toEqual(points(20, 2));
  });

  it('keeps its first arms when more are drawn', () => expect(points(40, 1).slice(0, 20)).toEqual(points(20, 1)));

  it('never repeats an arm', () => {
    const arms = armsOf({ beta: { values: [0.1, 0.2] }, N: { min: 1, max: 10 } }, 20);
    expect(new Set(arms.map(({ beta, N }) => `${beta} ${N}`)).size).toBe(20);
  });
});

/** Abramowitz and Stegun 7.1.26, good to 1.5e-7. */
function erf(x: number): number {
  const t = 1 / (1 + 0.3275911 * x);
  return (
    1 -
    ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t + 0.254829592) * t * Math.exp(-x * x)
  );
}
