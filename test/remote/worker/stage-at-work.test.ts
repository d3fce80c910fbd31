import { expect, test, vi } from 'vitest';
import type { BlobCache } from '../../../server/remote/blobs/blob-cache.ts';
import type { FileBringer } from '../../../server/remote/blobs/file-bringer.ts';
import type { RemoteOrder, ToHead } from '../../../server/remote/messages/bodies.ts';
import { TooLarge } from '../../../server/remote/messages/large-body.ts';
import { StageAtWork } from '../../../server/remote/worker/stage-at-work.ts';
import type { SegmentReport } from '../../../server/runner/workers/messages.ts';
import type { StageCallbacks, Trainer } from '../../../server/runner/workers/trainer.ts';
import { temporaryFolder } from '../../runner/study.ts';

const ORDER = { from: 0, to: 10, start: null, packed: { hash: '0'.repeat(64), size: 1 } } as unknown as RemoteOrder;
const SEGMENT = { from: 0, to: 10, points: [], checkpoint: null, result: {} } as unknown as SegmentReport;

/** A stage whose trainer delivers one segment. @param send what happens to what is said to the head */
function begin(send: (body: ToHead) => Promise<void>, start: RemoteOrder['start'] = null) {
  const trainer = {
    opened: Promise.resolve(),
    holds: () => false,
    kill: () => {},
    async train(_: unknown, { onLoaded, onSegment }: StageCallbacks) {
      onLoaded({ classes: null, evaluated: null });
      await onSegment(SEGMENT);
    },
  } as unknown as Trainer;
  const bringer = { bring: async () => ({}) } as unknown as FileBringer;
  const cache = { read: async () => null } as unknown as BlobCache;
  const stage = new StageAtWork('a', { trainer, cache, bringer, folder: temporaryFolder(), send, sendAgain: 60_000 });
  return { stage, training: stage.train({ ...ORDER, start }) };
}

test('what is trained and only waits to be stored is no work: a worker whose head does not come back may end', async () => {
  const { stage, training } = begin(async () => {});
  expect(stage.isAtWork).toBe(true);
  await training;
  expect(stage.isAtWork).toBe(false);
  let isStored = false;
  const done = stage.done().then(() => (isStored = true));
  await stage.sent();
  expect(isStored).toBe(false);
  stage.confirm(10);
  await done;
});

test('a segment that is too large for any message fails its stage, and is not given to somebody else', async () => {
  const said: ToHead[] = [];
  const { training } = begin(async (body) => {
    if (body.kind === 'segment') throw new TooLarge('more than a text may have');
    said.push(body);
  });
  await training;
  await vi.waitFor(() => expect(said.at(-1)).toMatchObject({ kind: 'failed', lost: false }));
});

test('a checkpoint that the head takes for held here, and does not have itself, costs no try of the stage', async () => {
  const said: ToHead[] = [];
  const start = { batch: 3, hash: 'a'.repeat(64), size: 100 };
  const { training } = begin(async (body) => void said.push(body), start);
  await training;
  expect(said).toEqual([
    { kind: 'failed', message: `Cannot begin from checkpoint ${start.hash}: the head does not have it`, lost: true },
  ]);
});
