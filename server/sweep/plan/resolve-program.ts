import type { Assignment, ParamValue } from '../arm.ts';
import { effectiveLoss } from '../effective.ts';
import { isLossParameter, isSettingName } from '../parameter-names.ts';
import type { Problem } from '../problem.ts';
import { type Sections, assignSettings } from '../problems/settings-assignment.ts';
import { problemsOf } from '../schema/issues.ts';
import { lossSchema } from '../schema/loss-schema.ts';
import {
  problemsOfLength,
  type ProgramTrainingOutput,
  programTrainingSchema,
  toSeconds,
} from '../schema/program-schema.ts';
import type { LossSettings, ProgramTraining, TrainingSettings } from '../settings.ts';
import type { Definition } from '../space/definition.ts';
import { MAX_SETTINGS, PlanMistake } from './plan-limits.ts';
import { controlTest, inArms, keyOf, numberOf, type ResolvedSettings, type Resolver } from './resolve-settings.ts';
import { roundHalfUp } from './round-half-up.ts';

/** More problems than a message lists are not looked for. */
const MAX_PROBLEMS = 1_000;

type Parts = Pick<Definition, 'loss' | 'training' | 'parameters' | 'control'>;

/**
 * Resolves the settings of a program's arms: assigns the swept values and turns epochs into batches. What the program
 * itself makes of its keys is not known here.
 */
export class ProgramResolver implements Resolver {
  readonly #sections: Sections;
  readonly #declared: ProgramTraining['program']['parameters'];
  readonly isControl: Resolver['isControl'];
  readonly #byValues = new Map<string, ResolvedSettings | null>();
  readonly #ids = new Map<string, number>();
  readonly problems: Problem[] = [];

  constructor({ loss, training, parameters, control }: Parts) {
    this.#sections = { loss, training };
    this.#declared = parameters.map(({ name }) => name).filter(isLossParameter);
    this.isControl = controlTest(this.#declared, control);
  }

  resolve(assignment: Assignment, place: string): ResolvedSettings | null {
    const key = keyOf(assignment);
    let settings = this.#byValues.get(key);
    if (settings === undefined) this.#byValues.set(key, (settings = this.#build(assignment, place)));
    return settings;
  }

  batchesPerEpoch(training: TrainingSettings): number {
    const { batchesPerEpoch } = training as ProgramTraining;
    if (typeof batchesPerEpoch === 'number') return batchesPerEpoch;
    throw new PlanMistake(
      'training.batchesPerEpoch',
      'found nothing, wanted the number of batches in an epoch: N is given in epochs',
    );
  }

  #build(assignment: Assignment, place: string): ResolvedSettings | null {
    if (this.problems.length >= MAX_PROBLEMS) return null;
    const swept = Object.entries(assignment).filter(([name]) => isSettingName(name));
    const assigned = assignSettings(this.#sections, swept);
    const problems = problemsOfSettings(assigned);
    if (problems.length > 0) {
      this.problems.push(...problems.map((problem) => inArms(problem, swept as [string, ParamValue][], place)));
      return null;
    }
    if (this.#byValues.size > MAX_SETTINGS)
      throw new PlanMistake(
        'parameters',
        `found more than ${MAX_SETTINGS} different settings of loss and training, wanted at most ${MAX_SETTINGS}`,
      );
    const loss: LossSettings = lossSchema.parse(assigned.loss);
    const training = toTraining(programTrainingSchema.parse(assigned.training), this.#declared);
    const id = numberOf(JSON.stringify([effectiveLoss(loss), training]), this.#ids);
    return { id, loss, training };
  }
}

function problemsOfSettings({ loss, training }: Sections): Problem[] {
  const problems = [
    ...problemsOf(lossSchema, loss, ['loss']),
    ...problemsOf(programTrainingSchema, training, ['training']),
  ];
  return problems.length > 0 ? problems : problemsOfLength(training);
}

function toTraining(
  { program, batches, epochs, evalEvery, ...own }: ProgramTrainingOutput,
  parameters: ProgramTraining['program']['parameters'],
): ProgramTraining {
  const { batchesPerEpoch } = own;
  const whole = batches ?? Math.max(1, roundHalfUp(epochs! * batchesPerEpoch!));
  return {
    ...own,
    ...(epochs === undefined ? {} : { epochs }),
    program: { ...program, timeout: toSeconds(program.timeout), grace: toSeconds(program.grace), parameters },
    batches: whole,
    evalEvery: evalEvery ?? Math.max(1, batchesPerEpoch === undefined ? whole : roundHalfUp(batchesPerEpoch)),
  };
}
