import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** What the bench may be cut down to. */
export interface Scale {
  batches: number;
  seeds: number;
}

export interface Images {
  images: string;
  labels: string;
}

/** 28 arms: three β × three ε × three N, and the control. */
export function referenceSweep({ images, labels }: Images, { batches, seeds }: Scale): object {
  return {
    name: 'reference-ablation',
    method: 'grid',
    metric: { name: 'val/accuracy', goal: 'maximize' },
    parameters: {
      gamma: { value: 1 },
      alpha: { value: 0.5 },
      beta: { values: [0.05, 0.1, 0.2] },
      epsilon: { values: [0.02, 0.15, 0.3] },
      N: { values: [0.25, 0.5, 0.75], unit: 'fraction' },
    },
    constraints: ['gamma > alpha > beta'],
    ablations: ['noIntra'],
    seeds,
    training: {
      dataset: { name: 'idx', images, labels, validation: VALIDATION },
      model: { name: 'cnn-small', embedding: EMBEDDING },
      optimizer: { name: 'momentum', learningRate: LEARNING_RATE, schedule: 'cosine', warmup: WARMUP },
      batchSize: BATCH_SIZE,
      batches,
      evalEvery: batches / EVALUATIONS,
    },
  };
}

export const VALIDATION = 2000;
export const EMBEDDING = 64;
export const LEARNING_RATE = 0.01;
export const WARMUP = 20;
export const BATCH_SIZE = 64;

/** Evaluations of a run; the one before its first batch comes on top. */
export const EVALUATIONS = 4;

/**
 * The IDX files of MNIST's test part, 10,000 images: in `data` itself or in its folder `mnist-t10k`.
 *
 * @param data a folder; without it COSWEEP_DATA
 * @returns null where they are not there
 */
export function findImages(data: string | undefined): Images | null {
  const named = data ?? process.env['COSWEEP_DATA'];
  if (named === undefined) return null;
  const root = resolve(named);
  for (const folder of [root, join(root, 'mnist-t10k')]) {
    for (const end of ['.gz', '']) {
      const [images, labels] = ['t10k-images-idx3-ubyte', 't10k-labels-idx1-ubyte'].map((name) =>
        join(folder, name + end),
      ) as [string, string];
      if (existsSync(images) && existsSync(labels)) return { images, labels };
    }
  }
  return null;
}
