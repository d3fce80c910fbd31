/**
 * Every row of a times every row of b: a bᵀ.
 *
 * Written by hand: the library's product takes several times as long, and this product is most of what an evaluation
 * computes in JavaScript. It takes four rows of b at a time, so that each number of a is fetched once for all four.
 *
 * @param a n × d, row-major
 * @param b m × d
 * @returns n × m
 */
export function rowProducts(a: Float64Array, b: Float64Array, d: number): Float64Array {
  const n = a.length / d;
  const m = b.length / d;
  const products = new Float64Array(n * m);
  for (let row = 0; row < n; row++) {
    const at = row * m;
    let other = 0;
    for (; other + 4 <= m; other += 4) {
      let first = 0;
      let second = 0;
      let third = 0;
      let fourth = 0;
      for (let i = row * d, j = other * d, end = i + d; i < end; i++, j++) {
        const value = a[i]!;
        first += value * b[j]!;
        second += value * b[j + d]!;
        third += value * b[j + 2 * d]!;
        fourth += value * b[j + 3 * d]!;
      }
      products[at + other] = first;
      products[at + other + 1] = second;
      products[at + other + 2] = third;
      products[at + other + 3] = fourth;
    }
    for (; other < m; other++) {
      let sum = 0;
      for (let i = row * d, j = other * d, end = i + d; i < end; i++, j++) sum += a[i]! * b[j]!;
      products[at + other] = sum;
    }
  }
  return products;
}

/**
 * Rows of a in one block. Of many samples and many classes the whole product is larger than both factors together, so a
 * caller that does not need it whole gets it in blocks.
 */
const ROWS_AT_ONCE = 1000;

/** a bᵀ in blocks of rows, in their order. `row` is the number of a block's first row. */
export function* rowProductBlocks(
  a: Float64Array,
  b: Float64Array,
  d: number,
): Generator<{ row: number; products: Float64Array }> {
  for (let row = 0; row * d < a.length; row += ROWS_AT_ONCE) {
    yield { row, products: rowProducts(a.subarray(row * d, (row + ROWS_AT_ONCE) * d), b, d) };
  }
}
