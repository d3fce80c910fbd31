import { smallestP } from '../../sweep/plan/smallest-p.ts';
import { type Metric, METRICS } from '../../sweep/metrics.ts';
import type { RunState, SweepResults } from '../../sweep/results.ts';
import { UserError } from '../../sweep/user-error.ts';
import { viewMetric } from '../table/metric-view.ts';
import { mean, standardDeviation } from '../statistics/moments.ts';
import { summarisePairs, type PairedSummary } from '../statistics/paired-summary.ts';
import { divergedTogether, pairBySeed, runValues } from '../table/run-values.ts';
import { signFlipTest } from '../statistics/sign-flip-test.ts';
import { describeTest } from '../statistics/test-words.ts';

/** Mean and spread over the seeds of one side. */
export interface Side {
  n: number;
  mean: number | null;
  sd: number | null;
  diverged: number;
}

/** An arm and its control on fresh seeds: one paired test. */
export interface ConfirmReport {
  /** The sweep that trained the fresh seeds. */
  sweepId: string;
  name: string;
  /** The sweep and the arm that are confirmed; `arm` is null where that sweep has the arm no more. */
  confirms: { sweep: string; arm: number | null };
  metric: string;
  /** Behind its values; `%`: a share, shown in percent. */
  unit: string | null;
  goal: 'maximize' | 'minimize';
  part: 'test' | 'validation';
  /** Images in that part; null while no run has read it. */
  images: number | null;
  seeds: number[];
  arm: Side & { name: string; dead: number };
  control: Side & { name: string };
  /** With − without; `p` is null where it is withheld. `better`: seeds on which the arm did better. */
  difference: (PairedSummary & { p: number | null; better: number }) | null;
  test: string;
  /** The smallest p that so many pairs allow. */
  smallestP: number;
  missing: { arm: string; seed: number; state: RunState }[];
  notes: string[];
}

/** Metrics that can be confirmed, without their part: `accuracy`, `macroF1`, … */
const EVALUATED = new Set(METRICS.filter(({ when }) => when === 'end').map(({ name }) => name.replace('test/', '')));

/**
 * The curves that a confirmation by a metric may need: those of the test part and, for data without a test part, those
 * of the validation part.
 *
 * @param own the metrics that the sweep names itself
 */
export function metricsOfConfirmation(
  metric: string,
  own: readonly Metric[] = [],
): { test: string; validation: string } {
  const measure = metric.replace(/^(val|test)\//, '');
  const isKnown = EVALUATED.has(measure) || own.some(({ name }) => name === `val/${measure}`);
  if (!/^(val|test)\//.test(metric) || !isKnown) {
    throw new UserError(
      `Cannot confirm by ${JSON.stringify(metric)}: ` +
        `wanted a metric of evaluations, such as val/accuracy (${[...EVALUATED].join(', ')})`,
    );
  }
  return { test: `test/${measure}`, validation: `val/${measure}` };
}

/** @param results of a sweep of one arm and its control, with both curves of `metricsOfConfirmation` */
export function buildConfirmReport(
  results: SweepResults,
  metric: string,
  confirms: ConfirmReport['confirms'],
): ConfirmReport {
  const names = metricsOfConfirmation(metric, results.metrics);
  const part = hasTestPart(results) ? 'test' : 'validation';
  const view = viewMetric(results, names[part], `confirm by ${metric}`);
  // One measure has one direction, whatever part it is of.
  const goal = metric === results.metric.name ? results.metric.goal : view.goal;
  const arm = results.arms.find(({ control }) => !control)!;
  const control = results.arms[arm.controlIndex!]!;
  const values = runValues(results, view, 'last');
  const side = (index: number): Side => {
    const found = [...values.get(index)!.values()];
    return {
      n: found.length,
      mean: found.length === 0 ? null : mean(found),
      sd: standardDeviation(found),
      diverged: countDiverged(results, index),
    };
  };
  const differences = [...pairBySeed(values.get(arm.index)!, values.get(control.index)!).values()];
  const summary = summarisePairs(differences);
  const runsOf = (index: number) => results.runs.filter((run) => run.arm === index);
  const withheld = !divergedTogether(runsOf(arm.index), runsOf(control.index));
  const report = {
    sweepId: results.id,
    name: results.name,
    confirms,
    metric: view.name,
    unit: view.unit,
    goal,
    part: part as ConfirmReport['part'],
    images: countImages(results, part === 'test' ? 'test' : 'val'),
    seeds: results.seeds,
    arm: {
      name: arm.name,
      ...side(arm.index),
      dead: results.runs.filter((run) => run.arm === arm.index && run.state === 'complete' && run.intraDead === true)
        .length,
    },
    control: { name: control.name, ...side(control.index) },
    difference: summary && {
      ...summary,
      p: withheld ? null : signFlipTest(differences),
      better: differences.filter((value) => (goal === 'maximize' ? value > 0 : value < 0)).length,
    },
    test: describeTest(differences.length),
    smallestP: smallestP(differences.length, 1).maxT,
    missing: results.arms.flatMap(({ index, name }) =>
      results.runs
        .filter((run) => run.arm === index && !values.get(index)!.has(run.seed))
        .map(({ seed, state }) => ({ arm: name, seed, state })),
    ),
  };
  return { ...report, notes: writeNotes(report) };
}

/** True where the data have a test part, as far as a run has read them. */
export function hasTestPart({ runs }: SweepResults): boolean {
  return runs.some(({ evaluated }) => evaluated !== null && evaluated.test > 0);
}

/** How many images a part has; the fewest where runs differ. */
function countImages({ runs }: SweepResults, part: 'val' | 'test'): number | null {
  const counts = runs.flatMap(({ evaluated }) => (evaluated === null ? [] : [evaluated[part]]));
  return counts.length === 0 ? null : Math.min(...counts);
}

function countDiverged({ runs }: SweepResults, arm: number): number {
  return runs.filter((run) => run.arm === arm && run.state === 'diverged').length;
}

function writeNotes({
  part,
  images,
  arm,
  control,
  difference,
  smallestP: smallest,
  missing,
}: Omit<ConfirmReport, 'notes'>): string[] {
  const notes: string[] = [];
  // Which parts there are is known only once a run has read them.
  if (part === 'validation' && images !== null)
    notes.push('The data set has no test part: this is the validation part, on which the arm may have been chosen.');
  if (difference !== null && smallest > 0.05) notes.push(warnOfFewSeeds(difference.n));
  if (difference?.p === null)
    notes.push(
      `p is withheld: ${arm.diverged} runs of the arm and ${control.diverged} of its control diverged, not on the ` +
        'same seeds, and only survivors would be compared.',
    );
  if (arm.dead > 0)
    notes.push(`The truncated term was 0 from N to the end in ${arm.dead} of ${arm.n} runs of the arm.`);
  if (missing.length > 0)
    notes.push(`Missing: ${missing.map((run) => `${run.arm}, seed ${run.seed} (${run.state})`).join('; ')}.`);
  return notes;
}

/** What to say of a number of pairs that cannot show anything. */
export function warnOfFewSeeds(seeds: number): string {
  const smallest = smallestP(seeds, 1).maxT;
  return (
    `With ${seeds} ${seeds === 1 ? 'seed' : 'seeds'} no p under 0.05 is possible ` +
    `(the smallest is ${smallest}): six seeds are the least.`
  );
}
