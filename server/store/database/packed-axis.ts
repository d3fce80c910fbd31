/**
 * Coordinates as they are stored: in 4,094 equal steps between the smallest and the largest. A step is less than a
 * pixel of the picture that they are shown in. Two projections of 500 points fit on a page of the database.
 */
export interface PackedAxis {
  low: number;
  high: number;
  /** 12 bits a number, low bits first, in base 64. 0: not finite; 1 to 4,095: `low` to `high`. */
  codes12: string;
}

/** As 0.2 stored them before its release: in two bytes a number, low byte first, and in 65,534 steps. */
export interface WideAxis {
  low: number;
  high: number;
  codes: string;
}

const STEPS = 4_094;
const WIDE_STEPS = 65_534;

export function packAxis(values: readonly number[]): PackedAxis {
  const finite = values.filter(Number.isFinite);
  // Without any, and of one value alone, the step is 0.
  const low = finite.reduce((least, value) => Math.min(least, value), finite[0] ?? 0);
  const high = finite.reduce((most, value) => Math.max(most, value), low);
  const bytes = Buffer.alloc(Math.ceil(1.5 * values.length));
  values.forEach((value, i) => {
    const share = high > low ? (value - low) / (high - low) : 0;
    const code = Number.isFinite(value) ? 1 + Math.round(STEPS * share) : 0;
    const at = Math.floor(1.5 * i);
    if (i % 2 === 0) bytes.writeUInt16LE(code, at);
    else bytes.writeUInt16LE(bytes.readUInt8(at) | (code << 4), at);
  });
  return { low, high, codes12: bytes.toString('base64') };
}

/** @returns null where a number was not finite */
export function unpackAxis(axis: PackedAxis | WideAxis): (number | null)[] {
  const { low, high } = axis;
  const isWide = 'codes' in axis;
  const bytes = Buffer.from(isWide ? axis.codes : axis.codes12, 'base64');
  return (isWide ? wideCodes(bytes) : codes(bytes)).map((code) => {
    const share = (code - 1) / (isWide ? WIDE_STEPS : STEPS);
    return code === 0 ? null : low * (1 - share) + high * share;
  });
}

function codes(bytes: Buffer): number[] {
  return Array.from({ length: Math.floor(bytes.length / 1.5) }, (_, i) => {
    const pair = bytes.readUInt16LE(Math.floor(1.5 * i));
    return i % 2 === 0 ? pair & 0xfff : pair >> 4;
  });
}

function wideCodes(bytes: Buffer): number[] {
  return Array.from({ length: bytes.length / 2 }, (_, i) => bytes.readUInt16LE(2 * i));
}
