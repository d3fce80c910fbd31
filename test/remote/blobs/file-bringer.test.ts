import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { planDefinition } from '../../../server/cli/plan-definition.ts';
import { BlobCache } from '../../../server/remote/blobs/blob-cache.ts';
import type { BlobRef } from '../../../server/remote/blobs/blob-store.ts';
import { fileBlob } from '../../../server/remote/blobs/file-blob.ts';
import { FileBringer } from '../../../server/remote/blobs/file-bringer.ts';
import { FolderStore } from '../../../server/remote/blobs/folder-store.ts';
import { fingerprint } from '../../../server/training/datasets/fingerprint.ts';
import { loadSource } from '../../../server/training/datasets/load.ts';
import { packSource } from '../../../server/training/datasets/packed.ts';
import type { BroughtFiles, StageOrder } from '../../../server/runner/workers/messages.ts';
import { onEngine } from '../../../server/runner/workers/hire-worker.ts';
import { WorkerProcess } from '../../../server/runner/workers/worker-process.ts';
import { readDefinition } from '../../../server/sweep/definition/parse-definition.ts';
import { ownTraining } from '../../../server/sweep/settings.ts';
import { UserError } from '../../../server/sweep/user-error.ts';
import { headParameters, layOutNetwork } from '../../../server/sweep/network/lay-out-network.ts';
import { Stream } from '../../../server/sweep/random.ts';
import { encodeSafetensors } from '../../../server/training/weights/safetensors.ts';
import { definition, temporaryFolder } from '../../runner/study.ts';
import { writeImages } from '../../runner/tiny-images.ts';

const BATCHES = 40;
const CONTEXT = { log: () => {} };

interface Case {
  /** The folder of the head's definition. */
  head: string;
  order: StageOrder;
  packed: BlobRef;
  bringer: FileBringer;
  cacheFolder: string;
}

/** A stage as the head orders it; its data set and its weights are in the head's store. */
async function makeCase(options: { weights?: boolean; scaled?: boolean } = {}): Promise<Case> {
  const head = temporaryFolder();
  const store = new FolderStore(temporaryFolder());
  const order = await makeOrder(head, options);
  const source = await loadSource(order.dataset, { ...CONTEXT, baseFolder: head });
  const { size, pieces } = packSource(source, order.dataset.name);
  const hash = createHash('sha256');
  for (const piece of pieces()) hash.update(piece);
  const packed = { hash: hash.digest('hex'), size };
  await store.write(packed, pieces);
  if (order.settings.training.model.weights !== undefined) {
    const weights = await fileBlob(join(head, 'w.safetensors'));
    await store.write(weights, weights.pieces);
    order.weights = weights.hash;
  }
  const cacheFolder = join(temporaryFolder(), 'cache');
  const bringer = new FileBringer(new BlobCache(store, { folder: cacheFolder }));
  return { head, order: { ...order, fingerprint: fingerprint(source) }, packed, bringer, cacheFolder };
}

async function makeOrder(
  head: string,
  { weights = false, scaled = false }: { weights?: boolean; scaled?: boolean },
): Promise<StageOrder> {
  const { training, ...study } = definition({ N: [0], small: true }) as { training: Record<string, object> };
  if (scaled) {
    const lines = Array.from({ length: 60 }, (_, i) => `${i % 3},${i % 7},${(i * i) % 11},${i % 5},${i % 3}`);
    writeFileSync(join(head, 'a.csv'), lines.join('\n'));
  } else writeImages(head, 120, 12);
  const files = scaled
    ? { name: 'csv', file: 'a.csv', label: 0, shape: [2, 2, 1], scale: 0.1 }
    : { name: 'idx', images: 'images', labels: 'labels', augment: { shift: 1 } };
  const model = { ...training['model'], ...(weights && { weights: 'w.safetensors' }) };
  if (weights) writeWeights(join(head, 'w.safetensors'), scaled ? [2, 2, 1] : [12, 12, 1]);
  const text = JSON.stringify({
    ...study,
    training: { ...training, model, batches: BATCHES, dataset: { ...files, validation: 15, splitSeed: 'seed' } },
  });
  const plan = await planDefinition(readDefinition(text, 'study'), head);
  const arm = plan.arms.find(({ control }) => !control)!;
  const own = ownTraining(arm.training);
  return {
    settings: { ...arm, training: own },
    epsilons: [arm.epsilon],
    places: 1,
    seed: 1,
    from: 0,
    to: BATCHES,
    dataset: own.dataset,
    baseFolder: head,
    fingerprint: '',
    weights: null,
    start: null,
    checkpoints: { folder: '', name: '', bytesUpTo: Infinity },
  };
}

