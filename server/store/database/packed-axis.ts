/**
 * Coordinates as they are stored: in 65,535 equal steps between the smallest and the largest, which no picture can tell
 * from the numbers themselves.
 */
export interface PackedAxis {
  low: number;
  high: number;
  /** Two bytes a number, low byte first, in base 64. 0: not finite; 1 to 65,535: `low` to `high`. */
  codes: string;
}

const STEPS = 65_534;

export function packAxis(values: readonly number[]): PackedAxis {
  const finite = values.filter(Number.isFinite);
  // Without any, and of one value alone, the step is 0.
  const low = finite.reduce((least, value) => Math.min(least, value), finite[0] ?? 0);
  const high = finite.reduce((most, value) => Math.max(most, value), low);
  const codes = Buffer.alloc(2 * values.length);
  values.forEach((value, i) => {
    const share = high > low ? (value - low) / (high - low) : 0;
    codes.writeUInt16LE(Number.isFinite(value) ? 1 + Math.round(STEPS * share) : 0, 2 * i);
  });
  return { low, high, codes: codes.toString('base64') };
}

/** @returns null where a number was not finite */
export function unpackAxis({ low, high, codes }: PackedAxis): (number | null)[] {
  const bytes = Buffer.from(codes, 'base64');
  return Array.from({ length: bytes.length / 2 }, (_, i) => {
    const code = bytes.readUInt16LE(2 * i);
    const share = (code - 1) / STEPS;
    return code === 0 ? null : low * (1 - share) + high * share;
  });
}
