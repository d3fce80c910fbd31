import type { Arm } from '../../sweep/arm.ts';
import { armIdentity } from '../../sweep/definition/confirm-key.ts';
import type { Plan } from '../../sweep/plan/plan.ts';
import type { Storage } from '../database/storage.ts';

/**
 * How many runs of a plan some sweep of the database has complete or diverged already. They are taken over where data,
 * engine and bits are the same too, which only training finds out.
 */
export function countStored(storage: Storage, { arms, seeds }: Pick<Plan, 'arms' | 'seeds'>): number {
  const planned = new Set(arms.map(armIdentity));
  const stored = storage.prepare('SELECT sweepId, "index", settings FROM "Arm"').iterate() as Iterable<ArmRow>;
  const known = [...stored].flatMap(({ settings, ...place }) => {
    const identity = armIdentity(JSON.parse(settings) as Arm);
    return planned.has(identity) ? [{ ...place, identity }] : [];
  });
  const ended = storage
    .prepare(
      `SELECT s.seed FROM "SweepRun" s JOIN "Run" r ON r.id = s.runId
      WHERE s.sweepId = ? AND s.armIndex = ? AND r.state IN ('complete', 'diverged')`,
    )
    .pluck();
  const wanted = new Set(seeds);
  const found = known.flatMap(({ sweepId, index, identity }) =>
    (ended.all(sweepId, index) as number[]).filter((seed) => wanted.has(seed)).map((seed) => `${identity} ${seed}`),
  );
  return new Set(found).size;
}

interface ArmRow {
  sweepId: number;
  index: number;
  settings: string;
}
