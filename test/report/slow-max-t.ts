/**
 * Westfall and Young's step-down max-T in the plainest words: every pattern of signs, every t from its definition.
 *
 * @param rows of differences, every row with every seed
 */
export function slowMaxT(rows: readonly (readonly number[])[]): number[] {
  const n = rows[0]!.length;
  const observed = rows.map(tOf);
  const order = rows.map((_, k) => k).sort((a, b) => observed[b]! - observed[a]!);
  const hits = rows.map(() => 0);
  for (let pattern = 0; pattern < 2 ** n; pattern++) {
    const flipped = rows.map((row) => tOf(row.map((value, seed) => ((pattern >> seed) & 1 ? -value : value))));
    order.forEach((k, place) => {
      const largest = Math.max(...order.slice(place).map((other) => flipped[other]!));
      if (largest >= observed[k]! * (1 - 1e-9)) hits[k]!++;
    });
  }
  let running = 0;
  const corrected = rows.map(() => 0);
  for (const k of order) corrected[k] = running = Math.max(running, hits[k]! / 2 ** n);
  return corrected;
}

/** |mean| / (sd / √n) */
function tOf(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
  return Math.abs(mean) / Math.sqrt(variance / values.length);
}
