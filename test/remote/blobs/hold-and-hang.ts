import { BlobCache } from '../../../server/remote/blobs/blob-cache.ts';
import { FolderStore } from '../../../server/remote/blobs/folder-store.ts';

/** Holds a blob in a cache, and never lets go: a process to be killed. */
export default async function holdAndHang(behind: string, folder: string, hash: string): Promise<void> {
  const held = await new BlobCache(new FolderStore(behind), { folder }).hold(hash);
  process.stdout.write(`${held!.file}\n`);
  await new Promise((resolve) => setTimeout(resolve, 1e9));
}
