import type { z } from 'zod';
import type { Assignment, ParamValue } from '../arm.ts';
import { datasetSchema } from '../schema/dataset-schema.ts';
import type { Definition } from '../space/definition.ts';
import { effectiveLoss } from '../effective.ts';
import { groupBy } from '../group-by.ts';
import { lossSchema } from '../schema/loss-schema.ts';
import { isSettingName } from '../parameter-names.ts';
import { problemsOf } from '../schema/issues.ts';
import { type Problem, toFound } from '../problem.ts';
import { MAX_SETTINGS, PlanMistake } from './plan-limits.ts';
import { isWithin } from '../network/is-within.ts';
import { roundHalfUp } from './round-half-up.ts';
import { assignSettings, type Sections } from '../problems/settings-assignment.ts';
import { brokenRules } from '../schema/settings-rules.ts';
import { type LossSettings, type OwnTraining, ownTraining, type TrainingSettings } from '../settings.ts';
import { modelSchema, trainingSchema } from '../schema/training-schema.ts';

/** The settings that decide the number of batches in an epoch. */
export type EpochSettings = Omit<OwnTraining, 'batches' | 'evalEvery'>;

/**
 * Batches in one pass over the training part: images / batchSize, not rounded, since only what is multiplied by it is
 * a number of batches. Throws a `UserError` where the data cannot be read.
 */
export type BatchesPerEpoch = (training: EpochSettings) => number;

/** The settings of an arm. Arms with equal settings share these objects. */
export interface ResolvedSettings {
  /** Equal for settings that are effectively equal. */
  id: number;
  loss: LossSettings;
  training: TrainingSettings;
}

/** Resolves the settings of arms; what does not go together is noted. */
export interface Resolver {
  /** What is wrong with combinations of swept settings, though each setting is fine by itself. */
  readonly problems: readonly Problem[];

  /**
   * @param place where the definition asks for the combination; empty for a point of the search
   * @returns null where the settings do not go together, which is then told in `problems`
   */
  resolve(assignment: Assignment, place: string): ResolvedSettings | null;

  /** Batches in an epoch of these settings, not rounded. */
  batchesPerEpoch(training: TrainingSettings): number;

  /**
   * Whether others are compared with the arms of an assignment.
   *
   * @param intra whether the intra-class phase is in force in them
   */
  isControl(assignment: Assignment, intra: boolean): boolean;
}

/**
 * Which arms of a user's program, or of results from elsewhere, are controls: those without the phase where β is
 * declared, else those that the definition names.
 */
export function controlTest(declared: readonly string[], control: Assignment | null): Resolver['isControl'] {
  if (declared.includes('beta')) return (_, intra) => !intra;
  const wanted = Object.entries(control ?? {});
  return (assignment) => control !== null && wanted.every(([name, value]) => assignment[name] === value);
}

const lengthSchema = trainingSchema.omit({ dataset: true, model: true, optimizer: true });

/**
 * The parts in which settings are read. A rule between settings never reaches from one part into another, so a part is
 * read once for the values that are swept in it, whatever is swept in the others.
 */
const PARTS = {
  loss: lossSchema,
  dataset: datasetSchema,
  model: modelSchema,
  optimizer: trainingSchema.shape.optimizer,
  length: lengthSchema,
};
type Part = keyof typeof PARTS;
const PART_NAMES = Object.keys(PARTS) as Part[];

/** A part as read, or what is wrong with it. */
interface ReadPart {
  read: object | null;
  problems: Problem[];
}
type Read = { [Name in Part]: z.output<(typeof PARTS)[Name]> };

/** More problems than a message lists are not looked for. */
const MAX_PROBLEMS = 1_000;

/**
 * Resolves the settings of arms: assigns the swept values, fills in defaults and turns epochs into batches. Each
 * combination is resolved once.
 */
export class SettingsResolver implements Resolver {
  readonly #sections: Pick<Definition, 'loss' | 'training'>;
  readonly #batchesPerEpoch: BatchesPerEpoch;
  readonly #byValues = new Map<string, ResolvedSettings | null>();
  readonly #parts = new Map<string, ReadPart>();
  readonly #shared = new Map<string, object>();
  readonly #effectiveLosses = new Map<LossSettings, object>();
  readonly #numbers = new Map<object, number>();
  readonly #ids = new Map<string, number>();
  readonly #epochs = new Map<object, Map<number, number>>();
  readonly problems: Problem[] = [];

