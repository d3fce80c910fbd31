import type { Definition } from '../sweep/space/definition.ts';
import { planSweep } from '../sweep/plan/plan-sweep.ts';
import type { Plan } from '../sweep/plan/plan.ts';
import type { TrainingSettings } from '../sweep/settings.ts';
import { describeDataset } from '../training/datasets/load.ts';

/**
 * The plan of a definition. Where it speaks of epochs, the size of its data sets is looked up for it: planning itself
 * is pure and reads no file.
 *
 * @param folder where relative paths start
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

/** Thrown through the plan, which cannot wait: the data set is looked up and the plan made again. */
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
