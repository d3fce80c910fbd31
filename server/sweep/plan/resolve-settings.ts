import type { Assignment, ParamValue } from '../arm.ts';
import type { Definition } from '../space/definition.ts';
import { effectiveLoss } from '../effective.ts';
import { lossSchema } from '../schema/loss-schema.ts';
import { isSettingName } from '../parameter-names.ts';
import type { Problem } from '../problem.ts';
import { roundHalfUp } from './round-half-up.ts';
import { assignSettings } from '../problems/settings-assignment.ts';
import { brokenRules } from '../schema/settings-rules.ts';
import type { LossSettings, TrainingSettings } from '../settings.ts';
import { trainingSchema, type TrainingOutput } from '../schema/training-schema.ts';

/** The settings that decide the number of batches in an epoch. */
export type EpochSettings = Omit<TrainingSettings, 'batches' | 'evalEvery'>;

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

/**
 * Resolves the settings of arms: assigns the swept values, fills in defaults and turns epochs into batches. Each
 * combination is resolved once.
 */
export class SettingsResolver {
  readonly #sections: Pick<Definition, 'loss' | 'training'>;
  readonly #batchesPerEpoch: BatchesPerEpoch;
  readonly #byValues = new Map<string, ResolvedSettings | null>();
  readonly #shared = new Map<string, object>();
  readonly #numbers = new Map<object, number>();
  readonly #ids = new Map<string, number>();
  readonly #epochs = new Map<string, number>();
  /** Rules that combinations of swept settings break, though each setting is fine by itself. */
  readonly problems: Problem[] = [];

  constructor(definition: Pick<Definition, 'loss' | 'training'>, batchesPerEpoch: BatchesPerEpoch) {
    this.#sections = { loss: definition.loss, training: definition.training };
    this.#batchesPerEpoch = batchesPerEpoch;
  }

  /** @returns null where the combination breaks a rule, which is then in `problems` */
  resolve(assignment: Assignment): ResolvedSettings | null {
    const key = keyOf(assignment);
    let settings = this.#byValues.get(key);
    if (settings === undefined)
      this.#byValues.set(
        key,
        (settings = this.#build(Object.entries(assignment).filter(([name]) => isSettingName(name)))),
      );
    return settings;
  }

  /** Batches in an epoch of these settings, not rounded. The data set is asked only once for equal settings. */
  batchesPerEpoch(training: EpochSettings): number {
    const key = JSON.stringify([training.dataset, training.batchSize]);
    let batches = this.#epochs.get(key);
    if (batches === undefined) {
      batches = this.#batchesPerEpoch(training);
      if (!(batches > 0 && Number.isFinite(batches))) throw new Error(`batchesPerEpoch gave ${batches}`);
      this.#epochs.set(key, batches);
    }
    return batches;
  }

  #build(swept: [string, ParamValue][]): ResolvedSettings | null {
    const assigned = assignSettings(this.#sections, swept);
    const broken = brokenRules(assigned.loss, assigned.training);
    if (broken.length > 0) {
      const values = swept.map(([name, value]) => `${name} = ${JSON.stringify(value)}`).join(', ');
      this.problems.push(
        ...broken.map(({ path, message }) => ({
          path,
          message: `${message} (in the arms with ${values}; "exclude" can drop them)`,
        })),
      );
      return null;
    }
    const loss = this.#share(lossSchema.parse(assigned.loss));
    const training = this.#share(this.#toTraining(trainingSchema.parse(assigned.training)));
    return { id: this.#idOf(this.#share(effectiveLoss(loss)), training), loss, training };
  }

  #toTraining({ batches, epochs, evalEvery, ...rest }: TrainingOutput): TrainingSettings {
    const learningRate =
      rest.optimizer.learningRate ?? (rest.optimizer.name === 'adam' || rest.optimizer.name === 'adamw' ? 0.001 : 0.01);
    const training: EpochSettings = {
      dataset: this.#share(rest.dataset),
      model: this.#share(rest.model),
      optimizer: this.#share({ ...rest.optimizer, learningRate }),
      batchSize: rest.batchSize,
    };
    return {
      ...training,
      batches: batches ?? Math.max(1, roundHalfUp(epochs! * this.batchesPerEpoch(training))),
      evalEvery: evalEvery ?? Math.max(1, roundHalfUp(this.batchesPerEpoch(training))),
    };
  }

  /**
   * One object for equal settings: ten thousand arms that differ in the learning rate hold one data set. Equal settings
   * are equal text, since the validator puts keys into an order of its own, whatever their order in the definition.
   */
  #share<T extends object>(value: T): T {
    const key = JSON.stringify(value);
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
function numberOf<K>(key: K, numbers: Map<K, number>): number {
  let number = numbers.get(key);
  if (number === undefined) numbers.set(key, (number = numbers.size));
  return number;
}

/**
 * The settings in an assignment as one text. A random search asks for it up to a million times, so it is made without
 * building any objects.
 */
function keyOf(assignment: Assignment): string {
  let key = '';
  for (const name in assignment) {
    if (isSettingName(name)) key += `${name}=${JSON.stringify(assignment[name])};`;
  }
  return key;
}
