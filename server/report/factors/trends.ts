import { Stream } from '../../sweep/random.ts';
import { holm } from '../statistics/holm.ts';
import { correctForLooks } from '../statistics/looks.ts';
import { mean } from '../statistics/moments.ts';
import { correlation, ranks } from '../statistics/rank-correlation.ts';
import { isCompared, type ComparedArm } from './compared-arm.ts';

/** Whether the difference to the control rises or falls with a parameter that was drawn at random. */
export interface Trend {
  factor: string;
  /** Spearman's ρ between the parameter and the mean difference of an arm, −1 to 1. */
  rho: number;
  arms: number;
  /** Permutations of the arms, Holm over the parameters; null under ten arms a parameter. */
  p: number | null;
}

const PERMUTATIONS = 10_000;
const LEAST_ARMS = 10;

/**
 * Spearman's rank correlation of each parameter with the mean difference, over the arms that have both. The p of each
 * is the share of random orders of the arms that correlate as strongly; the orders are drawn from a fixed seed, so that
 * the same sweep has the same p.
 */
export function trendsOf(factors: readonly string[], arms: readonly ComparedArm[], looks = 1): Trend[] {
  const compared = arms.filter(isCompared);
  const found = factors.flatMap((factor) => {
    const own = compared.filter(({ setting }) => typeof setting[factor] === 'number');
    if (new Set(own.map(({ setting }) => setting[factor])).size < 2) return [];
    const levels = ranks(own.map(({ setting }) => Number(setting[factor])));
    const effects = ranks(own.map(({ differences }) => mean([...differences.values()])));
    return [{ factor, levels, effects, rho: correlation(levels, effects) }];
  });
  const tested = found.map(({ factor, levels, effects }) =>
    compared.length < LEAST_ARMS * found.length ? null : permutationP(levels, effects, factor),
  );
  const corrected = holm(tested.filter((p) => p !== null));
  return found.map(({ factor, levels, rho }, k) => ({
    factor,
    rho,
    arms: levels.length,
    p: tested[k] === null ? null : correctForLooks(corrected[k]!, looks),
  }));
}

/** The order that was found is one of those counted, so that no p is 0. */
function permutationP(levels: readonly number[], effects: readonly number[], factor: string): number {
  const stream = new Stream(0, `trend/${factor}`);
  const [x, y] = [centred(levels), centred(effects)];
  const found = Math.abs(sumOfProducts(x, y));
  let asStrong = 1;
  for (let k = 0; k < PERMUTATIONS; k++) {
    shuffle(y, stream);
    // Orders of equal strength differ by the order of additions alone.
    if (Math.abs(sumOfProducts(x, y)) >= found * (1 - 1e-9)) asStrong++;
  }
  return asStrong / (PERMUTATIONS + 1);
}

function centred(values: readonly number[]): Float64Array {
  const center = mean(values);
  return Float64Array.from(values, (value) => value - center);
}

/** Spearman's ρ but for a factor that every order has. */
function sumOfProducts(x: Float64Array, y: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += x[i]! * y[i]!;
  return sum;
}

/** Fisher and Yates, in place. */
function shuffle(values: Float64Array, stream: Stream): void {
  for (let i = values.length - 1; i > 0; i--) {
    const j = stream.below(i + 1);
    const kept = values[i]!;
    values[i] = values[j]!;
    values[j] = kept;
  }
}
