import type { Storage } from '../store/database/storage.ts';

/** Opens a database that must be there, and closes it whatever happens. */
export async function withStorage<T>(file: string, use: (storage: Storage) => Promise<T>): Promise<T> {
  const { openStorage } = await import('../store/database/storage.ts');
  const storage = await openStorage({ file, create: false });
  try {
    return await use(storage);
  } finally {
    await storage.close();
  }
}
