import { imageSweep } from '../sharing/definition.ts';
import type { Bench } from './part.ts';

/** Two arms and their control on three seeds, on MNIST's files. */
export function gpuSweep({ images, network, batches }: Pick<Bench, 'images' | 'network' | 'batches'>): object {
  return imageSweep({
    ...images,
    network,
    batches,
    name: 'gpu',
    evalEvery: Math.ceil(batches / 4),
    seeds: 3,
    beta: [0.2, 0.4],
    epsilon: [0.02],
    N: [0.5],
  });
}
