import { BATCH_SIZE, EMBEDDING, LEARNING_RATE, WARMUP } from '../sharing/definition.ts';
import type { Bench } from './part.ts';

/** Two arms and their control on three seeds, on MNIST's files. */
export function gpuSweep({ images, network, batches }: Pick<Bench, 'images' | 'network' | 'batches'>): object {
  return {
    name: 'gpu',
    method: 'grid',
    metric: { name: 'val/accuracy', goal: 'maximize' },
    parameters: {
      gamma: { value: 1 },
      alpha: { value: 0.5 },
      beta: { values: [0.2, 0.4] },
      epsilon: { value: 0.02 },
      N: { value: 0.5, unit: 'fraction' },
    },
    ablations: ['noIntra'],
    seeds: 3,
    training: {
      dataset: { name: 'idx', ...images },
      model: { name: network, embedding: EMBEDDING },
      optimizer: { name: 'momentum', learningRate: LEARNING_RATE, schedule: 'cosine', warmup: WARMUP },
      batchSize: BATCH_SIZE,
      batches,
      evalEvery: Math.ceil(batches / 4),
    },
  };
}
