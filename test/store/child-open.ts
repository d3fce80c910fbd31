import { openStorage } from '../../server/store/database/storage.ts';

/** Opens a database that may be new and counts the migrations that it has. */
export default async function open(file: string): Promise<number> {
  const storage = await openStorage({ file, create: true });
  const count = storage.raw.prepare('SELECT count(*) FROM _prisma_migrations').pluck().get() as number;
  await storage.close();
  return count;
}
