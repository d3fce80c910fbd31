import type { Arm, Assignment } from '../arm.ts';
import type { Metric } from '../metrics.ts';
import { LOSS_PARAMETERS } from '../parameter-names.ts';
import { nameAfter, writtenMetrics, writtenTraining } from './derived-definition.ts';

/** What a promotion is made of. */
export interface PromotionParts {
  /** Name of the sweep that screened the arms. */
  sweep: string;
  /** At least one, of the same sweep; the best first. */
  arms: readonly Arm[];
  metric: { name: string; goal: 'maximize' | 'minimize' };
  /** The metrics that the sweep names itself. */
  metrics?: readonly Metric[];
  /** The smallest change that matters, where the screening named one. */
  smallestEffect?: number | null;
  seeds: number[];
}

/**
 * The definition of the best arms of a screening, with their controls, on fresh seeds. The first arm is the one point
 * of its grid, the others are included points. It is made from resolved settings, as these were trained.
 *
 * @returns JSON text
 */
export function promoteDefinition({
  sweep,
  arms: [first, ...others],
  metric,
  metrics = [],
  smallestEffect = null,
  seeds,
}: PromotionParts): string {
  const count = others.length === 0 ? 'arm' : `${others.length + 1} arms`;
  const definition = {
    name: nameAfter(sweep, 'promoted'),
    description: `The best ${count} of ${sweep} and their controls on fresh seeds.`,
    method: 'grid',
    metric,
    ...writtenMetrics(metrics),
    ...(smallestEffect === null ? {} : { smallestEffect }),
    parameters: Object.fromEntries(Object.entries(assignmentOf(first!)).map(([name, value]) => [name, { value }])),
    ...(others.length === 0 ? {} : { include: others.map(assignmentOf) }),
    ablations: ['noIntra'],
    seeds,
    loss: first!.loss,
    training: writtenTraining(first!.training),
  };
  return `${JSON.stringify(definition, null, 2)}\n`;
}

/** N in batches, as arms have it. */
function assignmentOf(arm: Arm): Assignment {
  return { ...Object.fromEntries(LOSS_PARAMETERS.map((name) => [name, arm[name]])), ...arm.swept };
}
