import { open, readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { constants, gunzip, gunzipSync } from 'node:zlib';
import { UserError } from '../../sweep/user-error.ts';
import type { ImageShape } from '../dataset.ts';

/**
 * The IDX format of the MNIST pages: two zero bytes, a byte for the type of number, a byte for the number of
 * dimensions, one big-endian 32-bit length per dimension, then the numbers, big-endian, last dimension fastest. Often
 * compressed by gzip.
 */
export interface IdxHeader {
  dims: number[];
  type: NumberType;
  /** Bytes before the first number. */
  headerLength: number;
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
const LARGEST_HEADER = 4 + 4 * 4;
/** Bytes of a file that certainly hold the header, compressed or not. */
const START = 4096;

/**
 * The images of an IDX file with 3 dimensions (grey) or 4 (channels last). Bytes stay bytes, other numbers become
 * float32.
 */
export async function readIdxImages(
  path: string,
): Promise<{ count: number; shape: ImageShape; pixels: Uint8Array | Float32Array }> {
  const { header, bytes } = await readIdx(path);
  const { count, shape } = imageDims(path, header);
  if (header.type.name === 'uint8') {
    return {
      count,
      shape,
      pixels: new Uint8Array(bytes.buffer, bytes.byteOffset + header.headerLength, header.length - header.headerLength),
    };
  }
  const pixels = Float32Array.from(numbers(header, bytes));
  const bad = pixels.findIndex((value) => !Number.isFinite(value));
  if (bad < 0) return { count, shape, pixels };
  throw new UserError(
    `Cannot read ${path}: image ${Math.floor(bad / (pixels.length / count))} (from 0) has a pixel that is ` +
      `${pixels[bad]}; finite numbers are wanted`,
  );
}

/** The labels of an IDX file with 1 dimension, as they stand there. */
export async function readIdxLabels(path: string): Promise<Int32Array> {
  const { header, bytes } = await readIdx(path);
  if (header.dims.length !== 1 || header.type.name.startsWith('float')) {
    throw new UserError(
      `Cannot read labels from ${path}: it holds ${inWords(header)}; whole numbers in 1 dimension are wanted`,
    );
  }
  return Int32Array.from(numbers(header, bytes));
}

/** Count and shape of the images, from the first bytes of the file alone. */
export async function describeIdxImages(path: string): Promise<{ count: number; shape: ImageShape }> {
  const file = await open(path).catch((error) => cannotOpen(path, error));
  try {
    const { size } = await file.stat();
    const { buffer, bytesRead } = await file.read(Buffer.alloc(START), 0, START, 0);
    return imageDims(path, parseHeader(path, buffer.subarray(0, bytesRead), size));
  } finally {
    await file.close();
  }
}

async function readIdx(path: string): Promise<{ header: IdxHeader; bytes: Uint8Array }> {
  const raw: Uint8Array = await readFile(path).catch((error) => cannotOpen(path, error));
  const header = parseHeader(path, raw.subarray(0, START), raw.length);
  const bytes = isGzip(raw) ? await inflate(path, raw, header) : raw;
  if (bytes.length === header.length) return { header, bytes };
  throw lengthError(
    path,
    header,
    `${bytes.length < header.length ? '' : 'more than '}${Math.min(bytes.length, header.length)}`,
  );
}

/**
 * Unpacks no more than one byte past the stated length: enough to see that a file is too long, whatever is inside it.
 */
async function inflate(path: string, raw: Uint8Array, header: IdxHeader): Promise<Uint8Array> {
  try {
    return await promisify(gunzip)(raw, { maxOutputLength: header.length + 1 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE')
      throw lengthError(path, header, `more than ${header.length}`);
    throw damaged(path, error);
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
      `Cannot read ${path}: it starts with 0x${magic}; ` +
        'an IDX file (0x0000, a type of number, 1 to 4 dimensions) is wanted',
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
    length: headerLength + type.bytes * dims.reduce((product, dim) => product * dim, 1),
  };
  if (dims.includes(0)) throw new UserError(`Cannot read ${path}: it holds ${inWords(header)}; at least one is wanted`);
  if (compressed ? header.length > size * LARGEST_RATIO : header.length !== size) {
    throw lengthError(path, header, compressed ? `a compressed file of ${size}, which cannot hold them` : `${size}`);
  }
  return header;
}

function imageDims(path: string, header: IdxHeader): { count: number; shape: ImageShape } {
  const [count, height, width, channels = 1] = header.dims;
  if (header.dims.length < 3) {
    throw new UserError(
      `Cannot read images from ${path}: it holds ${inWords(header)}; ` +
        '3 dimensions (images, height, width) or 4 (and channels) are wanted',
    );
  }
  return { count: count!, shape: [height!, width!, channels] };
}

function numbers({ type, headerLength, length }: IdxHeader, bytes: Uint8Array): ArrayLike<number> & Iterable<number> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const values = new Float64Array((length - headerLength) / type.bytes);
  for (let i = 0; i < values.length; i++) values[i] = type.read(view, headerLength + i * type.bytes);
  return values;
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

function cannotOpen(path: string, error: NodeJS.ErrnoException): never {
  const found = error.code === 'ENOENT' ? 'there is no such file' : error.message;
  throw new UserError(`Cannot read ${path}: ${found}; an IDX file is wanted`);
}
