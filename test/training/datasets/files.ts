import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { onTestFinished } from 'vitest';
import { UserError } from '../../../server/sweep/user-error.ts';
import type { DatasetCommon } from '../../../server/sweep/settings.ts';
import type { SourceContext } from '../../../server/training/dataset.ts';

/** Settings that every data set has, at their defaults. */
export const common: DatasetCommon = {
  validation: 0.1,
  splitSeed: 0,
  limit: null,
  augment: { shift: 0, flip: false, crop: 0, cutout: 0 },
};

export const fixtures = join(import.meta.dirname, '..', '..', 'fixtures');

export function context(baseFolder: string): SourceContext {
  return { baseFolder, log: () => {} };
}

/** A folder that is gone when the test is over. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'cosweep-datasets-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** An IDX file of bytes (or of the given type), as the format's page says. */
export function idxBytes(dims: number[], values: ArrayLike<number>, type = 0x08): Buffer {
  const header = Buffer.alloc(4 + 4 * dims.length);
  header.set([0, 0, type, dims.length]);
  dims.forEach((dim, i) => header.writeUInt32BE(dim, 4 + 4 * i));
  return Buffer.concat([header, Uint8Array.from(values)]);
}

/** The four files of a data set like MNIST: pixel p of image i is (i + p) mod 251, its label i mod 10. */
export async function writeMnistLike(folder: string, trainCount: number, testCount: number): Promise<void> {
  for (const [part, count] of [
    ['train', trainCount],
    ['t10k', testCount],
  ] as const) {
    const pixels = Uint8Array.from({ length: count * 784 }, (_, k) => (Math.floor(k / 784) + (k % 784)) % 251);
    const labels = Uint8Array.from({ length: count }, (_, i) => i % 10);
    await writeFile(join(folder, `${part}-images-idx3-ubyte.gz`), gzipSync(idxBytes([count, 28, 28], pixels)));
    await writeFile(join(folder, `${part}-labels-idx1-ubyte.gz`), gzipSync(idxBytes([count], labels)));
  }
}

/** A .tar.gz, written by the book (POSIX ustar). */
export function tarGz(entries: { path: string; bytes: Uint8Array; type?: string }[]): Buffer {
  const blocks = entries.flatMap(({ path, bytes, type = '0' }) => {
    const header = Buffer.alloc(512);
    header.write(path, 0, 'latin1');
    header.write('0000644\0', 100, 'latin1');
    header.write(`${bytes.length.toString(8).padStart(11, '0')}\0`, 124, 'latin1');
    header.write(' '.repeat(8), 148, 'latin1');
    header.write(type, 156, 'latin1');
    header.write('ustar\x0000', 257, 'latin1');
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
    return [header, Buffer.from(bytes), Buffer.alloc((512 - (bytes.length % 512)) % 512)];
  });
  return gzipSync(Buffer.concat([...blocks, Buffer.alloc(1024)]));
}

/** CIFAR records: plane c of image i is 10·c + i everywhere except its first pixel, which is 200 + c. */
export function cifarRecords(count: number, labelBytes: number, classes: number, first = 0): Uint8Array {
  const record = labelBytes + 3072;
  const bytes = new Uint8Array(count * record);
  for (let i = 0; i < count; i++) {
    bytes[i * record + labelBytes - 1] = (first + i) % classes;
    for (let c = 0; c < 3; c++) {
      bytes.fill(10 * c + i, i * record + labelBytes + c * 1024, i * record + labelBytes + (c + 1) * 1024);
      bytes[i * record + labelBytes + c * 1024] = 200 + c;
    }
  }
  return bytes;
}

/** All that the terminal shows of a promise's `UserError`: its message, and its detail, which quotes the file. */
export async function toldOf(promise: Promise<unknown>): Promise<string> {
  const error: unknown = await promise.then(
    () => 'nothing was refused',
    (error) => error,
  );
  if (!(error instanceof UserError)) throw error instanceof Error ? error : new Error(String(error));
  return error.detail === null ? error.message : `${error.message}\n${error.detail}`;
}

/** A PNG as far as its header: 8 bits, red green blue, interlaced. */
export function interlacedHeader(width: number, height: number): Buffer {
  const header = Buffer.alloc(25);
  header.writeUInt32BE(13, 0);
  header.write('IHDR', 4, 'latin1');
  header.writeUInt32BE(width, 8);
  header.writeUInt32BE(height, 12);
  header.set([8, 2, 0, 0, 1], 16);
  header.writeUInt32BE(crc32(header.subarray(4, 21)), 21);
  return Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), header, Buffer.from('\0\0\0\0IDAT', 'latin1')]);
}

function crc32(bytes: Uint8Array): number {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return ~crc >>> 0;
}

/** A grey TIFF of 32-bit floats from 0 to 1, written by the book. */
export async function writeFloatTiff(path: string, width: number, height: number): Promise<void> {
  const tags = [
    [256, 3, width],
    [257, 3, height],
    [258, 3, 32],
    [259, 3, 1],
    [262, 3, 1],
    [273, 4, 8],
    [277, 3, 1],
    [278, 3, height],
    [279, 4, 4 * width * height],
    [339, 3, 3],
  ] as const;
  const end = 8 + 4 * width * height;
  const bytes = Buffer.alloc(end + 2 + 12 * tags.length + 4);
  bytes.write('II*\0', 'latin1');
  bytes.writeUInt32LE(end, 4);
  for (let i = 0; i < width * height; i++) bytes.writeFloatLE(i / (width * height), 8 + 4 * i);
  bytes.writeUInt16LE(tags.length, end);
  for (const [i, [tag, type, value]] of tags.entries()) {
    const at = end + 2 + 12 * i;
    bytes.writeUInt16LE(tag, at);
    bytes.writeUInt16LE(type, at + 2);
    bytes.writeUInt32LE(1, at + 4);
    if (type === 3) bytes.writeUInt16LE(value, at + 8);
    else bytes.writeUInt32LE(value, at + 8);
  }
  await writeFile(path, bytes);
}
