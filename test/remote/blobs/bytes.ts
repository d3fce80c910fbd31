import { createHash } from 'node:crypto';
import type { BlobRef, BlobStore, Pieces } from '../../../server/remote/blobs/blob-store.ts';

/** Bytes that are not the same anywhere, with what they are called by. */
export function blobOf(size: number, salt = 0): BlobRef & { bytes: Uint8Array; pieces: Pieces } {
  const words = new Uint32Array(Math.ceil(size / 4));
  for (let i = 0, word = salt + 1; i < words.length; i++) {
    word ^= word << 13;
    word ^= word >>> 17;
    word ^= word << 5;
    words[i] = word;
  }
  const bytes = new Uint8Array(words.buffer, 0, size);
  return { hash: hashOf(bytes), size, bytes, pieces: () => [bytes] };
}

export function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** null where the store does not have it; any error of its pieces is thrown. */
export async function readAll(store: BlobStore, hash: string): Promise<Uint8Array | null> {
  const pieces = await store.read(hash);
  if (!pieces) return null;
  const read: Uint8Array[] = [];
  for await (const piece of pieces) read.push(new Uint8Array(piece));
  return new Uint8Array(Buffer.concat(read));
}
