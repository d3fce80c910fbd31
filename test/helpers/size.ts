/** True where the suites run at their full size, by `npm run soak`. */
export const FULL_SIZE = process.env['COSWEEP_SOAK'] === '1';

/**
 * How large a suite is: small among all tests, full by `npm run soak`.
 *
 * @param small takes seconds
 * @param full may take an hour
 */
export function size(small: number, full: number): number {
  return FULL_SIZE ? full : small;
}
