// JSON that keeps what JSON loses: typed arrays, and numbers that are not finite.

const ARRAYS = { Uint8Array, Int32Array, Float32Array, Float64Array, Uint16Array, Uint32Array };

type ArrayName = keyof typeof ARRAYS;
type TypedArray = InstanceType<(typeof ARRAYS)[ArrayName]>;

const NUMBERS: Record<string, number> = { NaN: NaN, Infinity: Infinity, '-Infinity': -Infinity, '-0': -0 };

/** No object of ours has this key. */
const MARK = '$';

/** What `JSON.stringify` may be given. A typed array becomes its bytes in base64, in the order of this machine. */
export function toPlain(value: unknown): unknown {
  if (Object.is(value, -0)) return { [MARK]: 'number', value: '-0' };
  if (typeof value === 'number' && !Number.isFinite(value)) return { [MARK]: 'number', value: String(value) };
  if (typeof value !== 'object' || value === null) return value;
  if (ArrayBuffer.isView(value)) return packArray(value as TypedArray);
  if (Array.isArray(value)) return value.map(toPlain);
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, each]) => (each === undefined ? [] : [[key, toPlain(each)]])),
  );
}

/** @throws {Error} where it is not what `toPlain` makes */
export function fromPlain(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(fromPlain);
  if (Object.hasOwn(value, MARK)) return unpack(value as Record<string, unknown>);
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, fromPlain(each)]));
}

function packArray(array: TypedArray): object {
  const name = Object.keys(ARRAYS).find((each) => array instanceof ARRAYS[each as ArrayName]);
  if (name === undefined) throw new Error(`Cannot send a ${array.constructor.name}`);
  const { buffer, byteOffset, byteLength } = array;
  return { [MARK]: name, bytes: Buffer.from(buffer, byteOffset, byteLength).toString('base64') };
}

function unpack(packed: Record<string, unknown>): unknown {
  const name = String(packed[MARK]);
  if (name === 'number' && Object.hasOwn(NUMBERS, String(packed['value']))) return NUMBERS[String(packed['value'])];
  if (!Object.hasOwn(ARRAYS, name) || typeof packed['bytes'] !== 'string')
    throw new Error(`Found a value of the kind ${name.slice(0, 40)}, wanted ${Object.keys(ARRAYS).join(', ')}`);
  const bytes = new Uint8Array(Buffer.from(packed['bytes'], 'base64'));
  const Typed = ARRAYS[name as ArrayName];
  if (bytes.length % Typed.BYTES_PER_ELEMENT !== 0) throw new Error(`Found ${bytes.length} bytes of a ${name}`);
  return new Typed(bytes.buffer);
}
