import { openStorage } from '../../server/store/database/storage.ts';

/** What opening a database says to a user without special rights: root may write what is read-only. */
export default async function refused(file: string): Promise<string> {
  if (process.getuid?.() === 0) process.setuid?.(65534);
  try {
    await openStorage({ file, create: true });
    return 'opened';
  } catch (error) {
    return (error as Error).message;
  }
}
