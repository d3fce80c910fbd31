import type { Dataset } from './dataset.ts';
import type { FitResult, FitCallbacks, FitTask } from './fit-task.ts';
import { buildNetwork } from './network.ts';
import { Stage } from './stage.ts';
import type { StepCache } from './step-cache.ts';

/**
 * Trains one stage: batches `from` to `to` of a run. Data in, segments of points, evaluations and checkpoints out.
 *
 * A pure function of its task on one engine: where it is cut into segments or interrupted and continued, and which ε
 * are trained along, makes no difference to any number.
 */
export async function fit(
  task: FitTask,
  dataset: Dataset,
  steps: StepCache,
  callbacks: FitCallbacks,
): Promise<FitResult> {
  const { settings, epsilons, places = epsilons.length } = task;
  const carried = Array.from({ length: places }, (_, i) => epsilons[i] ?? epsilons[0]!);
  const stage = new Stage(task, buildNetwork(settings, dataset, carried), steps);
  try {
    return await stage.train(callbacks);
  } finally {
    stage.dispose();
  }
}
