import type { Arm } from '../../sweep/arm.ts';
import { groupBy } from '../../sweep/group-by.ts';
import { hasIntraPhase } from '../../sweep/effective.ts';
import type { SweepResults } from '../../sweep/results.ts';
import type { Truncation } from '../../sweep/settings.ts';
import { mean, median } from '../statistics/moments.ts';
import { quantile } from '../statistics/quantile.ts';
import { listTrunks, type Trunk, type TrunkCurves } from '../curves/trunks.ts';

/** How many batches before a switch are looked at: they show what the term starts with. */
export const WINDOW = 50;

/**
 * Under about this ratio ‖β∇L2‖/‖α∇L1‖ at the features nothing was found, so a term with a smaller ratio is called
 * weak.
 */
export const WEAK_RATIO = 0.04;

/** Mean over the seeds, and the seeds with the lowest and the highest value. */
export interface Spread {
  mean: number;
  low: number;
  high: number;
}

/** L2 over a stretch of the trunk's batches [from, to), per seed and then over the seeds. */
export interface Quantiles {
  from: number;
  to: number;
  min: Spread;
  q05: Spread;
  q25: Spread;
  q50: Spread;
  q75: Spread;
  q95: Spread;
  max: Spread;
}

/**
 * What an ε does to the term. It is judged by the trunk's L2 from N on. Where the trunk ends at N, it is judged by the
 * L2 of the batches before N.
 */
export interface EpsilonVerdict {
  epsilon: number;
  /**
   * `dead`: on every seed ε is above all of L2, or above its 95 % quantile; `above` says which. Where ε is above all of
   * L2, the runs are those of the control, bit for bit. `live`: on every seed ε is below all of L2. `between`: anything
   * else.
   */
  verdict: 'dead' | 'live' | 'between';
  above: 'maximum' | 'q95' | null;
  /** Share of the batches in which the trunk's L2 is above ε. */
  liveShare: Spread;
}

export interface GradientRatio {
  beta: number;
  /** Median of ‖β∇L2‖/‖α∇L1‖ at the features over the batches before N; null where there are none, or α∇L1 is zero. */
  ratio: Spread | null;
  /** True where the ratio is under `weakRatio`; null where there is no ratio. */
  weak: boolean | null;
}

/** One value of N on a trunk. */
export interface ProbeCandidate {
  N: number;
  /** null at N = 0, and where no seed's trunk is trained. */
  before: Quantiles | null;
  /** null where the trunk ends at N: no arm goes on without the intra-class phase. */
  after: Quantiles | null;
  ratios: GradientRatio[];
  /** Empty where there is nothing to judge by. */
  epsilons: EpsilonVerdict[];
}

export interface ProbeTrunk {
  name: string;
  alpha: number;
  gamma: number;
  truncation: Truncation;
  /** Batches [0, end). */
  end: number;
  arms: number;
  /** Seeds whose trunk is trained to its end. */
  seeds: number[];
  /** Seeds whose trunk is not trained to its end: not trained yet, or diverged. */
  unfinished: number[];
  candidates: ProbeCandidate[];
}

/** What the probe says of one arm with the intra-class phase. */
export interface ProbeArm {
  arm: number;
  name: string;
  /** Index into `trunks`. */
  trunk: number;
  N: number;
  beta: number;
  epsilon: number;
  verdict: EpsilonVerdict['verdict'] | null;
  above: EpsilonVerdict['above'];
  ratio: number | null;
  weak: boolean | null;
  /**
   * The arm with the next smaller ε and equal everything else, where no L2 of the trunk from N on lies between the two
   * ε. `certain`: both ε are above all of L2, so both arms are the control's run. Otherwise the two arms part where
   * their own L2 comes between their ε.
   */
  sameAs: { arm: number; name: string; certain: boolean } | null;
}

/** What the trunks of a sweep say about it before it is trained. */
export interface ProbeReport {
  sweepId: string;
  name: string;
  window: number;
  weakRatio: number;
  trunks: ProbeTrunk[];
  arms: ProbeArm[];
  /** One sentence each. */
  notes: string[];
}

/** @param results with the curves of `TRUNK_METRICS`; for every trunk and seed those of one run are looked at */
export function buildProbeReport(results: SweepResults): ProbeReport {
  const trunks = listTrunks(results);
  const described = trunks.map(describeTrunk);
  return {
    sweepId: results.id,
    name: results.name,
    window: WINDOW,
    weakRatio: WEAK_RATIO,
    trunks: described,
    arms: trunks.flatMap((trunk, i) => describeArms(i, trunk, described[i]!)).sort((a, b) => a.arm - b.arm),
    notes: writeNotes(described),
  };
}

