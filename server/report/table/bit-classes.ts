import { groupBy } from '../../sweep/group-by.ts';
import type { RunResult, SweepResults } from '../../sweep/results.ts';

/** Seeds whose runs were computed with equal bits. */
export interface BitClass {
  /** Signature of one of its runs; null where it is unknown. */
  bits: string | null;
  seeds: number[];
}

/**
 * The classes of bits that a sweep has, in the order of its seeds. Two seeds are of one class where none of their arms
 * tells them apart: an arm has one signature on one machine, and arms of other networks have others.
 */
export function bitClasses({ runs }: Pick<SweepResults, 'runs'>): BitClass[] {
  const classes: { ofArm: Map<number, string | null>; seeds: number[] }[] = [];
  const trained = runs.filter(({ state }) => state === 'complete' || state === 'diverged');
  for (const [seed, ofSeed] of [...groupBy(trained, (run) => run.seed)].sort(([a], [b]) => a - b)) {
    const known = classes.find(({ ofArm }) => ofSeed.every((run) => isAlike(ofArm, run)));
    const its = known ?? { ofArm: new Map<number, string | null>(), seeds: [] };
    if (!known) classes.push(its);
    its.seeds.push(seed);
    for (const { arm, bits } of ofSeed) its.ofArm.set(arm, bits);
  }
  return classes.map(({ ofArm, seeds }) => ({ bits: ofArm.get(Math.min(...ofArm.keys()))!, seeds }));
}

function isAlike(ofArm: ReadonlyMap<number, string | null>, { arm, bits }: RunResult): boolean {
  return !ofArm.has(arm) || ofArm.get(arm) === bits;
}
