import { describe, expect, test } from 'vitest';
import { LeaseLostError, releaseLease } from '../../server/store/database/lease.ts';
import { readResults } from '../../server/store/reading/read-results.ts';
import { readRun } from '../../server/store/reading/read-run.ts';
import type { Storage } from '../../server/store/database/storage.ts';
import { removeSweep } from '../../server/store/sweeps/remove-sweep.ts';
import type { SegmentUsage } from '../../server/store/training/add-usage.ts';
import { commitSegment, type SegmentRows } from '../../server/store/training/commit-segment.ts';
import { identifyRuns } from '../../server/store/training/identify-runs.ts';
import { rewindStage } from '../../server/store/training/rewind-stage.ts';
import { begin, identities, lease, makePlan, makeSegment, newStorage } from './support.ts';

/** Two arms of one seed that share the stage [0, 50), and fork there. Each segment takes 2.5 s. */
async function forked() {
  const storage = await newStorage();
  const token = lease(storage);
  const { sweepId } = begin(storage, token, makePlan([{ beta: 0.1 }, {}], [1]));
  const whole = identities(storage, sweepId, 'cut');
  const trunk = { key: 'trunk', from: 0, to: 50, params: whole[1]!.stages[0]!.params };
  const runs = whole.map((run, i) => ({
    ...run,
    key: `run ${i}`,
    stages: [trunk, { ...run.stages[0]!, key: `rest ${i}`, from: 50, to: 100 }],
  }));
  const tasks = identifyRuns(storage, token, sweepId, runs, false);
  const [shared, first, second] = [...new Set(tasks.flatMap(({ stages }) => stages.map(({ stageId }) => stageId)))];
  const runIds = tasks.map(({ runId }) => runId);
  const commit = (stageId: number, from: number, to: number, change: Partial<SegmentRows>): void =>
    void commitSegment(storage, token, makeSegment(stageId, from, to, change));
  return { storage, token, sweepId, runIds, shared: shared!, first: first!, second: second!, commit };
}

const usage = (processorSeconds: number, peakMemory: number, watts: number | null): SegmentUsage => ({
  process: { processorSeconds, peakMemory },
  gpu:
    watts === null
      ? null
      : {
          gpuBusySeconds: 1,
          gpuOver: 2.5,
          gpuPeakUse: watts / 1000,
          gpuPeakMemory: 2 ** 33,
          joules: 2.5 * watts,
          joulesOver: 2.5,
        },
});

const usageOf = async (storage: Storage, runId: number) => (await readRun(storage, runId))!.usage;
const usageOfSweep = (storage: Storage, sweepId: number) => readResults(storage, sweepId, [])!.usage;

describe('what training used', () => {
  test('is counted with each segment that is stored, once, and peaks are peaks', async () => {
    const { storage, shared, runIds, sweepId, commit } = await forked();
    expect(await usageOf(storage, runIds[0]!)).toBeNull();
    expect(usageOfSweep(storage, sweepId)).toBeNull();
    commit(shared, 0, 20, { usage: usage(4, 3e9, 300) });
    expect(() => commit(shared, 0, 20, { usage: usage(4, 9e9, 900) })).toThrow(/does not stand at batch 0/);
    commit(shared, 20, 50, { usage: usage(5, 2e9, 100) });
    expect(await usageOf(storage, runIds[0]!)).toEqual({
      seconds: 5,
      processor: { seconds: 9, peakMemory: 3e9, share: 1 },
      gpu: { use: 0.4, peakUse: 0.3, peakMemory: 2 ** 33, share: 1 },
      energy: { joules: 1000, share: 1 },
    });
  });

  test('of a shared stage counts in full for each of its runs, and once for the sweep', async () => {
    const { storage, shared, first, second, runIds, sweepId, commit } = await forked();
    commit(shared, 0, 50, { usage: usage(4, 1e9, 100) });
    commit(first, 50, 100, { usage: usage(2, 2e9, 200) });
    commit(second, 50, 100, { usage: usage(1, 3e9, 300) });
    const joules = [await usageOf(storage, runIds[0]!), await usageOf(storage, runIds[1]!)].map(
      (each) => each!.energy!.joules,
    );
    expect(joules).toEqual([750, 1000]);
    expect(readResults(storage, sweepId, [])!.runs.map(({ energy }) => energy)).toEqual([
      { joules: 750, share: 1 },
      { joules: 1000, share: 1 },
    ]);
    expect(usageOfSweep(storage, sweepId)).toMatchObject({
      seconds: 7.5,
      processor: { seconds: 7, peakMemory: 3e9 },
      energy: { joules: 1500, share: 1 },
    });
  });

  test('of what was taken from the trunk is nothing, and leaves nothing unmeasured', async () => {
    const { storage, shared, first, runIds, commit } = await forked();
    commit(shared, 0, 50, { usage: usage(4, 1e9, 100) });
    commit(first, 50, 100, { fromTrunk: true });
    expect(await usageOf(storage, runIds[0]!)).toMatchObject({
      seconds: 2.5,
      processor: { seconds: 4, share: 1 },
      energy: { joules: 250, share: 1 },
    });
  });

  test('says over how much of the time it was measured, and what was not measured at all', async () => {
    const { storage, sweepId, shared, first, runIds, commit } = await forked();
    commit(shared, 0, 50, { usage: usage(4, 1e9, null) });
    expect(await usageOf(storage, runIds[0]!)).toMatchObject({ gpu: null, energy: null });
    commit(first, 50, 100, { usage: { ...usage(0, 0, 200), process: null } });
    expect(await usageOf(storage, runIds[0]!)).toEqual({
      seconds: 5,
      processor: { seconds: 4, peakMemory: 1e9, share: 0.5 },
      gpu: { use: 0.4, peakUse: 0.2, peakMemory: 2 ** 33, share: 0.5 },
      energy: { joules: 500, share: 0.5 },
    });
    expect(readResults(storage, sweepId, [])!.runs.map(({ energy }) => energy)).toEqual([
      { joules: 500, share: 0.5 },
      undefined,
    ]);
  });

  test('goes with a stage that begins again, and with the sweep', async () => {
    const { storage, token, shared, first, runIds, sweepId, commit } = await forked();
    commit(shared, 0, 50, { usage: usage(4, 1e9, 100) });
    rewindStage(storage, token, shared, { toStart: true });
    expect(await usageOf(storage, runIds[0]!)).toBeNull();
    commit(shared, 0, 50, { usage: usage(3, 1e9, 100) });
    commit(first, 50, 100, { usage: usage(3, 1e9, 100) });
    expect((await usageOf(storage, runIds[0]!))!.processor!.seconds).toBe(6);
    releaseLease(storage, token);
    expect(() => commit(first, 100, 100, { usage: usage(1, 1, 1) })).toThrow(LeaseLostError);
    removeSweep(storage, sweepId);
    expect(storage.prepare('SELECT count(*) FROM "StageUsage"').pluck().get()).toBe(0);
  });
});
