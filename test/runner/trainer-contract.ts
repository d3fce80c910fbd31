import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { planDefinition } from '../../server/cli/plan-definition.ts';
import type { SentCheckpoint } from '../../server/runner/checkpoints/sent-checkpoint.ts';
import type { SegmentReport, StageOrder, Start } from '../../server/runner/workers/messages.ts';
import { WorkerError, type Trainer } from '../../server/runner/workers/trainer.ts';
import { readDefinition } from '../../server/sweep/definition/parse-definition.ts';
import { OutsideError } from '../../server/sweep/user-error.ts';
import { signedStructure } from '../../server/training/signature.ts';
import { loadDataset } from '../../server/training/datasets/load.ts';
import { BATCHES, definition, temporaryFolder } from './study.ts';
import { ownTraining } from '../../server/sweep/settings.ts';

/** What came of a stage, in order. */
interface Told {
  order: string[];
  segments: SegmentReport[];
  /** The state at its end. */
  checkpoint: SentCheckpoint;
}

/**
 * What every `Trainer` promises, whoever it is: a process of this machine, a user's program, another machine.
 *
 * @param hire a trainer that trains the small study, and one whose engine cannot be opened
 */
export function describeTrainer(name: string, hire: { works: () => Trainer; doesNotOpen: () => Trainer }): void {
  describe(name, () => {
    let trainer: Trainer;
    let order: StageOrder;
    let whole: Told;

    beforeAll(async () => {
      order = await makeOrder();
      trainer = hire.works();
      await trainer.opened;
      whole = await train(trainer, order);
    });
    afterAll(() => trainer.end());

    test('says what it trains on', async () => {
      const { device, versions } = await trainer.opened;
      expect(device).not.toBe('');
      expect(Object.keys(versions).length).toBeGreaterThan(0);
      expect(trainer.dead).toBe(false);
    });

    test('signs the bits that it computes, before it trains and between two stages', async () => {
      const structure = signedStructure(order.settings, { shape: [28, 28, 1], classes: 10 });
      const [signature] = await trainer.sign([structure]);
      expect(signature).toMatch(/^[0-9a-f]{64}$/);
      expect(await trainer.sign([{ ...structure, batchSize: 8 }, structure])).toEqual([expect.any(String), signature]);
      expect((await train(trainer, order)).checkpoint.hash).toBe(whole.checkpoint.hash);
    });

    test('is dead where its engine does not open', async () => {
      const other = hire.doesNotOpen();
      await expect(other.opened).rejects.toThrow(WorkerError);
      expect(other.dead).toBe(true);
      await other.end();
    });

    test('tells of a stage in order, and nothing after its last segment', () => {
      const { order: told, segments, checkpoint } = whole;
      expect(told[0]).toBe('loaded');
      expect(told.at(-1)).toBe(`segment to ${BATCHES}`);
      expect(told.filter((what) => what === 'loaded')).toHaveLength(1);
      expect(segments.map(({ from }) => from)).toEqual([0, ...segments.map(({ to }) => to).slice(0, -1)]);
      expect(segments.map(({ result }) => result?.outcome ?? null)).toEqual([
        ...segments.slice(1).map(() => null),
        'complete',
      ]);
      expect(checkpoint.batch).toBe(BATCHES);
    });

    test('says what its process used for each segment, where it knows', () => {
      for (const { usage } of whole.segments) {
        expect(usage?.processorSeconds ?? 1).toBeGreaterThan(0);
        expect(usage?.peakMemory ?? 1e9).toBeGreaterThan(20e6); // Node alone has more
      }
    });

    test('sends a small state as bytes whose hash and size are what the reference says', () => {
      const bytes = bytesOf(whole.checkpoint);
      expect(whole.checkpoint).toMatchObject({ size: bytes.length, hash: hashOf(bytes) });
    });

    test('sends a large one as a file, and writes nothing else', async () => {
      const folder = temporaryFolder();
      const { checkpoint } = await train(trainer, {
        ...order,
        checkpoints: { folder, name: 'sweep.checkpoint', bytesUpTo: 0 },
      });
      expect(checkpoint).toMatchObject({ hash: whole.checkpoint.hash, size: whole.checkpoint.size });
      const { file } = checkpoint.content as { file: string };
      expect(readFileSync(join(folder, file))).toEqual(Buffer.from(bytesOf(whole.checkpoint)));
      expect(readdirSync(folder)).toEqual([file]);
    });

    test('continues to the same bits from bytes, from a file and from what it holds', async () => {
      const folder = temporaryFolder();
      const half = await train(trainer, { ...order, to: BATCHES / 2 });
      const { hash, size, batch } = half.checkpoint;
      const file = `${hash}.checkpoint`;
      writeFileSync(join(folder, file), bytesOf(half.checkpoint));
      const from = (content: Start['content']): StageOrder => ({
        ...order,
        from: batch,
        start: { batch, hash, size, content },
        checkpoints: { ...order.checkpoints, folder },
      });
      expect(trainer.holds(hash)).toBe(true);
      for (const content of [null, { bytes: bytesOf(half.checkpoint) }, { file }]) {
        const { checkpoint } = await train(trainer, from(content));
        expect(checkpoint.hash).toBe(whole.checkpoint.hash);
        // The one that it was given last and the one that it made last.
        expect([hash, checkpoint.hash, hashOf(Buffer.of(1))].map((each) => trainer.holds(each))).toEqual([
          true,
          true,
          false,
        ]);
      }
    });

    test('stops with a checkpoint, from which the same bits follow', async () => {
      trainer.stop(); // has nothing in training
      const training = train(trainer, order);
      trainer.stop();
      const { checkpoint, segments } = await training;
      expect(segments.at(-1)!.result!.outcome).toBe('stopped');
      expect(checkpoint.batch).toBeLessThan(BATCHES);
      const rest = await train(trainer, { ...order, from: checkpoint.batch, start: checkpoint });
      expect(rest.checkpoint.hash).toBe(whole.checkpoint.hash);
    });

    test('fails with a stage that it cannot train, and trains the next one', async () => {
      const failing = train(trainer, { ...order, fingerprint: 'of other data' });
      await expect(failing).rejects.toThrow(/Cannot train on the data set \w+: it has changed/);
      await expect(failing).rejects.toBeInstanceOf(WorkerError);
      expect(trainer.holds(whole.checkpoint.hash)).toBe(false);
      expect((await train(trainer, order)).checkpoint.hash).toBe(whole.checkpoint.hash);
    });

    test('tells a place that cannot be written apart from a stage that fails', async () => {
      const folder = join(temporaryFolder(), 'checkpoints');
      writeFileSync(folder, 'a file where the folder should be');
      const failing = train(trainer, { ...order, checkpoints: { folder, name: 'sweep.checkpoint', bytesUpTo: 0 } });
      await expect(failing).rejects.toBeInstanceOf(OutsideError);
      await expect(failing).rejects.toThrow(`Cannot write checkpoint ${folder}`);
    });

    test('refuses to continue from a file that is damaged', async () => {
      const folder = temporaryFolder();
      const { hash, size, batch } = whole.checkpoint;
      writeFileSync(join(folder, 'damaged'), bytesOf(whole.checkpoint).slice(1));
      const start = { batch, hash, size, content: { file: 'damaged' } };
      const failing = train(trainer, {
        ...order,
        start,
        checkpoints: { folder, name: 'sweep.checkpoint', bytesUpTo: 0 },
      });
      await expect(failing).rejects.toThrow(/Cannot continue from checkpoint damaged: .* lost or damaged/);
    });

    test('killed, it is dead, its stage fails, and nothing more is told', async () => {
      const other = hire.works();
      await other.opened;
      const told: string[] = [];
      const training = other.train(order, {
        onLoaded: () => told.push('loaded'),
        onProgress: (batch) => {
          told.push(`progress ${batch}`);
          other.kill(); // more may be on its way already
        },
        onSegment: ({ to }) => void told.push(`segment to ${to}`),
      });
      await expect(training).rejects.toThrow(WorkerError);
      const before = [...told];
      expect(other.dead).toBe(true);
      await Promise.all([other.end(), other.end()]);
      expect(told).toEqual(before);
    });
  });
}

