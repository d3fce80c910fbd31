import { Stream } from '../../../server/sweep/random.ts';
import type { OwnTraining } from '../../../server/sweep/settings.ts';
import type { Checkpoint } from '../../../server/training/checkpoint.ts';
import type { Dataset, Part } from '../../../server/training/dataset.ts';
import type { Engine } from '../../../server/training/engine.ts';
import { fit } from '../../../server/training/fit.ts';
import type { FitResult } from '../../../server/training/fit-task.ts';
import type { RunSettings } from '../../../server/training/network.ts';
import { StepCache } from '../../../server/training/step-cache.ts';

export const BATCHES = 8;
/** Evaluated in batches of which the last is not full. */
export const VALIDATION = 301;

/** Noise in two channels that are normalised differently. */
export function noise(): Dataset {
  const stream = new Stream(1, 'images');
  const part = (count: number): Part => ({
    count,
    labels: Int32Array.from({ length: count }, (_, i) => i % 3),
    pixels: Uint8Array.from({ length: count * 32 }, () => stream.below(256)),
  });
  return {
    name: 'noise',
    shape: [4, 4, 2],
    classes: ['a', 'b', 'c'],
    train: part(10),
    validation: part(VALIDATION),
    test: part(6),
    mean: Float32Array.of(80, 120.3),
    std: Float32Array.of(50, 71.7),
    fingerprint: 'noise',
  };
}

export function settings(learningRate = 0.01): RunSettings {
  return {
    alpha: 0.5,
    beta: 0.2,
    gamma: 1,
    epsilon: 0.02,
    N: 2,
    loss: {
      s: 30,
      m: 0.35,
      truncation: 'batch',
      distance: 'cosine',
      centerUpdate: 'cumulative',
      centerRate: 0.1,
      centerSpace: 'unit',
      centerOrder: 'updateThenLoss',
      crossEntropyHead: 'linear',
    },
    training: {
      dataset: { augment: { shift: 0, flip: false, crop: 0, cutout: 0 } } as OwnTraining['dataset'],
      model: { name: 'cnn-small', embedding: 4, dropout: 0 },
      optimizer: {
        name: 'momentum',
        learningRate,
        momentum: 0.9,
        nesterov: false,
        beta1: 0.9,
        beta2: 0.999,
        epsilon: 1e-8,
        weightDecay: 0,
        schedule: 'constant',
        warmup: 0,
        steps: [],
        decay: 0.1,
        clipNorm: null,
      },
      batchSize: 4,
      batches: BATCHES,
      evalEvery: 4,
    } as OwnTraining,
  };
}

/** Trains a small network on noise. @returns its points as lines, and its last checkpoint */
export async function train(
  engine: Engine,
  run: RunSettings,
  start: Checkpoint | null = null,
  to = BATCHES,
): Promise<{ result: FitResult; points: string[]; last: Checkpoint | null }> {
  const points: string[] = [];
  let last: Checkpoint | null = null;
  const steps = new StepCache(engine);
  const result = await fit(
    { settings: run, epsilons: [run.epsilon], seed: 5, start, from: start?.batch ?? 0, to },
    noise(),
    steps,
    {
      onSegment: (segment) => {
        for (const { metric, batches, values } of segment.points)
          batches.forEach((batch, i) => points.push(`${metric} ${batch} ${values[i]}`));
        last = segment.checkpoint;
      },
      onProgress: () => {},
      shouldStop: () => false,
    },
  );
  steps.dispose();
  return { result, points: points.sort(), last };
}
