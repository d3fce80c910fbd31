import type { ParamValue } from '../../sweep/arm.ts';

/** An arm and what it is compared with, as verdicts look at it. */
export interface ComparedArm {
  /** Position in the plan. */
  index: number;
  name: string;
  /** The parameters that vary in the sweep, by name; null where not in force. */
  setting: Readonly<Record<string, ParamValue>>;
  /** Seed → the metric with the phase − that of the control. */
  differences: ReadonlyMap<number, number>;
  /** True where the truncated term was 0 from N to the end in every run: the arm is its control. */
  isDead: boolean;
  /** Index of an earlier arm that is the same computation. */
  sameAs: number | null;
  /** True for an ablation with settings of its own: it answers another question. */
  isOwnAblation: boolean;
}

/** The seeds that every arm has a difference on, in rising order. */
export function commonSeeds(arms: readonly Pick<ComparedArm, 'differences'>[]): number[] {
  const [first, ...others] = arms;
  if (!first) return [];
  return [...first.differences.keys()]
    .filter((seed) => others.every(({ differences }) => differences.has(seed)))
    .sort((a, b) => a - b);
}

/** True for an arm that answers the question of the sweep: no ablation with settings of its own, and with a pair. */
export function isCompared({ isOwnAblation, differences }: ComparedArm): boolean {
  return !isOwnAblation && differences.size > 0;
}

/** What tells apart the arms of one level: the setting without some of its parameters, as one text. */
export function settingWithout({ setting }: Pick<ComparedArm, 'setting'>, factors: readonly string[]): string {
  return JSON.stringify(Object.entries(setting).filter(([name]) => !factors.includes(name)));
}