/** A stage of the small study, from its beginning to its end. */
export async function makeOrder(): Promise<StageOrder> {
  const plan = await planDefinition(readDefinition(JSON.stringify(definition({ N: [0] })), 'study'), '');
  const arm = plan.arms.find(({ control }) => !control)!;
  const training = ownTraining(arm.training);
  const { dataset } = training;
  const { fingerprint } = await loadDataset(dataset, { baseFolder: '', seed: 0 });
  return {
    settings: { ...arm, training },
    epsilons: [arm.epsilon],
    places: 1,
    seed: 0,
    from: 0,
    to: BATCHES,
    dataset,
    baseFolder: '',
    fingerprint,
    weights: null,
    start: null,
    checkpoints: { folder: '', name: '', bytesUpTo: Infinity },
  };
}

async function train(trainer: Trainer, order: StageOrder): Promise<Told> {
  const told: string[] = [];
  const segments: SegmentReport[] = [];
  await trainer.train(order, {
    onLoaded: () => told.push('loaded'),
    onProgress: (batch) => told.push(`progress ${batch}`),
    onSegment: (segment) => {
      told.push(`segment to ${segment.to}`);
      segments.push(segment);
    },
  });
  return { order: told, segments, checkpoint: segments.at(-1)!.checkpoint! };
}

function bytesOf({ content }: SentCheckpoint): Uint8Array {
  return (content as { bytes: Uint8Array }).bytes;
}

function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
