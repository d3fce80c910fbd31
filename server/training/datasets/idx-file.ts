import { Readable, pipeline } from 'node:stream';
import { constants, createGunzip, gunzipSync } from 'node:zlib';
import { UserError } from '../../sweep/user-error.ts';
import type { ImageShape } from '../dataset.ts';
import { readPieces, readStart, withDataFile } from './data-file.ts';
import type { DataFile } from './data-file.ts';
import { checkCounts } from './labels.ts';
import { checkPartSize } from './sizes.ts';

/**
 * The IDX format of the MNIST pages: two zero bytes, a byte for the type of number, a byte for the number of
 * dimensions, one big-endian 32-bit length per dimension, then the numbers, big-endian, last dimension fastest. Often
 * compressed by gzip.
 */
interface IdxHeader {
  dims: number[];
  type: NumberType;
  /** Bytes before the first number. */
  headerLength: number;
  compressed: boolean;
  /** Bytes of header and numbers together, as the header states them. */
  length: number;
}

interface NumberType {
  name: string;
  bytes: number;
  read: (view: DataView, at: number) => number;
}

const TYPES: Record<number, NumberType> = {
  0x08: { name: 'uint8', bytes: 1, read: (view, at) => view.getUint8(at) },
  0x09: { name: 'int8', bytes: 1, read: (view, at) => view.getInt8(at) },
  0x0b: { name: 'int16', bytes: 2, read: (view, at) => view.getInt16(at) },
  0x0c: { name: 'int32', bytes: 4, read: (view, at) => view.getInt32(at) },
  0x0d: { name: 'float32', bytes: 4, read: (view, at) => view.getFloat32(at) },
  0x0e: { name: 'float64', bytes: 8, read: (view, at) => view.getFloat64(at) },
};

/**
 * One byte that deflate has made holds about 1,032 bytes at most. A header that states more is wrong, whatever follows
 * it.
 */
const LARGEST_RATIO = 1040;
/** Images that shrink more than this are nearly all one colour. Small files may: sorted labels do. */
const LARGEST_RATIO_OF_LARGE = 250;
const LARGE = 2 ** 26;
const LARGEST_HEADER = 4 + 4 * 4;
/** Bytes of a file that certainly hold the header, compressed or not. */
const START = 4096;
const WANTED = 'an IDX file';

/** Files of images and their labels, as far as their headers tell. */
export interface IdxPair {
  count: number;
  shape: ImageShape;
  /** Whether pixels are bytes; other numbers become float32. */
  isBytes: boolean;
}

/**
 * Reads the headers of a file of images, with 3 dimensions (grey) or 4 (channels last), and of the file of its labels,
 * with 1 dimension. They have to fit each other, the sizes of the files and the memory that a part may take.
 */
export async function describeIdxPair(images: string, labels: string): Promise<IdxPair> {
  const { dims, type } = await withDataFile(images, WANTED, readHeader);
  const [count, height, width, channels = 1] = dims as [number, number, number, number?];
  if (dims.length < 3) {
    throw new UserError(
      `Cannot read images from ${images}: it holds ${inWords({ dims, type })}; ` +
        '3 dimensions (images, height, width) or 4 (and channels) are wanted',
    );
  }
  const shape: ImageShape = [height, width, channels];
  const isBytes = type.name === 'uint8';
  checkPartSize(images, count, shape, isBytes ? 1 : 4);
  const header = await withDataFile(labels, WANTED, readHeader);
  if (header.dims.length !== 1 || header.type.name.startsWith('float')) {
    throw new UserError(
      `Cannot read labels from ${labels}: it holds ${inWords(header)}; whole numbers in 1 dimension are wanted`,
    );
  }
  checkCounts(images, count, labels, header.dims[0]!);
  return { count, shape, isBytes };
}

/** The pixels of a file whose header is known to be right. Bytes stay bytes, other numbers become float32. */
export async function readIdxImages(path: string): Promise<Uint8Array | Float32Array> {
  const { header, body } = await readIdx(path);
  if (header.type.name === 'uint8') return body;
  const pixels = new Float32Array(body.length / header.type.bytes);
  readNumbers(header, body, pixels);
  const bad = pixels.findIndex((value) => !Number.isFinite(value));
  if (bad < 0) return pixels;
  throw new UserError(
    `Cannot read ${path}: image ${Math.floor(bad / (pixels.length / header.dims[0]!))} (from 0) has a pixel that is ` +
      `${pixels[bad]}; finite numbers are wanted`,
  );
}

/** The labels of a file whose header is known to be right, as they stand there. */
export async function readIdxLabels(path: string): Promise<Int32Array> {
  const { header, body } = await readIdx(path);
  const labels = new Int32Array(body.length / header.type.bytes);
  readNumbers(header, body, labels);
  return labels;
}

