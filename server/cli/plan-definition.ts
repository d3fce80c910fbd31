import type { SourceDescription } from '../training/dataset.ts';
import { countTraining, describeSource } from '../training/datasets/load.ts';
import { planSweep } from '../sweep/plan/plan-sweep.ts';
import type { Plan } from '../sweep/plan/plan.ts';
import type { DatasetSettings } from '../sweep/settings.ts';
import type { Definition } from '../sweep/space/definition.ts';

/**
 * Plans a definition, and checks its data sets as far as that goes without reading images: that their files are there,
 * and that the split and the limit leave something to train on. So a plan is refused wherever `run` would refuse at
 * once.
 *
 * @param folder the folder that relative paths start at
 * @param log takes what a data set has to say
 */
export async function planDefinition(
  definition: Definition,
  folder: string,
  log: (message: string) => void = () => {},
): Promise<Plan> {
  const sizes = new DatasetSizes({ baseFolder: folder, log });
  const plan = await planWithSizes(definition, sizes);
  for (const dataset of new Set(plan.arms.map(({ training }) => training.dataset))) await sizes.look(dataset);
  return plan;
}

/** Planning itself is pure and reads no file: a size that it asks for is looked up, and the plan made again. */
async function planWithSizes(definition: Definition, sizes: DatasetSizes): Promise<Plan> {
  for (;;) {
    try {
      return planSweep(definition, {
        batchesPerEpoch: ({ dataset, batchSize }) => sizes.known(dataset) / batchSize,
      });
    } catch (error) {
      if (!(error instanceof UnknownDataset)) throw error;
      await sizes.look(error.dataset);
    }
  }
}

/** Thrown out of the planner, which cannot wait for a look-up. */
class UnknownDataset extends Error {
  readonly dataset: DatasetSettings;

  constructor(dataset: DatasetSettings) {
    super(`The size of data set ${dataset.name} is not known yet`);
    this.dataset = dataset;
  }
}

/** How many images there are to train on. Data sets that differ in the split or the limit alone are one look-up. */
class DatasetSizes {
  readonly #options: { baseFolder: string; log: (message: string) => void };
  readonly #sources = new Map<string, SourceDescription>();

  constructor(options: { baseFolder: string; log: (message: string) => void }) {
    this.#options = options;
  }

  known(dataset: DatasetSettings): number {
    const source = this.#sources.get(sourceKey(dataset));
    if (source === undefined) throw new UnknownDataset(dataset);
    return countTraining(source, dataset);
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
