import { sweepName } from '../../store/database/ids.ts';
import { readSeeds } from '../../store/reading/list-confirmations.ts';
import { readArms } from '../../store/reading/read-arms.ts';
import type { SweepRecord } from '../../store/reading/read-sweep.ts';
import type { Storage } from '../../store/database/storage.ts';
import type { Arm } from '../../sweep/arm.ts';
import { armIdentity } from '../../sweep/definition/confirm-key.ts';

/**
 * Every seed on which any sweep of the database has trained, or will train, what one of the arms or its control
 * computes, and the seeds of the sweep itself.
 *
 * @param arms each with a control
 * @param except a sweep whose seeds do not count
 */
export function usedSeeds(
  storage: Storage,
  { plan, armList }: SweepRecord,
  arms: readonly Arm[],
  except?: string,
): number[] {
  const computed = new Set(arms.flatMap((arm) => [arm, armList[arm.controlIndex!]!]).map(armIdentity));
  const others = readSeeds(storage).filter(
    ({ id }) => sweepName(id) !== except && readArms(storage, id).some((other) => computed.has(armIdentity(other))),
  );
  return [...plan.seeds, ...others.flatMap(({ seeds }) => seeds)];
}
