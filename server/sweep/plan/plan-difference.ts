import type { Arm } from '../arm.ts';
import { computationOf, computed } from '../arm-computation.ts';
import { toCanonicalJson } from '../canonical-json.ts';
import type { Plan } from './plan.ts';

type ArmsAndSeeds = Pick<Plan, 'arms' | 'seeds'>;

/**
 * What a new plan would train differently than a stored one, as a part of a sentence; null where both train the same.
 * Names and order of arms do not count.
 */
export function differenceOfPlans(stored: ArmsAndSeeds, made: ArmsAndSeeds): string | null {
  const known = new Set(stored.arms.map(computationOf));
  const others = made.arms.filter((arm) => !known.has(computationOf(arm)));
  const parts = [
    ...(made.arms.length === stored.arms.length
      ? []
      : [`a new plan has ${made.arms.length} arms instead of ${stored.arms.length}`]),
    ...(others.length === 0 ? [] : [describeOthers(others, stored.arms, made.arms.length)]),
    ...(toCanonicalJson(made.seeds) === toCanonicalJson(stored.seeds)
      ? []
      : [`a new plan has ${made.seeds.length} seeds instead of ${stored.seeds.length}, or others`]),
  ];
  return parts.length === 0 ? null : parts.join('; ');
}

function describeOthers(others: readonly Arm[], stored: readonly Arm[], count: number): string {
  const [first] = others;
  const before = stored[first!.index];
  const shown = before === undefined ? '' : differenceOfArms(before, first!);
  return (
    `${others.length} of the ${count} arms of a new plan are others` + (shown === '' ? '' : `, the first with ${shown}`)
  );
}

/** In which settings an arm differs from another one, as a part of a sentence; empty where both compute the same. */
export function differenceOfArms(before: Arm, after: Arm): string {
  const found = differences(before, after);
  return [...found.slice(0, MOST_SHOWN), ...(found.length > MOST_SHOWN ? ['…'] : [])].join(', ');
}

const MOST_SHOWN = 4;

/** `N 2 instead of 3` for every setting in which two arms differ. */
function differences(before: Arm, after: Arm): string[] {
  const old = flatten(computed(before));
  return [...flatten(computed(after))].flatMap(([key, value]) =>
    old.get(key) === value ? [] : [`${key} ${value} instead of ${old.get(key) ?? 'nothing'}`],
  );
}

/** `{ training: { batches: 9 } }` → `training.batches` → `9` */
function flatten(value: unknown, path = ''): Map<string, string> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return new Map([[path, JSON.stringify(value)]]);
  return new Map(
    Object.entries(value).flatMap(([key, inner]) => [...flatten(inner, path === '' ? key : `${path}.${key}`)]),
  );
}
