import { createHash } from 'node:crypto';
import { explainFileError } from '../../sweep/file-error.ts';
import { chunksOf } from './blob-files.ts';
import type { BlobRef, Pieces } from './blob-store.ts';

/** A file as a blob: one of weights to start from. It is read anew whenever its bytes are asked for. */
export async function fileBlob(path: string): Promise<BlobRef & { pieces: Pieces }> {
  const hash = createHash('sha256');
  let size = 0;
  try {
    for await (const chunk of chunksOf(path)) {
      hash.update(chunk);
      size += chunk.length;
    }
  } catch (error) {
    throw explainFileError(error, `read ${path}`);
  }
  return { hash: hash.digest('hex'), size, pieces: () => chunksOf(path) };
}
