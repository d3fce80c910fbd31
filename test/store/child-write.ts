import { commitSegment } from '../../server/store/training/commit-segment.ts';
import { takeLease } from '../../server/store/database/lease.ts';
import { openStorage } from '../../server/store/database/storage.ts';
import { begin, makePlan, makeSegment } from './support.ts';

/** Commits segments of `size` batches, one after the other, for as long as the run goes; says so after the first. */
export default async function write(file: string, size: string): Promise<void> {
  const storage = await openStorage({ file, create: false });
  const taken = takeLease(storage, 'child');
  if (!('lease' in taken)) throw new Error('the lease is held');
  const step = Number(size);
  const batches = step * 1000;
  const { tasks } = begin(storage, taken.lease, makePlan([{}], [1], 'long', batches));
  const stageId = tasks[0]!.stages[0]!.stageId;
  for (let from = 0; from < batches; from += step) {
    commitSegment(storage, taken.lease, makeSegment(stageId, from, from + step));
    if (from === 0) process.stdout.write('writing\n');
  }
}
