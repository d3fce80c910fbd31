import { existsSync } from 'node:fs';
import { parseConfirmKey } from '../../sweep/definition/confirm-key.ts';
import type { Plan } from '../../sweep/plan/plan.ts';
import type { Storage } from '../database/storage.ts';
import { transaction } from '../database/transaction.ts';
import { sweepOfDefinition } from './queue-sweep.ts';
import type { DefinitionPlace } from './same-place.ts';

/**
 * A sweep that was merged from another machine has the path that its definition had there. Where a definition with the
 * same plan is run here and nothing is at that path, the sweep is that of this file from now on.
 */
export function adoptSweep(storage: Storage, place: DefinitionPlace, plan: Pick<Plan, 'name' | 'planHash'>): void {
  transaction(storage, () => {
    if (place.definitionPath === null || sweepOfDefinition(storage, { ...place, plan }) !== null) return;
    const sweeps = storage
      .prepare(
        `SELECT id, definitionPath, folder FROM "Sweep" WHERE definedName = ? AND planHash = ?
        AND definitionPath IS NOT NULL ORDER BY id DESC`,
      )
      .all(plan.name, plan.planHash) as { id: number; definitionPath: string; folder: string }[];
    const found = sweeps.find(
      ({ definitionPath, folder }) =>
        parseConfirmKey(definitionPath) === null && !existsSync(definitionPath) && !existsSync(folder),
    );
    if (found === undefined) return;
    storage
      .prepare('UPDATE "Sweep" SET definitionPath = ?, folder = ? WHERE id = ?')
      .run(place.definitionPath, place.folder, found.id);
  });
}