function describeTrunk(trunk: Trunk): ProbeTrunk {
  const { name, end, seeds, unfinished } = trunk;
  const arms = groupBy(trunk.arms.filter(hasIntraPhase), ({ N }) => N);
  const { alpha, gamma, loss } = [...arms.values()][0]![0]!;
  return {
    name,
    alpha,
    gamma,
    end,
    unfinished,
    truncation: loss.truncation,
    arms: trunk.arms.length,
    seeds: seeds.map(({ seed }) => seed),
    candidates: rising([...arms.keys()]).map((N) => describeCandidate(N, arms.get(N)!, trunk)),
  };
}

function describeCandidate(N: number, arms: readonly Arm[], trunk: Trunk): ProbeCandidate {
  const { alpha, loss } = arms[0]!;
  const stretch = judgedStretch(N, trunk).map((values) => rising(values, false));
  return {
    N,
    before: describeStretch(trunk, Math.max(0, N - WINDOW), N),
    after: describeStretch(trunk, N, trunk.end),
    ratios: rising(arms.map(({ beta }) => beta)).map((beta) => describeRatio(alpha, beta, N, trunk)),
    epsilons:
      stretch.length === 0
        ? []
        : rising(arms.map(({ epsilon }) => epsilon)).map((epsilon) =>
            verdictOf(loss.truncation === 'none' ? -Infinity : epsilon, epsilon, stretch),
          ),
  };
}

/**
 * L2 of every seed in rising order of batches: from N on where the trunk goes on after N, else in the batches before N.
 * Empty where nothing is known.
 */
function judgedStretch(N: number, trunk: Trunk): number[][] {
  const [from, to] = trunk.end > N ? [N, trunk.end] : [Math.max(0, N - WINDOW), N];
  return intraClassOf(trunk, from, to).filter((values) => values.length > 0);
}

function intraClassOf({ seeds }: Trunk, from: number, to: number): number[][] {
  return seeds.map(({ curves }) => curves['train/intraClass'].slice(from, to).filter(Number.isFinite));
}

function describeStretch(trunk: Trunk, from: number, to: number): Quantiles | null {
  const sorted = intraClassOf(trunk, from, to)
    .filter((values) => values.length > 0)
    .map((values) => rising(values, false));
  if (sorted.length === 0) return null;
  const at = (q: number) => spreadOf(sorted.map((values) => quantile(values, q)));
  return { from, to, min: at(0), q05: at(0.05), q25: at(0.25), q50: at(0.5), q75: at(0.75), q95: at(0.95), max: at(1) };
}

function describeRatio(alpha: number, beta: number, N: number, { seeds }: Trunk): GradientRatio {
  const medians = seeds.map(({ curves }) => median(ratiosOf(curves, alpha, beta, N))).filter(Number.isFinite);
  const ratio = medians.length === 0 ? null : spreadOf(medians);
  return { beta, ratio, weak: ratio === null ? null : ratio.mean < WEAK_RATIO };
}

function ratiosOf(curves: TrunkCurves, alpha: number, beta: number, N: number): number[] {
  const window = (metric: keyof TrunkCurves) => curves[metric].slice(Math.max(0, N - WINDOW), N);
  const interClass = window('train/gradient/interClass');
  return window('train/gradient/intraClass')
    .map((intraClass, i) => (beta * intraClass) / (alpha * interClass[i]!))
    .filter(Number.isFinite);
}

/** The test of the step: live where L2 > ε, both as float32. */
function isLive(intraClass: number, epsilon: number): boolean {
  return intraClass > Math.fround(epsilon);
}

/**
 * @param threshold up to which the term is cut off: ε, or −∞ where nothing is cut off
 * @param seeds L2 of every seed, rising
 */
function verdictOf(threshold: number, epsilon: number, seeds: readonly number[][]): EpsilonVerdict {
  const shares = seeds.map((values) => countLive(values, threshold) / values.length);
  const above = shares.every((share) => share === 0)
    ? 'maximum'
    : seeds.every((values) => !isLive(quantile(values, 0.95), threshold))
      ? 'q95'
      : null;
  const verdict = above !== null ? 'dead' : shares.every((share) => share === 1) ? 'live' : 'between';
  return { epsilon, verdict, above, liveShare: spreadOf(shares) };
}

