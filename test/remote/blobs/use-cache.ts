import { readFileSync } from 'node:fs';
import { BlobCache } from '../../../server/remote/blobs/blob-cache.ts';
import { FolderStore } from '../../../server/remote/blobs/folder-store.ts';
import { blobOf, hashOf } from './bytes.ts';

const ROUNDS = 60;

/** Asks for one blob after the other of a cache that has room for few of them. @returns how many were not right */
export default async function useCache(behind: string, folder: string, salt: string): Promise<number> {
  const cache = new BlobCache(new FolderStore(behind), { folder, limit: 250_000 });
  let wrong = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const { hash } = blobOf(100_000, (round * (Number(salt) + 1)) % 8);
    const held = await cache.hold(hash);
    await new Promise((resolve) => setTimeout(resolve, 2));
    if (!held || hashOf(readFileSync(held.file)) !== hash) wrong++;
    await held?.release();
  }
  return wrong;
}
