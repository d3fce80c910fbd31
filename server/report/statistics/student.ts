import { invert } from './invert.ts';

/**
 * Student's t distribution for a whole number of degrees of freedom, where it has a finite form (Abramowitz and Stegun,
 * Handbook of Mathematical Functions, 26.7.3 and 26.7.4). Written here because the packages that offer the quantile are
 * either good to eight digits only or bring two hundred others along.
 */

/** P(|T| < t) for t ≥ 0. */
function central(t: number, freedom: number): number {
  const theta = Math.atan(t / Math.sqrt(freedom));
  const cosine = Math.cos(theta);
  let term = freedom % 2 === 0 ? 1 : cosine;
  let sum = freedom === 1 ? 0 : term;
  for (let k = freedom % 2 === 0 ? 2 : 3; k < freedom; k += 2) {
    term *= (cosine * cosine * (k - 1)) / k;
    sum += term;
  }
  return freedom % 2 === 0
    ? Math.sin(theta) * sum // 26.7.4
    : (2 / Math.PI) * (theta + Math.sin(theta) * sum); // 26.7.3
}

/**
 * The t with P(|T| < t) = `share`.
 *
 * @param share in (0, 1)
 * @param freedom degrees of freedom, ≥ 1
 */
export function studentQuantile(share: number, freedom: number): number {
  return invert((x) => central(x, freedom), share);
}
