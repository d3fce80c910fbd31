import { z } from 'zod';
import { sizeOf } from '../../sweep/network/parameter-spec.ts';
import { UserError } from '../../sweep/user-error.ts';
import { readStart, readWhole, withDataFile, type DataFile } from '../datasets/data-file.ts';
import type { HostState } from '../state.ts';

/**
 * The format safetensors: the length of the header (8 bytes, little-endian), the header in JSON, then the tensors'
 * numbers one after the other, little-endian. The header has for each tensor its type, its shape, and where its bytes
 * begin and end behind the header.
 */

const LENGTH_BYTES = 8;
const LONGEST_HEADER = 10_000_000;
/** Far more than the weights of any network here; a file is read whole. */
const LARGEST_FILE = 2 ** 31;
const METADATA = '__metadata__';
const WANTED = 'a file of safetensors';

/** A tensor of a file, as its header says it. */
export interface TensorEntry {
  name: string;
  /** `F32`; the format has others, which no network of Cosweep has. */
  dtype: string;
  shape: number[];
  /** Bytes behind the header. */
  begin: number;
  end: number;
}

/** Tensors as bytes. Equal tensors and facts give equal bytes: names are in order. */
export function encodeSafetensors(tensors: HostState, facts: Record<string, string> = {}): Uint8Array {
  const names = Object.keys(tensors).sort();
  let end = 0;
  const entries = names.map((name) => {
    const { shape, values } = tensors[name]!;
    const begin = end;
    end += values.byteLength;
    return [name, { dtype: 'F32', shape, data_offsets: [begin, end] }];
  });
  const header = toHeader({ [METADATA]: facts, ...Object.fromEntries(entries) });
  const bytes = new Uint8Array(header.length + end);
  bytes.set(header);
  let at = header.length;
  for (const name of names) {
    const { buffer, byteOffset, byteLength } = tensors[name]!.values;
    bytes.set(new Uint8Array(buffer, byteOffset, byteLength), at);
    at += byteLength;
  }
  return bytes;
}

/** Padded with spaces, so that the tensors begin at a multiple of 8 bytes. */
function toHeader(content: object): Uint8Array {
  const json = new TextEncoder().encode(JSON.stringify(content));
  const header = new Uint8Array(LENGTH_BYTES + Math.ceil(json.length / 8) * 8).fill(' '.charCodeAt(0));
  new DataView(header.buffer).setBigUint64(0, BigInt(header.length - LENGTH_BYTES), true);
  header.set(json, LENGTH_BYTES);
  return header;
}

/** What the header of a file says, without reading a tensor. */
export function readSafetensorsHeader(path: string): Promise<TensorEntry[]> {
  return withDataFile(path, WANTED, async (file) => parseHeader(path, file.size, await readHeader(file)));
}

/** A whole file: its bytes, what its header says, and the tensors of numbers in float32. */
export function readSafetensors(
  path: string,
): Promise<{ bytes: Uint8Array; entries: TensorEntry[]; tensors: HostState }> {
  return withDataFile(path, WANTED, async (file) => {
    const entries = parseHeader(path, file.size, await readHeader(file));
    const bytes = await readWhole(file);
    if (bytes.length < file.size) throw refusal(path, 'it was cut off while it was read');
    const start = LENGTH_BYTES + lengthOf(bytes);
    const floats = entries.filter(({ dtype }) => dtype === 'F32');
    return {
      bytes,
      entries,
      tensors: Object.fromEntries(
        floats.map(({ name, shape, begin, end }) => [
          name,
          // A copy begins where float32 may begin, wherever the tensor lies in the file.
          { shape, values: new Float32Array(bytes.slice(start + begin, start + end).buffer) },
        ]),
      ),
    };
  });
}

async function readHeader(file: DataFile): Promise<string> {
  if (file.size > LARGEST_FILE) throw refusal(file.path, `it has ${file.size} bytes, more than ${LARGEST_FILE}`);
  const start = await readStart(file, LENGTH_BYTES);
  const length = start.length < LENGTH_BYTES ? 0 : lengthOf(start);
  // Before memory for it is taken.
  if (length < 2 || length > Math.min(LONGEST_HEADER, file.size - LENGTH_BYTES))
    throw refusal(file.path, `it begins with no length of a header that fits into its ${file.size} bytes`);
  const bytes = await readStart(file, LENGTH_BYTES + length);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(LENGTH_BYTES));
  } catch {
    throw refusal(file.path, 'its header is not text in UTF-8');
  }
}

function lengthOf(bytes: Uint8Array): number {
  return Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
}

const count = z.number().int().min(0);
const headerShape = z.record(
  z.string(),
  z.object({ dtype: z.string().max(20), shape: z.array(count).max(16), data_offsets: z.tuple([count, count]) }),
);

function parseHeader(path: string, size: number, text: string): TensorEntry[] {
  const parsed = headerShape.safeParse(withoutMetadata(parseJson(text)));
  if (!parsed.success) throw refusal(path, 'its header does not say type, shape and place of each tensor');
  const room = size - LENGTH_BYTES - new TextEncoder().encode(text).length;
  const entries = Object.entries(parsed.data).map(
    ([
      name,
      {
        dtype,
        shape,
        data_offsets: [begin, end],
      },
    ]) => {
      if (!(begin <= end && end <= room))
        throw refusal(path, `${shown(name)} is said to lie in bytes ${begin} to ${end} of ${room}`);
      if (dtype === 'F32' && end - begin !== 4 * sizeOf(shape))
        throw refusal(path, `${shown(name)} has ${end - begin} bytes, and ${shape.join(' × ')} numbers of float32`);
      return { name, dtype, shape, begin, end };
    },
  );
  const last = entries.reduce((most, { end }) => Math.max(most, end), 0);
  if (last < room) throw refusal(path, `its tensors end at byte ${last} of ${room}`);
  return entries;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function withoutMetadata(header: unknown): unknown {
  if (typeof header !== 'object' || header === null || Array.isArray(header)) return header;
  return Object.fromEntries(Object.entries(header).filter(([name]) => name !== METADATA));
}

const LONGEST_NAME = 80;

function shown(name: string): string {
  return `tensor ${JSON.stringify(name.slice(0, LONGEST_NAME))}`;
}

function refusal(path: string, found: string): UserError {
  return new UserError(`Cannot read ${path}: ${found}; ${WANTED} is wanted`);
}
