/** A time as people read it: `6.54 ms`. */
export function milliseconds(value: number): string {
  return `${Number(value.toPrecision(3))} ms`;
}
