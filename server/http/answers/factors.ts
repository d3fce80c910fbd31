import { armParams } from '../../report/curves/arm-params.ts';
import type { Feasible } from '../../report/factors/effect-map.ts';
import { reportFactors } from '../../report/factors/report-factors.ts';
import { showFactors } from '../../report/factors/show-factors.ts';
import { withoutTests } from '../../report/factors/without-tests.ts';
import type { ShownFactors } from '../../report/factors/shown-factors.ts';
import { viewMetric } from '../../report/table/metric-view.ts';
import { compareArms } from '../../report/verdict/compare-arms.ts';
import type { Assignment } from '../../sweep/arm.ts';
import { parseDefinition } from '../../sweep/definition/parse-definition.ts';
import { isFinished, type SweepResults } from '../../sweep/results.ts';
import { holds } from '../../sweep/space/constraint.ts';

export interface FactorsQuestion {
  metric: string;
  at: 'last' | 'best';
  /** The parameters of the map; default: the two that matter most. */
  pair?: readonly [x: string, y: string] | undefined;
  /** δ in the unit that is shown: points for accuracies. */
  smallestEffect: number | null;
}

/**
 * How the differences of a sweep depend on its parameters.
 *
 * @param definition its text, for the constraints
 */
export function factorsOf(
  results: SweepResults,
  definition: string,
  { metric: name, at, pair, smallestEffect }: FactorsQuestion,
): ShownFactors {
  const metric = viewMetric(results, name, `compare the levels of sweep "${results.name}"`);
  const report = reportFactors(compareArms(results, metric, at), {
    pair,
    isFeasible: feasibleBy(definition, results),
    looks: results.looks,
  });
  return showFactors(isFinished(results) ? report : withoutTests(report), metric, at, smallestEffect);
}

/**
 * A pair of values is feasible where an arm of the search, moved to it, satisfies the constraints. Constraints on an N
 * that the definition does not give in batches are not looked at: arms have it in batches.
 */
function feasibleBy(definition: string, { arms }: SweepResults): Feasible {
  const parsed = parseDefinition(definition).definition;
  if (parsed === undefined) return () => true;
  const isInBatches = parsed.parameters.every(({ unit }) => unit === null || unit === 'batches');
  const constraints = parsed.constraints.filter(
    ({ sides }) => isInBatches || !sides.some(({ terms }) => terms.some(([name]) => name === 'N')),
  );
  const points = arms.flatMap((arm): Assignment[] => (arm.ablation === null && !arm.control ? [armParams(arm)] : []));
  return (values) =>
    points.some((point) => constraints.every((constraint) => holds(constraint, { ...point, ...values })));
}
