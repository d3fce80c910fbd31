import { expect, test } from 'vitest';
import { FinishedPairs } from '../../server/runner/deliveries/finished-pairs.ts';
import { readTasks } from '../../server/store/training/identify-runs.ts';
import { readArms } from '../../server/store/reading/read-arms.ts';
import { accuracyAt, storeTrainedSweep } from '../http/trained-sweep.ts';
import { newStorage } from '../store/support.ts';

test('a run is told with its value; whichever of a pair ends last brings the difference', async () => {
  const storage = await newStorage();
  const { sweepId } = storeTrainedSweep(storage);
  const arms = readArms(storage, sweepId);
  const tasks = readTasks(storage, sweepId).map((task) => ({ ...task, state: 'waiting' as typeof task.state }));
  const seed = tasks[0]!.seed;
  const pairs = new FinishedPairs({ storage, arms, tasks, metric: 'val/accuracy' });
  const end = (arm: number) => {
    const task = tasks.find((each) => each.arm === arm && each.seed === seed)!;
    task.state = 'complete';
    return pairs.resultOf(task)!;
  };
  const value = (arm: number) => accuracyAt(arm, seed, 40);
  expect(end(1)).toEqual({ metric: 'val/accuracy', value: value(1), changes: [] });
  expect(end(2)).toEqual({
    metric: 'val/accuracy',
    value: value(2),
    changes: [{ arm: arms[1]!.name, change: value(1) - value(2) }],
  });
  expect(end(0).changes).toEqual([{ arm: arms[0]!.name, change: value(0) - value(2) }]);
  const other = new FinishedPairs({ storage, arms, tasks, metric: 'val/nothing' });
  expect(other.resultOf(tasks[0]!)).toBeNull();
});
