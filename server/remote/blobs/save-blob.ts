import { randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { takeItsName, writeSynced } from '../../runner/checkpoints/checkpoint-files.ts';
import { DamagedBlob, type BlobOptions, type BlobStore } from './blob-store.ts';

/**
 * Reads a blob into a file, which is there only once all of it is: temporary name, check, sync, rename.
 *
 * @returns false where the store does not have it, or has it damaged
 */
export async function saveBlob(store: BlobStore, hash: string, path: string, options?: BlobOptions): Promise<boolean> {
  const pieces = await store.read(hash, options);
  if (!pieces) return false;
  const folder = dirname(path);
  const temporary = `${basename(path)}.${randomUUID()}.tmp`;
  await mkdir(folder, { recursive: true });
  try {
    await writeSynced(join(folder, temporary), pieces);
  } catch (error) {
    if (error instanceof DamagedBlob) return false;
    throw error;
  }
  await takeItsName(folder, temporary, basename(path));
  return true;
}
