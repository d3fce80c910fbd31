import { isProgramEngine } from '../sweep/program-engine.ts';
import { fingerprintData } from '../runner/programs/data-fingerprint.ts';
import { keepProgram, readProgram } from '../runner/programs/program-files.ts';
import type { SourceDescription } from '../training/dataset.ts';
import { problemsOfStart, startsFromFile } from '../training/weights/start-weights.ts';
import { countTraining, describeSource } from '../training/datasets/load.ts';
import { problemsOfNetwork } from '../sweep/network/network-problems.ts';
import { DefinitionError, type Problem } from '../sweep/problem.ts';
import { withoutRepeats } from '../sweep/schema/issues.ts';
import { planSweep } from '../sweep/plan/plan-sweep.ts';
import type { Plan } from '../sweep/plan/plan.ts';
import { ownTraining, type DatasetSettings, type ProgramTraining } from '../sweep/settings.ts';
import type { Definition } from '../sweep/space/definition.ts';
import { UserError } from '../sweep/user-error.ts';

export interface PlanOptions {
  /** Takes what a data set has to say. */
  log?: (message: string) => void;
  /** The folder in which a copy of the user's program is kept, for a plan that is to be stored. */
  programs?: string;
  /** The program's name where it is the one of another sweep, whatever its files are by now. */
  engine?: string | null;
}

/**
 * Plans a definition, and checks its data sets as far as that goes without reading images: that their files are there,
 * and that the split and the limit leave something to train on. So a plan is refused wherever `run` would refuse at
 * once.
 *
 * @param folder the folder that relative paths start at
 */
export async function planDefinition(definition: Definition, folder: string, options: PlanOptions = {}): Promise<Plan> {
  return (await planWithSources(definition, folder, options)).plan;
}

/** A plan, with what its data sets hold. */
export interface PlanWithSources {
  plan: Plan;
  /** null where a user's program reads the data. */
  sourceOf: ((dataset: DatasetSettings) => SourceDescription) | null;
}

/** The same with what was found out about the data sets meanwhile. */
export async function planWithSources(
  definition: Definition,
  folder: string,
  options: PlanOptions = {},
): Promise<PlanWithSources> {
  if (definition.trainer === 'elsewhere') throw refusedImport(definition);
  if (definition.trainer === 'program') return { plan: await planProgram(definition, folder, options), sourceOf: null };
  const sizes = new DatasetSizes({ baseFolder: folder, log: options.log ?? (() => {}) });
  const plan = await planWithSizes(definition, sizes);
  for (const dataset of new Set(plan.arms.map(({ training }) => ownTraining(training).dataset)))
    await sizes.look(dataset);
  const sourceOf = (dataset: DatasetSettings): SourceDescription => sizes.source(dataset)!;
  await refuseNetworks(plan, sourceOf, folder);
  return { plan, sourceOf };
}

/**
 * The shapes of images are known only now, and with them whether the layers of a network fit, and the weights that it
 * is to start from.
 */
async function refuseNetworks(
  { name, arms }: Plan,
  sourceOf: (dataset: DatasetSettings) => SourceDescription,
  folder: string,
): Promise<void> {
  const checked = new Map(
    arms.map(({ training }) => {
      const { model, dataset, batchSize } = ownTraining(training);
      const { shape, classes } = sourceOf(dataset);
      return [JSON.stringify([model, shape, classes, batchSize]), { model, images: { shape, classes, batchSize } }];
    }),
  );
  const problems: Problem[] = [];
  for (const { model, images } of checked.values()) {
    const found = problemsOfNetwork(model, images);
    problems.push(...found);
    if (found.length === 0 && startsFromFile(model)) problems.push(...(await problemsOfStart(model, images, folder)));
  }
  if (problems.length > 0)
    throw new DefinitionError(`Cannot plan sweep ${JSON.stringify(name)}`, withoutRepeats(problems));
}

function refusedImport({ name }: Definition): UserError {
  return new UserError(
    `Cannot plan sweep ${JSON.stringify(name)}: its runs were trained elsewhere (training.imported), and nothing ` +
      'here can train them; wanted a definition with a data set or a program, or `cosweep import`, which reads results',
  );
}

const SILENT = 'training.program names neither data nor dataVersion: runs on other data are taken for the same.';

/** The arms of a user's program, whose files and data are looked at too. */
async function planProgram(
  definition: Definition,
  folder: string,
  { programs, engine: known = null }: PlanOptions,
): Promise<Plan> {
  const planned = planSweep(definition, { batchesPerEpoch: () => NaN });
  const { program } = planned.arms[0]!.training as ProgramTraining;
  const isSilent = program.data.length === 0 && program.dataVersion === null;
  const plan = isSilent ? { ...planned, notes: [...planned.notes, SILENT] } : planned;
  await fingerprintData(program, folder);
  if (isProgramEngine(known)) return { ...plan, engine: known };
  const read = await readProgram(program, folder);
  if (programs !== undefined) await keepProgram(programs, read);
  return { ...plan, engine: read.engine };
}

/**
 * Planning itself is pure and reads no file. The sizes that it asks for are looked up, and the plan is made again. The
 * first try ends with its first question, since most sweeps have one data set; each later one asks for all it lacks.
 */
async function planWithSizes(definition: Definition, sizes: DatasetSizes): Promise<Plan> {
  for (let isFirst = true; ; isFirst = false) {
    const unknown: DatasetSettings[] = [];
    const planned = attempt(() =>
      planSweep(definition, {
        batchesPerEpoch: ({ dataset, batchSize }) => {
          const images = sizes.known(dataset);
          if (images === undefined) unknown.push(dataset);
          if (images === undefined && isFirst) throw new Error('Its size has to be looked up first');
          return (images ?? batchSize) / batchSize;
        },
      }),
    );
    if (unknown.length === 0) return planned();
    for (const dataset of unknown) await sizes.look(dataset);
  }
}

/** What an action gives, or throws, when it is asked for. */
function attempt<T>(action: () => T): () => T {
  try {
    const value = action();
    return () => value;
  } catch (error) {
    return () => {
      throw error;
    };
  }
}

/** How many images there are to train on. Data sets that differ in the split or the limit alone are one look-up. */
class DatasetSizes {
  readonly #options: { baseFolder: string; log: (message: string) => void };
  readonly #sources = new Map<string, SourceDescription>();

  constructor(options: { baseFolder: string; log: (message: string) => void }) {
    this.#options = options;
  }

  /** undefined where it was not looked up. */
  known(dataset: DatasetSettings): number | undefined {
    const source = this.source(dataset);
    return source === undefined ? undefined : countTraining(source, dataset);
  }

  source(dataset: DatasetSettings): SourceDescription | undefined {
    return this.#sources.get(sourceKey(dataset));
  }

  /** Throws a `UserError` where the data set cannot be trained on. */
  async look(dataset: DatasetSettings): Promise<void> {
    const key = sourceKey(dataset);
    if (!this.#sources.has(key)) this.#sources.set(key, await describeSource(dataset, this.#options));
    this.known(dataset);
  }
}

function sourceKey({ validation: _, splitSeed: _s, limit: _l, augment: _a, ...source }: DatasetSettings): string {
  return JSON.stringify(source);
}