async function readIdx(path: string): Promise<{ header: IdxHeader; body: Uint8Array }> {
  return withDataFile(path, WANTED, async (file) => {
    const header = await readHeader(file);
    return { header, body: await readBody(file, header) };
  });
}

async function readHeader(file: DataFile): Promise<IdxHeader> {
  return parseHeader(file.path, await readStart(file, START), file.size);
}

/** Stops at the first byte past the stated length: enough to see that a file is too long, whatever is inside it. */
async function readBody(file: DataFile, header: IdxHeader): Promise<Uint8Array> {
  const body = new Uint8Array(header.length - header.headerLength);
  let at = -header.headerLength;
  const pieces = header.compressed ? unzip(file) : readPieces(file);
  for await (const piece of pieces) {
    if (at + piece.length > body.length) throw lengthError(file.path, header, `more than ${header.length}`);
    const content = at < 0 ? piece.subarray(-at) : piece;
    body.set(content, Math.max(at, 0));
    at += piece.length;
  }
  if (at < body.length) throw lengthError(file.path, header, `${at + header.headerLength}`);
  return body;
}

async function* unzip(file: DataFile): AsyncGenerator<Uint8Array> {
  const unzipped = pipeline(Readable.from(readPieces(file)), createGunzip(), () => {});
  try {
    for await (const piece of unzipped) yield piece as Uint8Array;
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code?.startsWith('Z_') ? damaged(file.path, error) : error;
  }
}

/** The first uncompressed bytes, from the file's start alone; fewer where the file is that short. */
function inflateStart(path: string, start: Uint8Array): Uint8Array {
  try {
    return gunzipSync(start, { finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, LARGEST_HEADER);
  } catch (error) {
    throw damaged(path, error);
  }
}

/**
 * @param start the file's first bytes, compressed or not
 * @param size of the whole file
 */
function parseHeader(path: string, start: Uint8Array, size: number): IdxHeader {
  const compressed = isGzip(start);
  const head = compressed ? inflateStart(path, start) : start;
  const magic = Buffer.from(head.subarray(0, 4)).toString('hex');
  const type = TYPES[head[2]!];
  const rank = head[3]!;
  if (head.length < 4 || head[0] !== 0 || head[1] !== 0 || !type || rank < 1 || rank > 4) {
    throw new UserError(
      `Cannot read ${path}: it does not start as an IDX file does; ` +
        'an IDX file (0x0000, a type of number, 1 to 4 dimensions) is wanted',
      { detail: `It starts with 0x${magic}.` },
    );
  }
  const headerLength = 4 + 4 * rank;
  if (head.length < headerLength) {
    throw new UserError(
      `Cannot read ${path}: it ends inside its header, after ${head.length} bytes; ${headerLength} are wanted`,
    );
  }
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const dims = Array.from({ length: rank }, (_, i) => view.getUint32(4 + 4 * i));
  const header = {
    dims,
    type,
    headerLength,
    compressed,
    length: headerLength + type.bytes * dims.reduce((product, dim) => product * dim, 1),
  };
  if (dims.includes(0)) throw new UserError(`Cannot read ${path}: it holds ${inWords(header)}; at least one is wanted`);
  checkLength(path, header, size);
  return header;
}

/** Compares the stated length with the size of the file, before memory is taken for it. */
function checkLength(path: string, header: IdxHeader, size: number): void {
  if (!header.compressed && header.length !== size) throw lengthError(path, header, `${size}`);
  if (header.compressed && header.length > size * LARGEST_RATIO)
    throw lengthError(path, header, `a compressed file of ${size}, which cannot hold them`);
  if (!header.compressed || header.length <= LARGE || header.length <= size * LARGEST_RATIO_OF_LARGE) return;
  throw new UserError(
    `Cannot read ${path}: it would grow from ${size} to ${header.length} bytes; ` +
      `at most ${LARGEST_RATIO_OF_LARGE} times as many are wanted (unpacked, it is read)`,
  );
}

function readNumbers({ type }: IdxHeader, body: Uint8Array, values: Float32Array | Int32Array): void {
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  for (let i = 0; i < values.length; i++) values[i] = type.read(view, i * type.bytes);
}

function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

function inWords({ dims, type }: Pick<IdxHeader, 'dims' | 'type'>): string {
  return `${dims.join('×')} ${type.name}`;
}

function lengthError(path: string, header: IdxHeader, found: string): UserError {
  return new UserError(
    `Cannot read ${path}: its header states ${inWords(header)}, so ${header.length} bytes are wanted; found ${found}`,
  );
}

function damaged(path: string, error: unknown): UserError {
  return new UserError(
    `Cannot unpack ${path}: ${(error as Error).message}; a complete gzip file is wanted (it may be cut off or damaged)`,
  );
}
