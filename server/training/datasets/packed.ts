import { z } from 'zod';
import { UserError } from '../../sweep/user-error.ts';
import type { ImageShape, Part, SourceData } from '../dataset.ts';
import { readStart, withDataFile, type DataFile } from './data-file.ts';
import { checkPartSize, MOST_CLASSES, MOST_IMAGES } from './sizes.ts';

/**
 * A data set as one file, in which it travels to other machines: `cosweepd`, the header's length (uint32), the header
 * (JSON, padded with spaces), then of each part its pixels, padded with zeros to a multiple of 4 bytes, and its labels
 * (int32). Numbers are little-endian, as on every machine that TensorFlow.js runs on. The file holds what the source
 * holds, before the split, and equal sources give equal bytes.
 */

/** In bytes. Copying the files by hand is better than sending more than this to each machine. */
export const LARGEST_PACKED = 4e9;

const MAGIC = 'cosweepd';
const LENGTH_BYTES = 4;
/** Pixels begin where numbers of any type may begin. */
const ALIGNMENT = 8;
/** The names of all classes are in it. */
const LONGEST_HEADER = 2 ** 26;
const PIECE = 2 ** 20;
const PARTS = ['train', 'validation', 'test'] as const;
const WANTED = 'a packed data set';

const partSchema = z.object({
  count: z.number().int().min(1).max(MOST_IMAGES),
  pixels: z.enum(['uint8', 'float32']),
});

const side = z.number().int().min(1);

const headerSchema = z.object({
  shape: z.tuple([side, side, side]),
  classes: z.array(z.string()).min(2).max(MOST_CLASSES),
  train: partSchema,
  validation: partSchema.nullable(),
  test: partSchema.nullable(),
});

type Header = z.output<typeof headerSchema>;
type PartHeader = z.output<typeof partSchema>;

/** @param name of the data set, for the message where it is too large */
export function packSource(source: SourceData, name: string): { size: number; pieces: () => Iterable<Uint8Array> } {
  const header = headerOf(source);
  const start = toStart(header);
  const size = start.length + bodyBytes(header);
  if (size > LARGEST_PACKED)
    throw new UserError(
      `Cannot send the data set ${name} to other machines: packed it has ${toGigabytes(size)}; ` +
        `at most ${toGigabytes(LARGEST_PACKED)} are wanted; ` +
        'a machine that has the same files under the same path needs no copy',
    );
  return { size, pieces: () => piecesOf(start, source) };
}

function headerOf({ shape, classes, train, validation, test }: SourceData): Header {
  const toHeader = ({ count, pixels }: Part): PartHeader => ({
    count,
    pixels: pixels instanceof Uint8Array ? 'uint8' : 'float32',
  });
  return {
    shape,
    classes,
    train: toHeader(train),
    validation: validation && toHeader(validation),
    test: test && toHeader(test),
  };
}

function toStart(header: Header): Uint8Array {
  const json = new TextEncoder().encode(JSON.stringify(header));
  const begin = MAGIC.length + LENGTH_BYTES;
  const start = new Uint8Array(roundUp(begin + json.length, ALIGNMENT)).fill(' '.charCodeAt(0));
  new TextEncoder().encodeInto(MAGIC, start);
  new DataView(start.buffer).setUint32(MAGIC.length, start.length - begin, true);
  start.set(json, begin);
  return start;
}

function* piecesOf(start: Uint8Array, source: SourceData): Iterable<Uint8Array> {
  yield start;
  for (const name of PARTS) {
    const part = source[name];
    if (!part) continue;
    const { byteLength } = part.pixels;
    yield* slices(part.pixels);
    yield new Uint8Array(roundUp(byteLength, 4) - byteLength);
    yield* slices(part.labels);
  }
}

function* slices({ buffer, byteOffset, byteLength }: ArrayBufferView): Iterable<Uint8Array> {
  for (let at = 0; at < byteLength; at += PIECE)
    yield new Uint8Array(buffer, byteOffset + at, Math.min(PIECE, byteLength - at));
}

