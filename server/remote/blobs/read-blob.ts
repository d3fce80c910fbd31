import { joinPieces } from '../../training/checkpoint.ts';
import { DamagedBlob, type BlobOptions, type BlobStore } from './blob-store.ts';

/**
 * Reads a small blob into memory.
 *
 * @param most so many bytes it may have
 * @returns null where the store does not have it, or has it damaged
 */
export async function readBlob(
  store: BlobStore,
  hash: string,
  most: number,
  options?: BlobOptions,
): Promise<Uint8Array | null> {
  const pieces = await store.read(hash, options);
  if (!pieces) return null;
  const read: Uint8Array[] = [];
  let bytes = 0;
  try {
    for await (const piece of pieces) {
      bytes += piece.length;
      if (bytes > most) throw new Error(`Found more than ${most} bytes in blob ${hash}, wanted a small one`);
      read.push(piece);
    }
  } catch (error) {
    if (error instanceof DamagedBlob) return null;
    throw error;
  }
  return joinPieces(read);
}
