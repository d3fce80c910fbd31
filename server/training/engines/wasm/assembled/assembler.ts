/**
 * Just enough of an assembler to write the functions of this folder as WebAssembly (core specification 2.0, chapter 5:
 * binary format). Code is an array of bytes; expressions are built by nesting, so that `add(get(a), constant(4))` reads
 * like what it does.
 */
export type Code = number[];

/** A variable of a function: a parameter (always an address or a count, i32) or a local. */
export interface Variable {
  index: number;
}

const I32 = 0x7f;

/** Unsigned and signed LEB128, the format's variable-length integers. */
function unsigned(value: number): Code {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)];
}

function signed(value: number): Code {
  const low = value & 0x7f;
  const rest = value >> 7;
  const done = (rest === 0 && (low & 0x40) === 0) || (rest === -1 && (low & 0x40) !== 0);
  return done ? [low] : [low | 0x80, ...signed(rest)];
}

export const get = ({ index }: Variable): Code => [0x20, ...unsigned(index)];
export const set = ({ index }: Variable, value: Code): Code => [...value, 0x21, ...unsigned(index)];
export const constant = (value: number): Code => [0x41, ...signed(value)];
export const add = (a: Code, b: Code): Code => [...a, ...b, 0x6a];
export const multiply = (a: Code, b: Code): Code => [...a, ...b, 0x6c];
export const advance = (variable: Variable, by: Code): Code => set(variable, add(get(variable), by));
export const call = (target: number, ...values: Code[]): Code => [...values.flat(), 0x10, ...unsigned(target)];

/** Runs the body `times` times, at least once; `counter` counts down. */
export function repeat(counter: Variable, times: Code, body: Code): Code {
  return [
    ...set(counter, times),
    0x03,
    0x40, // loop
    ...body,
    ...set(counter, add(get(counter), constant(-1))),
    ...get(counter),
    0x0d,
    0x00, // br_if: once more
    0x0b,
  ];
}

/** Runs the body for as long as `remaining` is at least `size`, taking `size` from it each time. */
export function inBlocksOf(size: number, remaining: Variable, body: Code): Code {
  return [
    0x02,
    0x40,
    0x03,
    0x40, // block, loop
    ...get(remaining),
    ...constant(size),
    0x48, // i32.lt_s
    0x0d,
    0x01, // br_if: out of the block
    ...body,
    ...set(remaining, add(get(remaining), constant(-size))),
    0x0c,
    0x00, // br: once more
    0x0b,
    0x0b,
  ];
}

/**
 * Floating-point numbers, one or four at a time. A function is written once and assembled for both: for four, which
 * take the bulk, and for one, which takes the rest that four do not divide.
 */
export interface Lanes {
  count: 1 | 4;
  type: number;
  load(address: Code, offset?: number): Code;
  /** The number at the address, in every lane. */
  spread(address: Code, offset?: number): Code;
  store(address: Code, value: Code, offset?: number): Code;
  /** This number, in every lane. */
  number(value: number): Code;
  add(a: Code, b: Code): Code;
  subtract(a: Code, b: Code): Code;
  multiply(a: Code, b: Code): Code;
  maximum(a: Code, b: Code): Code;
  /** `value` where a > 0, 0 elsewhere. */
  wherePositive(a: Code, value: Code): Code;
  /** `value` where a = b, 0 elsewhere. */
  whereEqual(a: Code, b: Code, value: Code): Code;
  /** NaN, which equals nothing, where a = b; a elsewhere. */
  spoilWhereEqual(a: Code, b: Code): Code;
}

const memory = (offset: number): Code => [2 /* alignment 2², a hint */, ...unsigned(offset)];
const simd = (opcode: number): Code => [0xfd, ...unsigned(opcode)];

function float(value: number): Code {
  return [0x43, ...new Uint8Array(Float32Array.of(value).buffer)];
}

const ZERO = float(0);
const NAN = float(NaN);

