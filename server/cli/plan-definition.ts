import type { Definition } from '../sweep/space/definition.ts';
import { planSweep } from '../sweep/plan/plan-sweep.ts';
import type { Plan } from '../sweep/plan/plan.ts';
import type { TrainingSettings } from '../sweep/settings.ts';
import { describeDataset } from '../training/datasets/load.ts';

/**
 * Plans a definition. If the definition counts in epochs, the sizes of its data sets are looked up for the plan:
 * planning itself is pure and reads no file.
 *
 * @param folder the folder that relative paths start at
 */
export async function planDefinition(definition: Definition, folder: string): Promise<Plan> {
  const counts = new Map<string, number>();
  for (;;) {
    try {
      return planSweep(definition, {
        batchesPerEpoch: (training) => Math.ceil(known(counts, training) / training.batchSize),
      });
    } catch (error) {
      if (!(error instanceof UnknownDataset)) throw error;
      const { trainCount } = await describeDataset(error.dataset, { baseFolder: folder });
      counts.set(JSON.stringify(error.dataset), trainCount);
    }
  }
}

/**
 * Thrown out of the planner, which cannot wait for a look-up. The data set is then looked up and the plan made again.
 */
class UnknownDataset extends Error {
  readonly dataset: TrainingSettings['dataset'];

  constructor(dataset: TrainingSettings['dataset']) {
    super(`The size of data set ${dataset.name} is not known yet`);
    this.dataset = dataset;
  }
}

function known(counts: Map<string, number>, { dataset }: Pick<TrainingSettings, 'dataset'>): number {
  const count = counts.get(JSON.stringify(dataset));
  if (count === undefined) throw new UnknownDataset(dataset);
  return count;
}
