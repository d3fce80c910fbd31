import { readFile } from 'node:fs/promises';

/** An array that a program has handed over; row by row. */
export interface Npy {
  values: Float32Array | Float64Array | Int32Array;
  shape: number[];
}

/** Larger ones are a slip, in bytes. */
const MAX_BYTES = 2 ** 31 - 1;

const TYPES: Record<string, { bytes: number; read: (view: DataView, at: number) => number; make: Maker }> = {
  '<f4': { bytes: 4, read: (view, at) => view.getFloat32(at, true), make: (n) => new Float32Array(n) },
  '<f8': { bytes: 8, read: (view, at) => view.getFloat64(at, true), make: (n) => new Float64Array(n) },
  '<i4': { bytes: 4, read: (view, at) => view.getInt32(at, true), make: (n) => new Int32Array(n) },
  '<i8': { bytes: 8, read: (view, at) => Number(view.getBigInt64(at, true)), make: (n) => new Int32Array(n) },
};
type Maker = (length: number) => Npy['values'];

/**
 * Reads a file as `numpy.save` writes it: float32 or float64, int32 or int64, row by row.
 *
 * @throws {Error} which says what was found and what is wanted
 */
export async function readNpy(path: string, name: string): Promise<Npy> {
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    throw new Error(`found no file for ${name} (${error.code}), wanted one in the folder of the stage`);
  });
  if (bytes.length > MAX_BYTES || bytes.toString('latin1', 0, 6) !== '\x93NUMPY')
    throw new Error(`found ${name} in another form, wanted a file as numpy.save writes it`);
  const isLong = bytes[6]! >= 2;
  const start = isLong ? 12 : 10;
  const end = start + (isLong ? bytes.readUInt32LE(8) : bytes.readUInt16LE(8));
  const header = bytes.toString('latin1', start, end);
  const type = /'descr':\s*'([^']*)'/.exec(header)?.[1] ?? 'nothing';
  const shape = (/'shape':\s*\(([^)]*)\)/.exec(header)?.[1] ?? '')
    .split(',')
    .filter((size) => size.trim() !== '')
    .map(Number);
  const known = TYPES[type];
  if (known === undefined || !header.includes("'fortran_order': False"))
    throw new Error(`found ${name} of type ${type}, wanted float32, float64, int32 or int64, row by row`);
  const length = shape.reduce((product, size) => product * size, 1);
  if (bytes.length - end !== length * known.bytes)
    throw new Error(
      `found ${bytes.length - end} bytes for ${name} of shape [${shape.join(', ')}], wanted ${length * known.bytes}`,
    );
  const values = known.make(length);
  const view = new DataView(bytes.buffer, bytes.byteOffset + end);
  for (let i = 0; i < length; i++) values[i] = known.read(view, i * known.bytes);
  return { values, shape };
}
