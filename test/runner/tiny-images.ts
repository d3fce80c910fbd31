import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Stream } from '../../server/sweep/random.ts';

/**
 * Writes images of three classes and their labels, as `images` and `labels`, so small that a network takes
 * milliseconds.
 */
export function writeImages(folder: string, count: number, side: number): void {
  const stream = new Stream(1, 'images');
  const header = (magic: number, ...sizes: number[]): Buffer => {
    const bytes = Buffer.alloc(4 + 4 * sizes.length);
    bytes.writeUInt32BE(magic, 0);
    sizes.forEach((size, i) => bytes.writeUInt32BE(size, 4 + 4 * i));
    return bytes;
  };
  const labels = Uint8Array.from({ length: count }, (_, i) => i % 3);
  const pixels = Uint8Array.from(
    { length: count * side * side },
    (_, at) => stream.below(150) + 40 * labels[Math.floor(at / side / side)]!,
  );
  writeFileSync(join(folder, 'images'), Buffer.concat([header(0x803, count, side, side), pixels]));
  writeFileSync(join(folder, 'labels'), Buffer.concat([header(0x801, count), labels]));
}
