import { invert } from './invert.ts';

/**
 * P(χ² < x) for a whole number of degrees of freedom, by the power series of the incomplete gamma function (Abramowitz
 * and Stegun, Handbook of Mathematical Functions, 26.4.6): all terms are positive, so no digit is lost.
 */
function chiSquareBelow(x: number, freedom: number): number {
  const half = x / 2;
  let term = 1 / gammaOfHalf(freedom + 2);
  let sum = 0;
  for (let k = freedom + 2; sum + term > sum; k += 2) {
    sum += term;
    term *= x / k;
  }
  return half ** (freedom / 2) * Math.exp(-half) * sum;
}

/** Γ(n/2) for a whole number n ≥ 1, from Γ(½) = √π or Γ(1) = 1. */
function gammaOfHalf(n: number): number {
  let gamma = n % 2 === 0 ? 1 : Math.sqrt(Math.PI);
  for (let k = n % 2 === 0 ? 2 : 1; k < n; k += 2) gamma *= k / 2;
  return gamma;
}

/**
 * The x with P(χ² < x) = `share`.
 *
 * Example: share 0.2 with 11 degrees of freedom → 6.989.
 *
 * @param share in (0, 1)
 * @param freedom degrees of freedom, 1 to 200
 */
export function chiSquareQuantile(share: number, freedom: number): number {
  return invert((x) => chiSquareBelow(x, freedom), share);
}
