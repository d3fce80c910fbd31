import { FolderStore } from '../../../server/remote/blobs/folder-store.ts';
import { blobOf } from './bytes.ts';

/** Writes half of a blob to a folder, and never ends: a process to be killed. */
export default async function writeAndHang(folder: string): Promise<void> {
  const { bytes, ...blob } = blobOf(4_000_000, 7);
  await new FolderStore(folder).write(blob, async function* () {
    yield bytes.subarray(0, 2_000_000);
    await new Promise((resolve) => setTimeout(resolve, 1e9));
  });
}
