import type { ComparedArm } from '../../../server/report/factors/compared-arm.ts';

/** @param differences by seed from 0; null where the pair is missing */
export function arm(
  index: number,
  setting: ComparedArm['setting'],
  differences: readonly (number | null)[],
  more: Partial<ComparedArm> = {},
): ComparedArm {
  const bySeed = differences.flatMap((value, seed) => (value === null ? [] : [[seed, value] as const]));
  return {
    index,
    name: `arm${index}`,
    setting,
    differences: new Map(bySeed),
    isDead: false,
    sameAs: null,
    isOwnAblation: false,
    ...more,
  };
}

/** A grid of two factors, with a difference as asked for. */
export function grid(
  as: readonly number[],
  bs: readonly number[],
  seeds: number,
  of: (a: number, b: number) => number,
) {
  return as.flatMap((a, i) =>
    bs.map((b, j) =>
      arm(
        i * bs.length + j,
        { a, b },
        Array.from({ length: seeds }, () => of(a, b)),
      ),
    ),
  );
}
