import { createReadStream } from 'node:fs';
import type { BlobStore } from '../../server/remote/blobs/blob-store.ts';
import type { HeadBlobs } from '../../server/remote/head/head-blobs.ts';
import { writeUnnamed } from '../../server/runner/checkpoints/checkpoint-files.ts';

/** The blobs of the head, as its server gives them to others. */
export function storeOf(blobs: HeadBlobs): BlobStore {
  return {
    has: async (hash) => (await blobs.find(hash)) !== null,
    read: async (hash) => {
      const path = await blobs.find(hash);
      return path === null ? null : createReadStream(path);
    },
    write: async (blob, pieces) => {
      if ((await blobs.find(blob.hash)) !== null) return;
      const { file } = await writeUnnamed(blobs.folder, blobs.temporaries, pieces());
      await blobs.take(blob, file);
    },
  };
}
