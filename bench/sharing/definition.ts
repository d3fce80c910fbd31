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

interface ImageSweep extends Scale, Images {
  name: string;
  network: string;
  validation: number;
  evalEvery: number;
  beta: number[];
  epsilon: number[];
  /** As shares of a run. */
  N: number[];
}

/** A sweep of these β × ε × N and the control, trained as all benches train. */
export function imageSweep(sweep: ImageSweep): object {
  const { name, images, labels, network, validation, batches, evalEvery, seeds, beta, epsilon, N } = sweep;
  return {
    name,
    metric: { name: 'val/accuracy', goal: 'maximize' },
    ...gridOf({ beta, epsilon, N }),
    seeds,
    training: {
      dataset: { name: 'idx', images, labels, validation },
      model: { name: network, embedding: EMBEDDING },
      optimizer: { name: 'momentum', learningRate: LEARNING_RATE, schedule: 'cosine', warmup: WARMUP },
      batchSize: BATCH_SIZE,
      batches,
      evalEvery,
    },
  };
}

/** Every combination, and the control. */
function gridOf({ beta, epsilon, N }: Pick<ImageSweep, 'beta' | 'epsilon' | 'N'>): object {
  return {
    method: 'grid',
    parameters: {
      gamma: { value: 1 },
      alpha: { value: 0.5 },
      beta: { values: beta },
      epsilon: { values: epsilon },
      N: { values: N, unit: 'fraction' },
    },
    constraints: ['gamma > alpha > beta'],
    ablations: ['noIntra'],
  };
}

const REFERENCE = { beta: [0.05, 0.1, 0.2], epsilon: [0.02, 0.15, 0.3], N: [0.25, 0.5, 0.75] };

/** The parameters of the reference sweep, for whoever trains them. */
export function referenceGrid(): object {
  return gridOf(REFERENCE);
}

/** 28 arms: three β × three ε × three N, and the control. */
export function referenceSweep(images: Images, scale: Scale): object {
  return imageSweep({
    ...images,
    ...scale,
    name: 'reference-ablation',
    network: 'cnn-small',
    validation: VALIDATION,
    evalEvery: scale.batches / EVALUATIONS,
    ...REFERENCE,
  });
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
