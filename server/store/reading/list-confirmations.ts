import { sweepName } from '../database/ids.ts';
import type { Storage } from '../database/storage.ts';

/** The sweeps that confirm an arm of this one, oldest first. */
export function listConfirmations(storage: Storage, sweepId: number): { id: string; name: string }[] {
  const sweeps = storage
    .prepare('SELECT id, name FROM "Sweep" WHERE definitionPath LIKE ? ORDER BY id')
    .all(`confirm:${sweepName(sweepId)}:%`) as { id: number; name: string }[];
  return sweeps.map(({ id, name }) => ({ id: sweepName(id), name }));
}

/** The seeds of every sweep of the database. */
export function readSeeds(storage: Storage): { id: number; seeds: number[] }[] {
  const rows = storage.prepare('SELECT id, plan FROM "Sweep"').all() as { id: number; plan: string }[];
  return rows.map(({ id, plan }) => ({ id, seeds: (JSON.parse(plan) as { seeds: number[] }).seeds }));
}
