import { SAME } from './moments.ts';

let kept: WebAssembly.Module | null | undefined;

/**
 * The loops of `patternMemory` as WebAssembly (core specification 2.0, chapter 5: binary format), two doubles at a
 * time. Each operation rounds as JavaScript's does, so that they give the same bits. Addresses are in bytes, in the
 * memory that the program imports as `host.memory`; `to` is where `largest` ends.
 *
 *     shares, squares(largest, parts, to: i32, part, slack, scale, limit, freedom: f64) → hits: i32
 *
 * @returns null where this machine has no instructions for two doubles at a time
 */
export function patternProgram(): WebAssembly.Module | null {
  if (kept === undefined) {
    const bytes = assemble();
    kept = WebAssembly.validate(bytes) ? new WebAssembly.Module(bytes) : null;
  }
  return kept;
}

const [I32, F64, V128] = [0x7f, 0x7c, 0x7b];
/** Parameters, then local variables, by their index. */
const [LARGEST, PARTS, TO, PART, SLACK, SCALE, LIMIT, FREEDOM, VALUE, HITS] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];

type Code = number[];

const get = (variable: number): Code => [0x20, variable];
const set = (variable: number, value: Code): Code => [...value, 0x21, variable];
const simd = (operation: number): Code =>
  operation < 0x80 ? [0xfd, operation] : [0xfd, (operation & 0x7f) | 0x80, operation >> 7];
/** In both lanes. */
const both = (value: Code): Code => [...value, ...simd(0x14)];
const load = (address: Code): Code => [...address, ...simd(0x00), 3 /* aligned to 2³ */, 0];
const store = (address: Code, value: Code): Code => [...address, ...value, ...simd(0x0b), 3, 0];
const double = (value: number): Code => [0x44, ...new Uint8Array(Float64Array.of(value).buffer)];
const absolute = (a: Code): Code => [...a, ...simd(0xec)];
const operation =
  (code: number) =>
  (a: Code, b: Code): Code => [...a, ...b, ...simd(code)];
const [add, subtract, multiply, divide] = [operation(0xf0), operation(0xf1), operation(0xf2), operation(0xf3)];
/** b where a < b, else a. */
const raise = operation(0xf7);
/** All bits of a lane, −1 as a whole number, where a ≥ b. */
const reaches = operation(0x4c);
const subtractWhole = operation(0xd1);
/** A where the mask has bits, else b. */
const choose = (a: Code, b: Code, mask: Code): Code => [...a, ...b, ...mask, ...simd(0x52)];
const lane = (value: Code, index: number): Code => [...value, ...simd(0x1d), index];
const advance = (address: number): Code => set(address, [...get(address), 0x41, 16, 0x6a]);

function assemble(): Uint8Array<ArrayBuffer> {
  const sum = add(absolute(add(load(get(PARTS)), both(get(PART)))), both(get(SLACK)));
  const share = multiply(multiply(get(VALUE), get(VALUE)), both(get(SCALE)));
  const squared = divide(multiply(both(get(FREEDOM)), get(VALUE)), subtract(both(double(1)), get(VALUE)));
  const isWhole = reaches(get(VALUE), both(double(1 - SAME)));
  const functions = [
    toFunction([...set(VALUE, sum), ...set(VALUE, share)]),
    toFunction([
      ...set(VALUE, sum),
      ...set(VALUE, share),
      ...set(VALUE, choose(both(double(Infinity)), squared, isWhole)),
    ]),
  ];
  const type = [0x60, ...vector([[I32], [I32], [I32], [F64], [F64], [F64], [F64], [F64]]), ...vector([[I32]])];
  const memory = [...text('host'), ...text('memory'), 0x02, 0x00, 0x01];
  const exports = ['shares', 'squares'].map((name, index) => [...text(name), 0x00, index]);
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00], // "\0asm", version 1
    ...section(1, vector([type])),
    ...section(2, vector([memory])),
    ...section(3, vector([[0], [0]])),
    ...section(7, vector(exports)),
    ...section(10, vector(functions)),
  ]);
}

/** The loop over the patterns around the code that puts the row's statistics into VALUE. */
function toFunction(statistics: Code): Code {
  const body = [
    0x03, 0x40, // loop
    ...statistics,
    ...set(VALUE, raise(load(get(LARGEST)), get(VALUE))),
    ...store(get(LARGEST), get(VALUE)),
    ...set(HITS, subtractWhole(get(HITS), reaches(get(VALUE), both(get(LIMIT))))),
    ...advance(PARTS),
    ...advance(LARGEST),
    ...[...get(LARGEST), ...get(TO), 0x49, 0x0d, 0x00], // once more where LARGEST < TO
    0x0b,
    ...[...lane(get(HITS), 0), ...lane(get(HITS), 1), 0x7c, 0xa7], // their sum as i32
    0x0b,
  ]; // prettier-ignore
  return sized([...vector([[2, V128]]), ...body]);
}

function section(id: number, content: Code): Code {
  return [id, ...sized(content)];
}

function vector(items: Code[]): Code {
  return [...unsigned(items.length), ...items.flat()];
}

function text(value: string): Code {
  return sized([...new TextEncoder().encode(value)]);
}

function sized(content: Code): Code {
  return [...unsigned(content.length), ...content];
}

/** LEB128, the format's integers. */
function unsigned(value: number): Code {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)];
}
