import { goalOf, type Metric } from '../metrics.ts';
import type { Arm, Assignment, ParamValue } from '../arm.ts';
import { declared } from '../shown-parameters.ts';
import { UserError } from '../user-error.ts';
import {
  declaredNumbers,
  isImported,
  isOthers,
  isProgram,
  type OthersTraining,
  type ProgramTraining,
  type TrainingSettings,
} from '../settings.ts';

/** What the definitions have in common that are made of arms of another sweep. */

const LONGEST = 100;

/**
 * `SWEEP WHAT`, no longer than a name may be. The name of the sweep is shortened first: cut at the end, the names of
 * two arms of one sweep could become the same.
 */
export function nameAfter(sweep: string, what: string): string {
  const room = Math.max(LONGEST / 2, LONGEST - ` ${what}`.length);
  return cut(`${cut(sweep, room)} ${what}`, LONGEST);
}

/** As many whole code points of a text as fit into a length, without a space at the end. */
function cut(text: string, length: number): string {
  let kept = '';
  for (const point of text) {
    if (kept.length + point.length > length) break;
    kept += point;
  }
  return kept.trimEnd();
}

/**
 * The training settings as a definition may write them: where files give the validation part, no share of the training
 * part may stand beside them.
 *
 * @throws UserError for what was trained elsewhere: nobody here can train it
 */
export function writtenTraining(training: TrainingSettings): object {
  if (isProgram(training)) return writtenProgram(training);
  if (isImported(training))
    throw new UserError(
      'Cannot train more of this sweep: its runs were trained elsewhere and imported; ' +
        'train more of them there, and import them again',
    );
  const { dataset } = training;
  if (dataset.name !== 'idx' || dataset.validationImages === null) return training;
  const { validation: _, ...rest } = dataset;
  return { ...training, dataset: rest };
}

/** Which of the five numbers exist for a program is said by the parameters of its definition. */
function writtenProgram({ program: { parameters: _, ...program }, ...training }: ProgramTraining): object {
  return { ...training, program };
}

/** γ > α > β is in force where all three exist, and something is to be trained. */
export function isOrdered(training: TrainingSettings): boolean {
  if (isImported(training)) return false;
  return !isOthers(training) || ['alpha', 'beta', 'gamma'].every((name) => hasParameter(training, name));
}

function hasParameter(training: OthersTraining, name: string): boolean {
  return (declaredNumbers(training) as readonly string[]).includes(name);
}

/** Whether the arms without the intra-class phase are the controls. */
export function hasPhase(training: TrainingSettings): boolean {
  return !isOthers(training) || hasParameter(training, 'beta');
}

/** The parameters of an arm, N in batches: for a program those that it declares. */
export function pointOf({ alpha, beta, gamma, epsilon, N, swept, training }: Arm): Assignment {
  return { ...declared({ gamma, alpha, beta, epsilon, N }, training), ...swept } as Assignment;
}

/** An arm as the one point of a grid. */
export function writtenPoint(arm: Arm): Record<string, { value: ParamValue }> {
  return Object.fromEntries(Object.entries(pointOf(arm)).map(([name, value]) => [name, { value }]));
}

/**
 * How a definition gets the controls of its points. Where there is a phase they are ablations; else they are points
 * themselves, which are controls by what they have that the others have not.
 */
export function writtenControls(pairs: readonly { arm: Arm; control: Arm }[]): object {
  const { training } = pairs[0]!.arm;
  if (hasPhase(training)) return { ablations: ['noIntra'] };
  // All controls have the same values of what tells a control: whatever differs in any pair is one of them.
  const told = pairs.map(({ arm, control }) => differenceOf(pointOf(control), pointOf(arm)));
  const control = Object.assign({}, ...told) as Assignment;
  return { include: pairs.map((pair) => pointOf(pair.control)), control, ablations: [] };
}

function differenceOf(point: Assignment, other: Assignment): Assignment {
  return Object.fromEntries(Object.entries(point).filter(([name, value]) => other[name] !== value));
}

/** The metrics that a sweep names itself, as its definition does; nothing where there is none. */
export function writtenMetrics(metrics: readonly Metric[]): { metrics?: Record<string, object> } {
  if (metrics.length === 0) return {};
  const written = metrics.map((metric): [string, object] => [
    metric.name,
    { goal: goalOf(metric), ...(metric.unit === null ? {} : { unit: metric.unit }) },
  ]);
  return { metrics: Object.fromEntries(written) };
}
