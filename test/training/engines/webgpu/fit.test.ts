import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, it, vi } from 'vitest';
import { Stream } from '../../../../server/sweep/random.ts';
import type { TrainingSettings } from '../../../../server/sweep/settings.ts';
import { encodeCheckpoint, type Checkpoint } from '../../../../server/training/checkpoint.ts';
import type { Dataset, Part } from '../../../../server/training/dataset.ts';
import type { Engine } from '../../../../server/training/engine.ts';
import { openWebgpu } from '../../../../server/training/engines/webgpu/open-webgpu.ts';
import { fit, type FitResult } from '../../../../server/training/fit.ts';
import type { RunSettings } from '../../../../server/training/network.ts';
import { StepCache } from '../../../../server/training/step-cache.ts';
import { describeWithWebgpu } from '../../../helpers/engines.ts';

const BATCHES = 8;
/** Evaluated in two batches of which the second is not full. */
const VALIDATION = 301;

/** Noise in two channels that are normalised differently. */
function noise(): Dataset {
  const stream = new Stream(1, 'images');
  const part = (count: number): Part => ({
    count, labels: Int32Array.from({ length: count }, (_, i) => i % 3), pixels: Uint8Array.from({ length: count * 32 }, () => stream.below(256)),
  });
  return {
    name: 'noise', shape: [4, 4, 2], classes: ['a', 'b', 'c'], train: part(10), validation: part(VALIDATION), test: part(6),
    mean: Float32Array.of(80, 120.3), std: Float32Array.of(50, 71.7), fingerprint: 'noise',
  };
}

function settings(learningRate = 0.01): RunSettings {
  return {
    alpha: 0.5, beta: 0.2, gamma: 1, epsilon: 0.02, N: 2,
    loss: {
      s: 30, m: 0.35, truncation: 'batch', distance: 'cosine', centerUpdate: 'cumulative', centerRate: 0.1,
      centerSpace: 'unit', centerOrder: 'updateThenLoss', crossEntropyHead: 'linear',
    },
    training: {
      dataset: { augment: { shift: 0, flip: false, crop: 0, cutout: 0 } } as TrainingSettings['dataset'],
      model: { name: 'cnn-small', embedding: 4, dropout: 0 },
      optimizer: {
        name: 'momentum', learningRate, momentum: 0.9, nesterov: false, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0,
        schedule: 'constant', warmup: 0, steps: [], decay: 0.1, clipNorm: null,
      },
      batchSize: 4, batches: BATCHES, evalEvery: 4,
    } as TrainingSettings,
  };
}

async function train(engine: Engine, run: RunSettings, start: Checkpoint | null = null, to = BATCHES): Promise<{ result: FitResult; points: string[]; last: Checkpoint | null }> {
  const points: string[] = [];
  let last: Checkpoint | null = null;
  const steps = new StepCache(engine);
  const result = await fit({ settings: run, epsilons: [run.epsilon], seed: 5, start, from: start?.batch ?? 0, to }, noise(), steps, {
    onSegment: (segment) => {
      for (const { metric, batches, values } of segment.points) batches.forEach((batch, i) => points.push(`${metric} ${batch} ${values[i]}`));
      last = segment.checkpoint;
    },
    onProgress: () => {},
    shouldStop: () => false,
  });
  steps.dispose();
  return { result, points: points.sort(), last };
}

describeWithWebgpu('fit on webgpu', () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await openWebgpu();
  });

  it('gives the same bits whether the images stay on the device or come with their batch, whole or in two stages', async () => {
    const whole = await train(engine, settings());
    expect(whole.result).toMatchObject({ outcome: 'complete', batch: BATCHES });
    const handedOver = await train({ ...engine, residentBytes: 0 }, settings());
    expect(handedOver.points).toEqual(whole.points);
    expect(encodeCheckpoint(handedOver.last!)).toEqual(encodeCheckpoint(whole.last!));
    const first = await train(engine, settings(), null, 3);
    const second = await train(engine, settings(), first.last);
    expect([...first.points, ...second.points].sort()).toEqual(whole.points);
    expect(encodeCheckpoint(second.last!)).toEqual(encodeCheckpoint(whole.last!));
  });

  it('hands the images over once, and their numbers with every batch', async () => {
    const { queue } = tf.backend() as unknown as { queue: { writeBuffer(...args: unknown[]): void } };
    const written = vi.spyOn(queue, 'writeBuffer');
    await train(engine, settings());
    const sizes = written.mock.calls.map((call) => (call[2] as ArrayBuffer | ArrayBufferView).byteLength);
    written.mockRestore();
    // They themselves go over by a buffer that is mapped while it is made.
    const atOnce = Math.ceil(VALIDATION / 2);
    expect(sizes).toContain(4 * atOnce);
    const images = [4, atOnce, 6, 10, VALIDATION].map((count) => 4 * count * 32); // bytes of batches and of whole parts
    expect(sizes.filter((size) => images.includes(size))).toEqual([]);
  });

  it('sees a run diverge', async () => {
    const { result } = await train(engine, settings(1e30));
    expect(result.outcome).toBe('diverged');
    expect(result.batch).toBeLessThan(4);
  });
});