/** How many of the values are live: the values rise. */
function countLive(values: readonly number[], epsilon: number): number {
  let [low, high] = [0, values.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isLive(values[middle]!, epsilon)) high = middle;
    else low = middle + 1;
  }
  return values.length - low;
}

function describeArms(index: number, trunk: Trunk, { candidates }: ProbeTrunk): ProbeArm[] {
  const arms = groupBy(trunk.arms.filter(hasIntraPhase), ({ N }) => N);
  return candidates.flatMap(({ N, epsilons, ratios }) => {
    const judged = new Map(epsilons.map((each) => [each.epsilon, each]));
    const measured = new Map(ratios.map((each) => [each.beta, each]));
    const same = findSame(arms.get(N)!, N, trunk);
    return arms.get(N)!.map((arm) => {
      const { beta, epsilon, name } = arm;
      const { ratio, weak } = measured.get(beta)!;
      const { verdict = null, above = null } = judged.get(epsilon) ?? {};
      const sameAs = same.get(arm) ?? null;
      return {
        arm: arm.index,
        name,
        trunk: index,
        N,
        beta,
        epsilon,
        verdict,
        above,
        ratio: ratio?.mean ?? null,
        weak,
        sameAs,
      };
    });
  });
}

/**
 * Looks at truncation by batch alone, where the mean of the batch is tested against ε as a whole. Samples and classes
 * are tested one by one, which separates arms almost at once.
 *
 * @param arms those that switch at N
 */
function findSame(arms: readonly Arm[], N: number, trunk: Trunk): Map<Arm, ProbeArm['sameAs']> {
  const same = new Map<Arm, ProbeArm['sameAs']>();
  const values = rising(judgedStretch(N, trunk).flat(), false);
  if (values.length === 0) return same;
  const families = groupBy(
    arms.filter(({ loss }) => loss.truncation === 'batch'),
    ({ beta }) => beta,
  );
  for (const family of families.values()) {
    const byEpsilon = groupBy(family, ({ epsilon }) => epsilon);
    const epsilons = rising([...byEpsilon.keys()]);
    for (let i = 1; i < epsilons.length; i++) {
      const live = countLive(values, epsilons[i - 1]!);
      if (live !== countLive(values, epsilons[i]!)) continue;
      const [smaller] = byEpsilon.get(epsilons[i - 1]!)!;
      const found = { arm: smaller!.index, name: smaller!.name, certain: trunk.end > N && live === 0 };
      for (const arm of byEpsilon.get(epsilons[i]!)!) same.set(arm, found);
    }
  }
  return same;
}

function writeNotes(trunks: readonly ProbeTrunk[]): string[] {
  const notes: string[] = [];
  for (const { name, unfinished, seeds } of trunks) {
    if (seeds.length === 0) notes.push(`Trunk ${name} is not trained to its end for any seed.`);
    else if (unfinished.length > 0 && seeds.length < 2)
      notes.push(`Trunk ${name} is known for one seed only: its spread over seeds is not known.`);
  }
  if (trunks.some(({ candidates }) => candidates.some(({ N }) => N === 0)))
    notes.push('At N = 0 there is no trunk before the switch: no gradient ratio is known there.');
  if (trunks.some(({ end, candidates }) => candidates.some(({ N }) => N === end)))
    notes.push(
      'Where all arms of a trunk have the intra-class phase, the trunk ends at its last N: ' +
        'there ε is judged by the batches before N, and nothing is certain.',
    );
  const ways = new Set(trunks.map(({ truncation }) => truncation));
  if (ways.has('sample') || ways.has('class'))
    notes.push(
      'With truncation by sample or class a term is called dead by its mean over the batch; ' +
        'single samples or classes may still be live.',
    );
  if (ways.has('none'))
    notes.push(
      'Without truncation (loss.truncation none) no term is ever dead, ' +
        'and arms that differ in ε alone have the same weights.',
    );
  return notes;
}

function spreadOf(values: readonly number[]): Spread {
  return { mean: mean(values), low: Math.min(...values), high: Math.max(...values) };
}

function rising(values: readonly number[], once = true): number[] {
  return (once ? [...new Set(values)] : [...values]).sort((a, b) => a - b);
}
