import type { PairItem } from '../../server/http/schemas/pairs.ts';

export interface ChosenPairs {
  arm: number;
  /** `''`: all seeds. */
  seed: string;
  /** All pairs of the arm, and the pairs among them that are shown. */
  ofArm: PairItem[];
  shown: PairItem[];
}

/**
 * The pairs that an address asks for. It may name an arm that is in no pair (a control, another sweep's) or a seed that
 * has not begun: the first arm and all seeds take their place.
 *
 * @param pairs at least one
 */
export function choosePairs(pairs: PairItem[], arm: string, seed: string): ChosenPairs {
  const found = pairs.find((pair) => String(pair.arm) === arm) ?? pairs[0]!;
  const ofArm = pairs.filter((pair) => pair.arm === found.arm);
  const ofSeed = ofArm.filter((pair) => String(pair.seed) === seed);
  return ofSeed.length === 0
    ? { arm: found.arm, seed: '', ofArm, shown: ofArm }
    : { arm: found.arm, seed, ofArm, shown: ofSeed };
}
