import { mean } from '../statistics/moments.ts';
import { toTwelveDigits } from '../../sweep/twelve-digits.ts';
import { isCompared, type ComparedArm } from './compared-arm.ts';
import { mapEffects, type Feasible } from './effect-map.ts';
import type { FactorReport } from './factor-report.ts';
import { importanceOf, type Importance } from './importance.ts';
import { sliceAlong, type Slice } from './slices.ts';
import { trendsOf } from './trends.ts';

export interface FactorQuestion {
  /** The parameters of the map. Default: the two that matter most. */
  pair?: readonly [x: string, y: string] | undefined;
  /** Whether the constraints leave a pair of values; by default they leave all. */
  isFeasible?: Feasible;
  /** How often it could be tested so far, each time with more seeds. */
  looks?: number;
}

/** Names of what stands in place of α and β, in the words of the constraint that orders them. */
const GAMMA_ALPHA = 'gamma - alpha';
const ALPHA_BETA = 'alpha - beta';

/** A parameter with more levels than this, most of them of one arm, was drawn at random. */
const MOST_LEVELS = 12;

/**
 * How the difference to the control depends on each parameter: slices, importance, trends where the arms were drawn at
 * random, and a map of two.
 */
export function reportFactors(
  arms: readonly ComparedArm[],
  { pair, isFeasible = () => true, looks = 1 }: FactorQuestion = {},
): FactorReport {
  const compared = arms.filter(isCompared);
  const factors = Object.keys(compared[0]?.setting ?? {}).filter((name) => levelsOf(name, compared) > 1);
  const drawn = factors.filter((name) => isDrawn(name, compared));
  const slices = slicesAlong(
    factors.filter((name) => !drawn.includes(name)),
    compared,
    looks,
  );
  const importance = rankImportance(slices);
  const ranked = [...importance.map(({ factor }) => factor), ...factors];
  const [x, y] = pair ?? [...new Set(ranked)];
  return {
    factors,
    slices,
    importance,
    distances: distancesOf(compared, looks),
    trends: trendsOf(drawn, compared, looks),
    map: x === undefined || y === undefined || x === y ? null : mapEffects([x, y], compared, { isFeasible, looks }),
    arms: compared.map(({ index, name, setting, differences }) => ({
      index,
      name,
      setting,
      mean: mean([...differences.values()]),
      n: differences.size,
    })),
  };
}

function levelsOf(name: string, arms: readonly ComparedArm[]): number {
  return new Set(arms.flatMap(({ setting }) => (setting[name] == null ? [] : [setting[name]]))).size;
}

function isDrawn(name: string, arms: readonly ComparedArm[]): boolean {
  const levels = levelsOf(name, arms);
  return levels > MOST_LEVELS && levels > arms.length / 2;
}

function slicesAlong(factors: readonly string[], arms: readonly ComparedArm[], looks: number): Slice[] {
  return factors.flatMap((factor) => sliceAlong(factor, arms, looks) ?? []);
}

function rankImportance(slices: readonly Slice[]): Importance[] {
  return slices
    .flatMap((slice) => (slice.isBalanced ? (importanceOf(slice) ?? []) : []))
    .sort((a, b) => b.size - a.size);
}

/**
 * γ > α > β holds them together: that α matters can mean its distance to γ, or to β.
 *
 * @returns null where neither distance has a balanced slice
 */
function distancesOf(arms: readonly ComparedArm[], looks: number): Importance[] | null {
  const isVaried = ['alpha', 'beta'].every((name) => levelsOf(name, arms) > 1);
  if (!isVaried) return null;
  const moved = arms.flatMap((arm) => {
    const { alpha, beta, gamma, ...others } = arm.setting;
    const fixed = typeof gamma === 'number' ? gamma : 0;
    if (typeof alpha !== 'number' || typeof beta !== 'number') return [];
    const setting = {
      [GAMMA_ALPHA]: toTwelveDigits(fixed - alpha),
      [ALPHA_BETA]: toTwelveDigits(alpha - beta),
      ...(gamma === undefined ? {} : { gamma }),
      ...others,
    };
    return [{ ...arm, setting }];
  });
  const factors = Object.keys(moved[0]?.setting ?? {}).filter((name) => levelsOf(name, moved) > 1);
  const ranked = rankImportance(slicesAlong(factors, moved, looks));
  return ranked.some(({ factor }) => factor === GAMMA_ALPHA || factor === ALPHA_BETA) ? ranked : null;
}
