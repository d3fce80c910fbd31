/**
 * A number in twelve significant digits, so that what differs by the noise of floating point alone, as 0.1 + 0.2 from
 * 0.3, is the same number: it is printed alike and sorted alike.
 */
export function toTwelveDigits(value: number): number {
  return Number(value.toPrecision(12));
}
