/**
 * The edge where numbers that are not finite end: SQLite turns NaN into NULL by itself but keeps infinities, JSON turns
 * all of them into null. So that a curve reads the same everywhere, all of them become NULL here. Finite numbers are
 * stored as they are, 8 bytes, and come back with the same bits, except that -0 comes back as 0.
 */
export function toStored(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