  constructor(definition: Pick<Definition, 'loss' | 'training'>, batchesPerEpoch: BatchesPerEpoch) {
    this.#sections = { loss: definition.loss, training: definition.training };
    this.#batchesPerEpoch = batchesPerEpoch;
  }

  resolve(assignment: Assignment, place: string): ResolvedSettings | null {
    const key = keyOf(assignment);
    let settings = this.#byValues.get(key);
    if (settings === undefined)
      this.#byValues.set(
        key,
        (settings = this.#build(
          Object.entries(assignment).filter(([name]) => isSettingName(name)),
          place,
        )),
      );
    return settings;
  }

  /** The data set is asked only once for equal settings. */
  batchesPerEpoch(training: TrainingSettings): number {
    return this.#epochOf(ownTraining(training));
  }

  isControl(_: Assignment, intra: boolean): boolean {
    return !intra;
  }

  #epochOf(training: EpochSettings): number {
    const known = this.#epochs.get(training.dataset) ?? new Map<number, number>();
    this.#epochs.set(training.dataset, known);
    let batches = known.get(training.batchSize);
    if (batches === undefined) {
      batches = this.#batchesPerEpoch(training);
      if (!(batches > 0 && Number.isFinite(batches))) throw new Error(`batchesPerEpoch gave ${batches}`);
      known.set(training.batchSize, batches);
    }
    return batches;
  }

  #build(swept: [string, ParamValue][], place: string): ResolvedSettings | null {
    if (this.problems.length >= MAX_PROBLEMS) return null;
    const inParts = groupBy(swept, ([name]) => partOf(name));
    const parts = PART_NAMES.map((part) => this.#read(part, inParts.get(part) ?? []));
    const problems = parts.flatMap((part) => part.problems);
    if (problems.length > 0) {
      this.problems.push(...problems.map((problem) => inArms(problem, swept, place)));
      return null;
    }
    if (this.#byValues.size > MAX_SETTINGS)
      throw new PlanMistake(
        'parameters',
        `found more than ${MAX_SETTINGS} different settings of loss and training, wanted at most ${MAX_SETTINGS}`,
      );
    const { loss, ...rest } = Object.fromEntries(PART_NAMES.map((part, i) => [part, parts[i]!.read])) as Read;
    const training = this.#toTraining(rest);
    return { id: this.#idOf(this.#effective(loss), training), loss, training };
  }

  /** One part with the values that are swept in it. */
  #read(part: Part, swept: [string, ParamValue][]): ReadPart {
    const key = `${part} ${JSON.stringify(swept)}`;
    let known = this.#parts.get(key);
    if (known === undefined) {
      const assigned = assignSettings(this.#sections, swept);
      const problems = problemsOfPart(part, assigned);
      const read = problems.length > 0 ? null : this.#share(readPart(part, assigned));
      this.#parts.set(key, (known = { read, problems }));
    }
    return known;
  }

  /** Equal for losses that compute the same. */
  #effective(loss: LossSettings): object {
    let effective = this.#effectiveLosses.get(loss);
    if (effective === undefined) this.#effectiveLosses.set(loss, (effective = this.#share(effectiveLoss(loss))));
    return effective;
  }

  #toTraining({ dataset, model, optimizer, length }: Omit<Read, 'loss'>): OwnTraining {
    const { batchSize, batches, epochs, evalEvery } = length;
    const training = { dataset, model, optimizer, batchSize } as EpochSettings;
    const whole: OwnTraining = {
      ...training,
      batches: batches ?? Math.max(1, roundHalfUp(epochs! * this.#epochOf(training))),
      evalEvery: evalEvery ?? Math.max(1, roundHalfUp(this.#epochOf(training))),
    };
    const parts = [dataset, model, optimizer].map((part) => numberOf(part, this.#numbers));
    return this.#shareAs(`${parts.join(' ')} ${batchSize} ${whole.batches} ${whole.evalEvery}`, whole);
  }

  /**
   * One object for equal settings: ten thousand arms that differ in the learning rate hold one data set. Equal settings
   * are equal text, since the validator puts keys into an order of its own, whatever their order in the definition.
   */
  #share<T extends object>(value: T): T {
    return this.#shareAs(JSON.stringify(value), value);
  }

  #shareAs<T extends object>(key: string, value: T): T {
    const known = this.#shared.get(key) as T | undefined;
    if (known !== undefined) return known;
    this.#shared.set(key, value);
    return value;
  }

  /** Equal settings are one object, so objects stand for their content. */
  #idOf(loss: object, training: object): number {
    const key = `${numberOf(loss, this.#numbers)} ${numberOf(training, this.#numbers)}`;
    return numberOf(key, this.#ids);
  }
}

/** The number of a key; keys are numbered in the order in which they are met. */
export function numberOf<K>(key: K, numbers: Map<K, number>): number {
  let number = numbers.get(key);
  if (number === undefined) numbers.set(key, (number = numbers.size));
  return number;
}

/**
 * The settings in an assignment as one text. A random search asks for it up to a million times, so it is made without
 * building any objects.
 */
export function keyOf(assignment: Assignment): string {
  let key = '';
  for (const name in assignment) {
    if (isSettingName(name)) key += `${name}=${JSON.stringify(assignment[name])};`;
  }
  return key;
}

function partOf(name: string): Part {
  const [root, key] = name.split('.', 2);
  if (root === 'loss') return 'loss';
  return key === 'dataset' || key === 'model' || key === 'optimizer' ? key : 'length';
}

function writtenPart(part: Part, { loss, training }: Sections): unknown {
  if (part === 'loss') return loss;
  const { dataset, model, optimizer, ...length } = training;
  return { dataset, model, optimizer, length }[part];
}

/** What is wrong with a part by itself, or else with its settings together. */
function problemsOfPart(part: Part, assigned: Sections): Problem[] {
  const root = part === 'loss' ? ['loss'] : part === 'length' ? ['training'] : ['training', part];
  const problems = problemsOf(PARTS[part], writtenPart(part, assigned), root);
  return problems.length > 0
    ? problems
    : brokenRules(assigned.loss, assigned.training).filter(({ keys }) => partOf(keys[0]!) === part);
}

function readPart(part: Part, assigned: Sections): object {
  const read = PARTS[part].parse(writtenPart(part, assigned));
  if (part === 'model') return inForce(read as Read['model']);
  if (part !== 'optimizer') return read;
  const optimizer = read as Read['optimizer'];
  const isAdam = optimizer.name === 'adam' || optimizer.name === 'adamw';
  return { ...optimizer, learningRate: optimizer.learningRate ?? (isAdam ? 0.001 : 0.01) };
}

/**
 * A model without what does nothing: no weights, layers to draw where all are drawn, empty lists, names within groups
 * that are named too. So it is the same as one that never heard of them, whatever order names have.
 */
function inForce({ weights, fresh = [], freeze = [], ...model }: Read['model']): object {
  const starts = weights !== undefined && weights !== null;
  return {
    ...model,
    ...(starts ? { weights } : {}),
    ...(starts && fresh.length > 0 ? { fresh: outermost(fresh) } : {}),
    ...(freeze.length > 0 ? { freeze: outermost(freeze) } : {}),
  };
}

function outermost(names: readonly string[]): string[] {
  const distinct = [...new Set(names)].sort();
  return distinct.filter((name) => !distinct.some((group) => group !== name && isWithin(name, group)));
}

/** A problem of arms: told at the place that asks for them, else at the setting; with the values that they have. */
export function inArms({ path, message }: Problem, swept: [string, ParamValue][], place: string): Problem {
  const values = swept.map(([name, value]) => `${name} = ${toFound(value)}`).join(', ');
  return place === ''
    ? { path, message: `${message} (in the arms with ${values}; "exclude" can drop them)` }
    : { path: place, message: `${path}: ${message} (in the arms with ${values})` };
}
