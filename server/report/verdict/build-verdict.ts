import type { SweepResults } from '../../sweep/results.ts';
import { viewMetric } from '../table/metric-view.ts';
import { judgeConfirmations, type Attempt } from './confirmations.ts';
import { decide } from './decide.ts';
import { buildForest } from './forest.ts';
import { gatherFacts } from './facts.ts';
import { l2AtSwitch } from './l2-at-switch.ts';
import type { Verdict, VerdictCase } from './verdict.ts';

export interface VerdictOptions {
  /** Default: the sweep's own. */
  metric?: string;
  at?: 'last' | 'best';
  /** δ: the smallest change that matters, in the unit that is shown: points for accuracies. */
  smallestEffect?: number | null;
  /** Sweeps that confirm arms of this one. */
  attempts?: readonly Attempt[];
  /** Reads the sweep with the curves of its trunks, which only the sentence about a dead term looks at. */
  readTrunks?: () => SweepResults;
}

/**
 * The answer of a sweep: one sentence, the next step, and the numbers behind them.
 *
 * @param results with the curves of the metric and the confusion matrices
 * @throws UserError on a metric that there is not
 */
export function buildVerdict(
  results: SweepResults,
  {
    metric: name = results.metric.name,
    at = 'last',
    smallestEffect = null,
    attempts = [],
    readTrunks,
  }: VerdictOptions = {},
): Verdict {
  const metric = viewMetric(results, name, `judge sweep "${results.name}"`);
  const facts = gatherFacts(results, metric, at);
  const delta = smallestEffect === null ? null : smallestEffect / (metric.accuracy ? 100 : 1);
  const inSweep = new Map(facts.arms.flatMap(({ index, change }) => (change ? [[index, change.mean] as const] : [])));
  const confirmations = judgeConfirmations(attempts, { metric: name, inSweep, smallestEffect: delta });
  const decision = decide({
    facts,
    confirmations,
    smallestEffect: delta,
    readL2: () => (readTrunks === undefined ? null : l2AtSwitch(readTrunks())),
  });
  const isExploratory = name !== results.metric.name || at !== 'last';
  return {
    ...decision,
    metric: name,
    at,
    isExploratory,
    sentence: `${isExploratory ? 'Exploratory: ' : ''}${decision.sentence}${looksOf(decision, results)}`,
    looks: results.looks,
    overall: facts.overall,
    chosenEffect: facts.chosen,
    confirmations,
    forest: buildForest({ ...facts, confirmations, isTested: decision.case !== 'unfinished' }, metric),
  };
}

/** The cases whose sentence says what the tests of the sweep itself show. */
const TESTED: VerdictCase[] = ['bothWays', 'better', 'worse', 'overallOnly', 'excluded', 'notShown'];

function looksOf({ case: which }: Pick<Verdict, 'case'>, { looks }: SweepResults): string {
  return looks > 1 && TESTED.includes(which) ? ` All p are corrected for ${looks} looks.` : '';
}
