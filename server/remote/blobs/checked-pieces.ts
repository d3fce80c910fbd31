import { createHash } from 'node:crypto';
import { DamagedBlob, type BlobOptions } from './blob-store.ts';

/** In bytes. A checkpoint's tensor is one piece, however large it is; a network gives 16 KB at a time. */
const PIECE = 2 ** 20;

/**
 * Passes pieces on, and fails at their end where they are not what the name says: the last of them is kept back until
 * that is known, so that nobody ever has all bytes of a blob that is damaged.
 *
 * @param where they come from, for the message
 */
export async function* checkedPieces(
  pieces: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  { hash, size }: { hash: string; size?: number | undefined },
  where: string,
  { signal, progress }: BlobOptions = {},
): AsyncGenerator<Uint8Array, void, undefined> {
  const found = createHash('sha256');
  let passed = 0;
  let last: Uint8Array | null = null;
  for await (const piece of evenPieces(pieces)) {
    signal?.throwIfAborted();
    passed += piece.length;
    if (size !== undefined && passed > size)
      throw new DamagedBlob(`Found more than ${size} bytes in ${where}, wanted those of blob ${hash}`);
    found.update(piece);
    if (last) yield last;
    last = piece;
    progress?.(passed);
  }
  signal?.throwIfAborted();
  if (size !== undefined && passed < size)
    throw new DamagedBlob(`Found ${passed} bytes in ${where}, wanted the ${size} of blob ${hash}`);
  const digest = found.digest('hex');
  if (digest !== hash) throw new DamagedBlob(`Found bytes with SHA-256 ${digest} in ${where}, wanted blob ${hash}`);
  if (last) yield last;
}

/** Large pieces are cut, small ones are put together: each is hashed and written by itself. */
async function* evenPieces(
  pieces: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  let waiting: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of pieces) {
    for (let at = 0; at < piece.length; at += PIECE) {
      const slice = piece.subarray(at, at + PIECE);
      waiting.push(slice);
      bytes += slice.length;
      if (bytes < PIECE) continue;
      yield joined(waiting);
      waiting = [];
      bytes = 0;
    }
  }
  if (bytes > 0) yield joined(waiting);
}

function joined(pieces: Uint8Array[]): Uint8Array {
  return pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces);
}