function writeWeights(path: string, shape: [number, number, number]): void {
  const model = { name: 'mlp', embedding: 8, dropout: 0.1 } as Parameters<typeof layOutNetwork>[0];
  const { parameters, statistics } = layOutNetwork(model, shape);
  const stream = new Stream(3, 'weights');
  const tensors = [...parameters, ...headParameters(3, 8), ...statistics].map(({ name, shape }) => {
    const count = shape.reduce((product, side) => product * side, 1);
    return [name, { shape, values: Float32Array.from({ length: count }, () => stream.below(1000) / 5000 - 0.1) }];
  });
  writeFileSync(path, encodeSafetensors(Object.fromEntries(tensors) as Parameters<typeof encodeSafetensors>[0]));
}

describe('a worker on another machine', () => {
  let trainer: WorkerProcess;
  beforeAll(async () => {
    trainer = new WorkerProcess(onEngine('wasm'));
    await trainer.opened;
  });
  afterAll(() => trainer.end());

  const train = async (order: StageOrder): Promise<{ hash: string; points: unknown }> => {
    const points: unknown[] = [];
    let hash = '';
    await trainer.train(order, {
      onLoaded: () => {},
      onProgress: () => {},
      onSegment: (segment) => {
        points.push(segment.points, segment.evaluations);
        hash = segment.checkpoint!.hash;
      },
    });
    return { hash, points };
  };

  test.each([
    ['images as bytes', {}],
    ['numbers that were scaled', { scaled: true }],
    ['images, and weights to start from', { weights: true }],
  ])('trains %s that were brought to the same bits as from their own files', async (_, options) => {
    const { head, order, packed, bringer } = await makeCase(options);
    const here = await train(order);
    renameSync(head, `${head}-gone`);
    const brought = await bringer.bring(order, packed);
    expect(Object.keys(brought)).toEqual(options && 'weights' in options ? ['dataset', 'weights'] : ['dataset']);
    const there = await train({ ...order, baseFolder: '/on/another/machine', brought });
    expect(there).toEqual(here);
    expect(here.hash).toMatch(/^[0-9a-f]{64}$/);
  });

  test('trains on no packed file but the one of this data', async () => {
    const { order } = await makeCase();
    const other = await makeCase({ scaled: true });
    const brought = await bringAway(other);
    const notHeld = { seed: 2, baseFolder: '/on/another/machine' };
    const training = train({ ...order, ...notHeld, brought });
    await expect(training).rejects.toThrow(/Cannot train on the data set idx: it has changed/);
  });

  test('starts from no weights but those of this sweep', async () => {
    const { order, head } = await makeCase({ weights: true });
    const other = join(head, 'other');
    const bytes = readFileSync(join(head, 'w.safetensors'));
    writeFileSync(other, bytes.with(bytes.length - 2, bytes.at(-2)! ^ 1));
    const training = train({ ...order, brought: { weights: other } });
    await expect(training).rejects.toThrow(/Cannot start from the weights .*other: the file has changed/);
  });
});

/** As on a machine where none of the files is. */
async function bringAway({ head, order, packed, bringer }: Case): Promise<BroughtFiles> {
  renameSync(head, `${head}-gone`);
  return bringer.bring(order, packed);
}

test('what is here already is not fetched', async () => {
  const { head, order, packed, bringer, cacheFolder } = await makeCase({ weights: true });
  expect(await bringer.bring(order, packed)).toEqual({});
  expect(existsSync(cacheFolder)).toBe(false);
  // The same path with other bytes is something else.
  writeImages(head, 121, 12);
  writeFileSync(join(head, 'w.safetensors'), 'other weights');
  const again = new FileBringer(new BlobCache(new FolderStore(temporaryFolder()), { folder: cacheFolder }));
  await expect(again.bring(order, packed)).rejects.toThrow(/^Cannot fetch the (data set idx|weights to start from): /);
});

test('what was brought stays until it is released, and is brought once', async () => {
  const made = await makeCase();
  const first = await bringAway(made);
  const both = await Promise.all([1, 2].map(() => made.bringer.bring(made.order, made.packed)));
  expect(both).toEqual([first, first]);
  expect(existsSync(first.dataset!)).toBe(true);
  await made.bringer.release();
  expect(existsSync(first.dataset!)).toBe(false);
  expect(readdirSync(made.cacheFolder)).toEqual([`${made.packed.hash}.blob`]);
});

test('more than 4 GB are not fetched', async () => {
  const { head, order, packed, bringer } = await makeCase();
  renameSync(head, `${head}-gone`);
  const bringing = bringer.bring(order, { ...packed, size: 4e9 + 1 });
  await expect(bringing).rejects.toThrow(UserError);
  await expect(bringing).rejects.toThrow(/^Cannot fetch the data set idx: packed it has 4000000001 bytes; at most/);
});
