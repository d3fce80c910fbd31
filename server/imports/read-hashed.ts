import type { Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';

/** A file in pieces, each of which goes into a hash on its way. */
export async function* readHashed(path: string, hash: Hash): AsyncGenerator<Buffer> {
  for await (const piece of createReadStream(path) as AsyncIterable<Buffer>) {
    hash.update(piece);
    yield piece;
  }
}
