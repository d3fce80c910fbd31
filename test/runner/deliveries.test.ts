import { readdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { writeUnnamed } from '../../server/runner/checkpoints/checkpoint-files.ts';
import { Deliveries, type TrainedSegment } from '../../server/runner/deliveries/deliveries.ts';
import { Pace } from '../../server/runner/order/pace.ts';
import { unmeasuredClass } from '../../server/runner/workers/bit-class.ts';
import { StageQueue, type StageJob } from '../../server/runner/order/stage-queue.ts';
import { identifyRuns, type RunIdentity } from '../../server/store/training/identify-runs.ts';
import { readArms } from '../../server/store/reading/read-arms.ts';
import { lastCheckpoint } from '../../server/store/reading/read-checkpoints.ts';
import type { Storage } from '../../server/store/database/storage.ts';
import { sentBytes } from './sent-bytes.ts';
import { begin, identities, lease, makePlan, newStorage } from '../store/support.ts';

const never = new AbortController().signal;
const nothing = (): boolean => false;
const machine = { device: 'CPU, 1 thread', versions: {} };
const bits = unmeasuredClass('wasm', machine);
const loaded = { classes: ['a', 'b'], evaluated: { val: 10, test: 0 } };

/** A control [0, 100) cut at 50, and an arm that forks there. */
async function start(): Promise<{
  storage: Storage;
  queue: StageQueue;
  deliveries: Deliveries;
  resume: () => Deliveries;
}> {
  const storage = await newStorage();
  const token = lease(storage);
  const { sweepId } = begin(storage, token, makePlan([{ beta: 0.1 }, {}], [1]));
  const whole = identities(storage, sweepId, 'cut');
  const trunk = { key: 'trunk', from: 0, to: 50, params: whole[1]!.stages[0]!.params };
  const cut = whole.map((run, i): RunIdentity => ({
    ...run,
    key: `run ${i}`,
    stages: [trunk, { ...run.stages[0]!, key: `rest ${i}`, from: 50, to: 100 }],
  }));
  const tasks = identifyRuns(storage, token, sweepId, cut, false);
  const queue = new StageQueue(tasks);
  const work = {
    storage,
    lease: token,
    arms: readArms(storage, sweepId),
    tasks,
    metric: 'val/accuracy',
    gitCommit: null,
    environmentId: null as never,
    killing: new AbortController().signal,
    tell: () => {},
  };
  const resume = (): Deliveries => new Deliveries(work, queue, new Pace(queue.batches));
  return { storage, queue, deliveries: resume(), resume };
}

function segment(from: number, to: number): TrainedSegment {
  const points = [{ metric: 'train/total', epsilon: null, batches: Int32Array.of(from), values: Float64Array.of(1) }];
  const checkpoint = sentBytes(to, Uint8Array.of(from, to));
  return {
    from,
    to,
    points,
    evaluations: [],
    checkpoint,
    seconds: { training: 1, evaluation: 0 },
    usage: null,
    gpu: null,
    result: { outcome: 'complete', batch: to, intraDead: null },
  };
}

const statesOf = (storage: Storage): unknown[] =>
  storage.prepare('SELECT state FROM "Run" WHERE key IS NOT NULL ORDER BY id').pluck().all();
const batchesOf = (storage: Storage): unknown[] =>
  storage.prepare('SELECT batch FROM "Run" WHERE key IS NOT NULL AND key LIKE \'run %\' ORDER BY id').pluck().all();
const batchOf = (storage: Storage, { stage }: StageJob): unknown =>
  storage.prepare('SELECT batch FROM "Stage" WHERE id = ?').pluck().get(stage.stageId);

test('what follows a stage is trained from its state while that is still being stored, and is stored after it', async () => {
  const { storage, queue, deliveries, resume } = await start();
  const trunk = (await queue.next(never))!;
  expect(await deliveries.startOf(trunk, nothing)).toBeNull();
  void deliveries.begin(trunk, { worker: 0, machine, loaded, bits });
  const stored = deliveries.advance(trunk, 0, segment(0, 50), { seconds: 0 });

  const [next, other] = [(await queue.next(never))!, (await queue.next(never))!];
  expect(lastCheckpoint(storage, trunk.stage.stageId)).toBeNull();
  const sent = sentBytes(50, Uint8Array.of(0, 50));
  for (const job of [next, other]) expect(await deliveries.startOf(job, nothing)).toEqual(sent);
  expect(batchesOf(storage)).toEqual([0, 0]);
  const last = deliveries.begin(next, { worker: 1, machine, loaded, bits });
  await stored;
  expect(batchesOf(storage)).toEqual([50, 50]);
  await last;
  // The trunk's end leaves its runs waiting: that came first.
  const running = next.runs[0]!.runId;
  expect(storage.prepare('SELECT id FROM "Run" WHERE state = \'running\'').pluck().all()).toEqual([running]);
  await deliveries.advance(next, 50, segment(50, 100), { seconds: 0 });
  expect([batchOf(storage, trunk), batchOf(storage, next), batchOf(storage, other)]).toEqual([50, 100, 50]);
  // From memory now, or the disk, unless whoever trains has it.
  const { hash, file } = lastCheckpoint(storage, trunk.stage.stageId)!;
  expect(hash).toBe(sent.hash);
  const holds = (held: string): boolean => held === hash;
  expect(await deliveries.startOf(other, (held) => held === 'another one')).toEqual(sent);
  expect(await resume().startOf(other, nothing)).toEqual({ ...sent, content: { bytes: Buffer.of(0, 50) } });
  await rm(join(storage.checkpointFolder, file));
  expect(await resume().startOf(other, holds)).toEqual({ ...sent, content: null });
  expect(await resume().startOf(other, nothing)).toBeNull();
});

test('what follows a stage whose state comes as a file waits until that has its name', async () => {
  const { storage, queue, deliveries } = await start();
  const trunk = (await queue.next(never))!;
  const { file, hash, size } = await writeUnnamed(storage.checkpointFolder, 'sweep.checkpoint', [Uint8Array.of(0, 50)]);
  const checkpoint = { batch: 50, hash, size, content: { file } };
  void deliveries.begin(trunk, { worker: 0, machine, loaded, bits });
  void deliveries.advance(trunk, 0, { ...segment(0, 50), checkpoint }, { seconds: 0 });
  const next = (await queue.next(never))!;
  expect(await deliveries.startOf(next, nothing)).toEqual({
    ...checkpoint,
    content: { bytes: Buffer.of(0, 50) }, // it is a small one after all
  });
  expect(lastCheckpoint(storage, trunk.stage.stageId)).toMatchObject({ hash, size: 2 });
  expect(readdirSync(storage.checkpointFolder)).toEqual([`${hash}.checkpoint`]);
});

test("what was delivered before a stage's end and is stored later does not take the state at its end away", async () => {
  const { queue, deliveries } = await start();
  const trunk = (await queue.next(never))!;
  const half = deliveries.advance(trunk, 0, { ...segment(0, 25), result: null }, { seconds: 0 });
  const end = deliveries.advance(trunk, 25, segment(25, 50), { seconds: 0 });
  await half;
  expect(await deliveries.startOf((await queue.next(never))!, nothing)).toEqual(sentBytes(50, Uint8Array.of(25, 50)));
  await end;
});

test('after what could not be stored nothing is stored any more', async () => {
  const { storage, queue, deliveries } = await start();
  const trunk = (await queue.next(never))!;
  const lost = deliveries.advance(trunk, 25, segment(25, 50), { seconds: 0 }); // it stands at batch 0
  const next = (await queue.next(never))!;
  const after = deliveries.advance(next, 50, segment(50, 100), { seconds: 0 });
  await expect(lost).rejects.toThrow(/it does not stand at batch 25/);
  await expect(after).rejects.toThrow(/it does not stand at batch 25/);
  expect([batchOf(storage, trunk), batchOf(storage, next)]).toEqual([0, 50]);
  expect(statesOf(storage)).not.toContain('complete');
});
