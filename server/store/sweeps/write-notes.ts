import type { Storage } from '../database/storage.ts';

/** Stores what somebody wants to remember about a sweep; an empty text takes the notes away. */
export async function writeNotes(storage: Storage, sweepId: number, notes: string): Promise<void> {
  await storage.prisma.sweep.update({ where: { id: sweepId }, data: { notes: notes === '' ? null : notes } });
}
