import type { Arm, Assignment } from '../arm.ts';
import type { Metric } from '../metrics.ts';
import {
  nameAfter,
  pointOf,
  writtenControls,
  writtenMetrics,
  writtenPoint,
  writtenTraining,
} from './derived-definition.ts';

/** What a promotion is made of. */
export interface PromotionParts {
  /** Name of the sweep that screened the arms. */
  sweep: string;
  /** At least one, of the same sweep; the best first. */
  arms: readonly Arm[];
  /** Their controls, in the same order. */
  controls: readonly Arm[];
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
  arms,
  controls,
  metric,
  metrics = [],
  smallestEffect = null,
  seeds,
}: PromotionParts): string {
  const [first, ...others] = arms;
  const { include = [], ...written } = writtenControls(arms.map((arm, i) => ({ arm, control: controls[i]! }))) as {
    include?: Assignment[];
  };
  const included = [...others.map(pointOf), ...include];
  const count = others.length === 0 ? 'arm' : `${others.length + 1} arms`;
  const definition = {
    name: nameAfter(sweep, 'promoted'),
    description: `The best ${count} of ${sweep} and their controls on fresh seeds.`,
    method: 'grid',
    metric,
    ...writtenMetrics(metrics),
    ...(smallestEffect === null ? {} : { smallestEffect }),
    parameters: writtenPoint(first!),
    ...(included.length === 0 ? {} : { include: included }),
    ...written,
    seeds,
    loss: first!.loss,
    training: writtenTraining(first!.training),
  };
  return `${JSON.stringify(definition, null, 2)}\n`;
}