/**
 * Reads a packed file. Whether it is the data that is to be trained on, its fingerprint says and not the file.
 *
 * @throws {UserError} where the file is no packed data set
 */
export function readPacked(path: string): Promise<SourceData> {
  return withDataFile(path, WANTED, async (file) => {
    const { header, begin } = await readHeader(file);
    const { shape, classes } = header;
    let at = begin;
    const parts: (Part | null)[] = [];
    for (const name of PARTS) {
      const part = header[name];
      parts.push(part && (await readPart(file, at, part, header)));
      at += part ? partBytes(part, shape) : 0;
    }
    const [train, validation, test] = parts;
    return { shape, classes, train: train!, validation: validation!, test: test! };
  });
}

/** Everything that it states is compared with the file's size before memory for it is taken. */
async function readHeader(file: DataFile): Promise<{ header: Header; begin: number }> {
  const { path, size } = file;
  const head = await readStart(file, MAGIC.length + LENGTH_BYTES);
  if (head.length < MAGIC.length + LENGTH_BYTES || new TextDecoder().decode(head.subarray(0, MAGIC.length)) !== MAGIC)
    throw refusal(path, `it does not begin with "${MAGIC}"`);
  const length = new DataView(head.buffer).getUint32(MAGIC.length, true);
  const begin = head.length + length;
  if (length > LONGEST_HEADER || begin > size) throw refusal(path, `its header should have ${length} bytes`);
  const bytes = await readStart(file, begin);
  const parsed = headerSchema.safeParse(parseJson(new TextDecoder().decode(bytes.subarray(head.length))));
  if (!parsed.success) throw refusal(path, 'its header does not say shape, classes and parts');
  const header = parsed.data;
  for (const name of PARTS)
    if (header[name]) checkPartSize(path, header[name].count, header.shape, numberBytes(header[name]));
  const expected = begin + bodyBytes(header);
  if (expected !== size) throw refusal(path, `its header says ${expected} bytes, and it has ${size}`);
  return { header, begin };
}

async function readPart(
  file: DataFile,
  at: number,
  { count, pixels: type }: PartHeader,
  { shape, classes }: Header,
): Promise<Part> {
  const values = count * valuesOf(shape);
  const pixels = type === 'uint8' ? new Uint8Array(values) : new Float32Array(values);
  const labels = new Int32Array(count);
  await readInto(file, at, pixels);
  await readInto(file, at + roundUp(pixels.byteLength, 4), labels);
  if (labels.some((label) => label < 0 || label >= classes.length))
    throw refusal(file.path, `it has a label outside of 0 to ${classes.length - 1}`);
  if (pixels instanceof Float32Array && !pixels.every((value) => Number.isFinite(value)))
    throw refusal(file.path, 'it has a pixel that is not finite');
  return { count, pixels, labels };
}

async function readInto({ path, handle }: DataFile, begin: number, target: Part['pixels'] | Int32Array): Promise<void> {
  let at = begin;
  for (const piece of slices(target)) {
    const { bytesRead } = await handle.read(piece, 0, piece.length, at);
    if (bytesRead < piece.length) throw refusal(path, 'it was cut off while it was read');
    at += bytesRead;
  }
}

function bodyBytes(header: Header): number {
  return PARTS.reduce((total, name) => total + (header[name] ? partBytes(header[name], header.shape) : 0), 0);
}

function partBytes(part: PartHeader, shape: ImageShape): number {
  return roundUp(part.count * valuesOf(shape) * numberBytes(part), 4) + 4 * part.count;
}

function numberBytes({ pixels }: PartHeader): 1 | 4 {
  return pixels === 'uint8' ? 1 : 4;
}

function valuesOf([height, width, channels]: ImageShape): number {
  return height * width * channels;
}

function roundUp(value: number, multiple: number): number {
  return Math.ceil(value / multiple) * multiple;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function toGigabytes(bytes: number): string {
  return `${Number((bytes / 1e9).toFixed(1))} GB`;
}

function refusal(path: string, found: string): UserError {
  return new UserError(`Cannot read ${path}: ${found}; ${WANTED} is wanted`);
}
