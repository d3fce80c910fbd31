import { armIdentity } from '../../sweep/definition/confirm-key.ts';
import type { Plan } from '../../sweep/plan/plan.ts';
import { UserError } from '../../sweep/user-error.ts';
import { sweepName } from '../database/ids.ts';
import type { Storage } from '../database/storage.ts';
import { readArms } from '../reading/read-arms.ts';

/**
 * Within a transaction: refuses a plan that would take from a sweep what it was extended by. The file of its definition
 * still has the earlier text, and whoever edits it does not mean to undo the extension.
 */
export function refuseLostExtension(storage: Storage, sweepId: number, plan: Plan): void {
  const isExtended = storage.prepare('SELECT 1 FROM "Extension" WHERE sweepId = ? LIMIT 1').get(sweepId) !== undefined;
  if (!isExtended) return;
  const kept = new Set(plan.arms.map(armIdentity));
  const arms = readArms(storage, sweepId).filter((arm) => !kept.has(armIdentity(arm)));
  const seeds = storedSeeds(storage, sweepId).filter((seed) => !plan.seeds.includes(seed));
  if (arms.length === 0 && seeds.length === 0) return;
  const lost = [
    ...(arms.length === 0 ? [] : [`the arm ${arms[0]!.name}${arms.length > 1 ? ` and ${arms.length - 1} more` : ''}`]),
    ...(seeds.length === 0 ? [] : [`seed ${seeds[0]}${seeds.length > 1 ? ` and ${seeds.length - 1} more` : ''}`]),
  ].join(', ');
  const id = sweepName(sweepId);
  throw new UserError(
    `Cannot queue sweep "${plan.name}": ${id} was extended, and this definition lacks ${lost}; wanted one that has ` +
      `them, which \`cosweep clone ${id} --out FILE\` writes, or another name`,
  );
}

function storedSeeds(storage: Storage, sweepId: number): number[] {
  return storage.prepare('SELECT DISTINCT seed FROM "SweepRun" WHERE sweepId = ?').pluck().all(sweepId) as number[];
}
