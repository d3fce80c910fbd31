import { sweepName } from '../database/ids.ts';
import type { Storage } from '../database/storage.ts';

/** The sweeps that confirm an arm of this one, oldest first. */
export async function listConfirmations(storage: Storage, sweepId: number): Promise<{ id: string; name: string }[]> {
  const sweeps = await storage.prisma.sweep.findMany({
    select: { id: true, name: true },
    where: { definitionPath: { startsWith: `confirm:${sweepName(sweepId)}:` } },
    orderBy: { id: 'asc' },
  });
  return sweeps.map(({ id, name }) => ({ id: sweepName(id), name }));
}
