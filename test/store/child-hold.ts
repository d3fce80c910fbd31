import { startRun } from '../../server/store/training/run-state.ts';
import { takeLease } from '../../server/store/database/lease.ts';
import { openStorage } from '../../server/store/database/storage.ts';
import { begin, makePlan, RECORD } from './support.ts';

/** Takes the lease, begins a run and then does nothing until it is killed. */
export default async function hold(file: string): Promise<never> {
  const storage = await openStorage({ file, create: false });
  const taken = takeLease(storage, 'child');
  if (!('lease' in taken)) throw new Error('the lease is held');
  const { tasks } = begin(storage, taken.lease, makePlan([{}], [1, 2]));
  startRun(storage, taken.lease, tasks[0]!.runId, RECORD);
  process.stdout.write('holding\n');
  return new Promise(() => setInterval(() => {}, 1000));
}
