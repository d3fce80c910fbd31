import { computationOf } from '../arm-computation.ts';
import { UserError } from '../user-error.ts';
import type { Plan } from './plan.ts';

/** A stored plan, and the sweep as the user knows it. */
export interface StoredPlan extends Pick<Plan, 'arms' | 'seeds' | 'metric'> {
  sweep: string;
}

/**
 * The plan of a changed definition with the arms of the stored plan first, in their order and with their indices: what
 * somebody wrote down of arm 7 still holds. The arms that are new come after them.
 *
 * @throws UserError where the new plan lacks an arm or a seed of the stored one, or adds nothing
 */
export function extendPlan(stored: StoredPlan, made: Plan): Plan {
  const attempted = `Cannot extend ${stored.sweep}`;
  if (made.metric.name !== stored.metric.name || made.metric.goal !== stored.metric.goal)
    throw new UserError(
      `${attempted}: the definition decides by ${made.metric.name} (${made.metric.goal}), ` +
        `wanted ${stored.metric.name} (${stored.metric.goal}), as before`,
    );
  const lost = stored.seeds.filter((seed) => !made.seeds.includes(seed));
  if (lost.length > 0)
    throw new UserError(`${attempted}: the definition lacks seed ${lost[0]}, wanted all seeds it has`);
  const byIdentity = new Map(made.arms.map((arm) => [computationOf(arm), arm]));
  const kept = stored.arms.map((arm) => {
    const found = byIdentity.get(computationOf(arm));
    if (found !== undefined) return found;
    throw new UserError(`${attempted}: the definition lacks arm ${arm.index} ${arm.name}, wanted all arms that it has`);
  });
  const isKept = new Set(kept);
  const order = [...kept, ...made.arms.filter((arm) => !isKept.has(arm))];
  if (order.length === stored.arms.length && made.seeds.length === stored.seeds.length)
    throw new UserError(`${attempted}: it has all of these arms and seeds already, wanted more seeds or other values`);
  const places = new Map(order.map((arm, index) => [arm.index, index]));
  const arms = order.map((arm, index) => ({
    ...arm,
    index,
    controlIndex: arm.controlIndex === null ? null : places.get(arm.controlIndex)!,
    parents: arm.parents.map((parent) => places.get(parent)!),
  }));
  const runs = made.seeds.flatMap((seed) => arms.map(({ index }) => ({ arm: index, seed })));
  return { ...made, arms, runs };
}
