import type { Dataset } from './dataset.ts';
import type { FitResult, FitCallbacks, FitTask } from './fit-task.ts';
import { buildNetwork } from './network.ts';
import { Stage } from './stage.ts';
import type { StepCache } from './step-cache.ts';

/**
 * Trains one stage: batches `from` to `to` of a run. Data in, segments of points, evaluations and checkpoints out.
 *
 * On one engine the result is a pure function of the task. No number depends on where the stage is cut into segments,
 * on whether it is interrupted and continued, or on which ε are trained along.
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
