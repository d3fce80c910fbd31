import { createHash } from 'node:crypto';
import type { Part, SourceData } from '../dataset.ts';

/** A hash takes less than 2 GiB at a time. */
const PIECE = 2 ** 30;

/**
 * SHA-256, in hex, of all that a computation can see of a source: shape, number of classes, and of each part its pixels
 * and labels, before the split. Names of files and classes are left out: the same images under other names are the same
 * data.
 */
export function fingerprint(source: SourceData): string {
  const hash = createHash('sha256');
  hash.update(`cosweep data 1\n${source.shape.join('×')} ${source.classes.length}\n`);
  for (const name of ['train', 'validation', 'test'] as const) {
    const part = source[name];
    if (!part) continue;
    hash.update(`${name} ${part.count} ${part.pixels instanceof Uint8Array ? 'uint8' : 'float32'}\n`);
    for (const bytes of bytesOf(part)) {
      for (let at = 0; at < bytes.length; at += PIECE) hash.update(bytes.subarray(at, at + PIECE));
    }
  }
  return hash.digest('hex');
}

function bytesOf({ pixels, labels }: Part): Uint8Array[] {
  return [pixels, labels].map((values) => new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
}