export const four: Lanes = {
  count: 4,
  type: 0x7b,
  load: (address, offset = 0) => [...address, ...simd(0x00), ...memory(offset)],
  spread: (address, offset = 0) => [...address, ...simd(0x09), ...memory(offset)],
  store: (address, value, offset = 0) => [...address, ...value, ...simd(0x0b), ...memory(offset)],
  number: (value) => [...float(value), ...simd(0x13)],
  add: (a, b) => [...a, ...b, ...simd(0xe4)],
  subtract: (a, b) => [...a, ...b, ...simd(0xe5)],
  multiply: (a, b) => [...a, ...b, ...simd(0xe6)],
  maximum: (a, b) => [...a, ...b, ...simd(0xe9)],
  wherePositive: (a, value) => [
    ...a,
    ...simd(0x0c),
    ...Array<number>(16).fill(0),
    ...simd(0x44),
    ...value,
    ...simd(0x4e),
  ],
  whereEqual: (a, b, value) => [...a, ...b, ...simd(0x41), ...value, ...simd(0x4e)],
  spoilWhereEqual: (a, b) => [...a, ...a, ...b, ...simd(0x41), ...simd(0x50)],
};

export const one: Lanes = {
  count: 1,
  type: 0x7d,
  load: (address, offset = 0) => [...address, 0x2a, ...memory(offset)],
  spread: (address, offset = 0) => [...address, 0x2a, ...memory(offset)],
  store: (address, value, offset = 0) => [...address, ...value, 0x38, ...memory(offset)],
  number: float,
  add: (a, b) => [...a, ...b, 0x92],
  subtract: (a, b) => [...a, ...b, 0x93],
  multiply: (a, b) => [...a, ...b, 0x94],
  maximum: (a, b) => [...a, ...b, 0x97],
  wherePositive: (a, value) => [...value, ...ZERO, ...a, ...ZERO, 0x5e, 0x1b],
  whereEqual: (a, b, value) => [...value, ...ZERO, ...a, ...b, 0x5b, 0x1b],
  spoilWhereEqual: (a, b) => [...NAN, ...a, ...a, ...b, 0x5b, 0x1b],
};

/** A function under construction. */
export class FunctionBuilder<Parameter extends string> {
  readonly parameters: Record<Parameter, Variable>;
  readonly #parameterCount: number;
  readonly #locals: number[] = [];

  /** All parameters are addresses and counts; nothing is returned. */
  constructor(names: readonly Parameter[]) {
    this.parameters = Object.fromEntries(names.map((name, index) => [name, { index }])) as Record<Parameter, Variable>;
    this.#parameterCount = names.length;
  }

  integer(): Variable {
    return this.#local(I32);
  }

  floats(lanes: Lanes): Variable {
    return this.#local(lanes.type);
  }

  #local(type: number): Variable {
    this.#locals.push(type);
    return { index: this.#parameterCount + this.#locals.length - 1 };
  }

  build(body: Code): AssembledFunction {
    const locals = vector(this.#locals.map((type) => [1, type]));
    const code = [...locals, ...body, 0x0b];
    return { parameterCount: this.#parameterCount, code: [...unsigned(code.length), ...code] };
  }
}

export interface AssembledFunction {
  parameterCount: number;
  code: Code;
}

/** Functions in the order in which they are added; each may call those before it by the index that `add` returned. */
export class ModuleBuilder {
  readonly #functions: AssembledFunction[] = [];
  readonly #exports: [string, number][] = [];

  add(assembled: AssembledFunction, exportedAs?: string): number {
    const index = this.#functions.push(assembled) - 1;
    if (exportedAs !== undefined) this.#exports.push([exportedAs, index]);
    return index;
  }

  /** The module; it imports its memory as `backend.memory`. */
  build(): Uint8Array<ArrayBuffer> {
    const types = this.#functions.map(({ parameterCount }) => [
      0x60,
      ...vector(Array(parameterCount).fill([I32])),
      0x00,
    ]);
    const memoryImport = [...text('backend'), ...text('memory'), 0x02, 0x00, 0x01];
    const exports = this.#exports.map(([name, index]) => [...text(name), 0x00, ...unsigned(index)]);
    return Uint8Array.from([
      0x00,
      0x61,
      0x73,
      0x6d,
      0x01,
      0x00,
      0x00,
      0x00, // "\0asm", version 1
      ...section(1, vector(types)),
      ...section(2, vector([memoryImport])),
      ...section(3, vector(types.map((_, index) => unsigned(index)))),
      ...section(7, vector(exports)),
      ...section(10, vector(this.#functions.map(({ code }) => code))),
    ]);
  }
}

function section(id: number, content: Code): Code {
  return [id, ...unsigned(content.length), ...content];
}

function vector(items: Code[]): Code {
  return [...unsigned(items.length), ...items.flat()];
}

function text(value: string): Code {
  const bytes = [...new TextEncoder().encode(value)];
  return [...unsigned(bytes.length), ...bytes];
}
