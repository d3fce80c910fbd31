import type { Assignment, ParamValue } from '../arm.ts';
import { isLossParameter, isSettingName } from '../parameter-names.ts';
import { assignSettings, type Sections } from '../problems/settings-assignment.ts';
import { importedTrainingSchema } from '../schema/imported-schema.ts';
import { lossSchema } from '../schema/loss-schema.ts';
import type { ImportedTraining, LossSettings } from '../settings.ts';
import type { Definition } from '../space/definition.ts';
import { controlTest, keyOf, numberOf, type ResolvedSettings, type Resolver } from './resolve-settings.ts';

type Parts = Pick<Definition, 'training' | 'parameters' | 'control'>;

/** Resolves the settings of arms that were trained elsewhere. Whatever they are, they went together. */
export class ImportResolver implements Resolver {
  readonly #sections: Sections;
  readonly #declared: ImportedTraining['imported']['parameters'];
  readonly #byValues = new Map<string, ResolvedSettings>();
  readonly #ids = new Map<string, number>();
  readonly #loss: LossSettings = lossSchema.parse({});
  readonly isControl: Resolver['isControl'];
  readonly problems = [];

  constructor({ training, parameters, control }: Parts) {
    this.#sections = { loss: {}, training };
    this.#declared = parameters.map(({ name }) => name).filter(isLossParameter);
    this.isControl = controlTest(this.#declared, control);
  }

  resolve(assignment: Assignment): ResolvedSettings {
    const key = keyOf(assignment);
    let settings = this.#byValues.get(key);
    if (settings === undefined) this.#byValues.set(key, (settings = this.#build(assignment)));
    return settings;
  }

  /** N is given in batches. */
  batchesPerEpoch(): number {
    return NaN;
  }

  #build(assignment: Assignment): ResolvedSettings {
    const swept = Object.entries(assignment).filter(([name]) => isSettingName(name)) as [string, ParamValue][];
    const { imported, ...rest } = importedTrainingSchema.parse(assignSettings(this.#sections, swept).training);
    const training: ImportedTraining = { ...rest, imported: { ...imported, parameters: this.#declared } };
    return { id: numberOf(JSON.stringify(training), this.#ids), loss: this.#loss, training };
  }
}
