import type { Arm } from '../arm.ts';
import { findArm } from '../find-arm.ts';
import type { Metric } from '../metrics.ts';
import { UserError } from '../user-error.ts';
import {
  hasPhase,
  isOrdered,
  nameAfter,
  writtenControls,
  writtenMetrics,
  writtenPoint,
  writtenTraining,
} from './derived-definition.ts';

/** What a confirmation is made of. */
export interface ConfirmationParts {
  /** Name of the sweep that the arm was chosen in. */
  sweep: string;
  arm: Arm;
  /** Its control. */
  control: Arm;
  /** Without a goal: the metric's own direction. */
  metric: { name: string; goal: 'maximize' | 'minimize' | undefined };
  /** The metrics that the sweep names itself. */
  metrics?: readonly Metric[];
  seeds: number[];
}

/**
 * The definition of exactly one arm and its control on fresh seeds. It is made from the arm's resolved settings: these
 * were trained, whatever the arm's own definition says by now.
 *
 * @returns JSON text
 */
export function confirmDefinition({ sweep, arm, control, metric, metrics = [], seeds }: ConfirmationParts): string {
  const { name, alpha, beta, gamma, loss, training } = arm;
  if (isOrdered(training) && !(gamma > alpha && alpha > beta)) {
    throw new UserError(
      `Cannot confirm arm ${arm.index} ${name}: found γ = ${gamma}, α = ${alpha}, β = ${beta}, ` +
        'wanted an arm within γ > α > β; only an ablation may break that',
    );
  }
  const definition = {
    name: nameAfter(sweep, `confirm ${name}`),
    description: `The arm ${name} of ${sweep} and its control on fresh seeds.`,
    method: 'grid',
    metric,
    ...writtenMetrics(metrics),
    // Where the phase tells arm and control apart, the settings need not be parameters.
    parameters: writtenPoint(hasPhase(training) ? { ...arm, swept: {} } : arm),
    ...writtenControls([{ arm, control }]),
    seeds,
    loss,
    training: writtenTraining(training),
  };
  return `${JSON.stringify(definition, null, 2)}\n`;
}

/** The arm of this index or name. A control, or an arm without one, is refused: it has nothing to be compared with. */
export function armToConfirm(sweep: string, arms: readonly Arm[], written: string | number): Arm {
  const attempted = `Cannot confirm arm ${JSON.stringify(written)} of ${sweep}`;
  const arm = findArm(arms, written, attempted);
  const wanted = `wanted ${listArms(arms.filter(isComparable))}`;
  if (arm === undefined) throw new UserError(`${attempted}: found no arm of this index or name, ${wanted}`);
  if (arm.control) throw new UserError(`${attempted}: found a control, ${wanted}`);
  if (!isComparable(arm))
    throw new UserError(
      `${attempted}: found an arm without a control ` +
        `(an arm with equal everything else and without the intra-class phase), ${wanted}`,
    );
  return arm;
}

/**
 * Fresh seeds: the smallest whole numbers above every used seed. The used seeds are no test of the arm, since it was
 * chosen by them.
 */
export function freshSeeds(used: readonly number[], count: number): number[] {
  const first = Math.max(-1, ...used) + 1;
  return Array.from({ length: count }, (_, i) => first + i);
}

function isComparable(arm: Arm): boolean {
  return !arm.control && arm.controlIndex !== null;
}

const MOST_LISTED = 30;

function listArms(arms: readonly Arm[]): string {
  if (arms.length === 0) return 'a sweep with an arm that has a control: this one has none';
  const names = arms.slice(0, MOST_LISTED).map(({ index, name }) => `${index} ${name}`);
  return `one of ${names.join(', ')}${arms.length > MOST_LISTED ? `, … (${arms.length} in all)` : ''}`;
}
