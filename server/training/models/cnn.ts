import { batchNorm, conv, dense, flatten, maxPool, relu, sequence, type LayerOf } from './layer.ts';

function normalizedConv(name: string, filters: number): LayerOf {
  return sequence(conv(`${name}/conv`, filters, 3, 1, false), batchNorm(`${name}/norm`), relu);
}

/** Two pairs of 3×3 convolutions (32 and 64 filters) with batch norm, each pair followed by a pool; then 128 units. */
export const cnn = sequence(
  normalizedConv('block1a', 32),
  normalizedConv('block1b', 32),
  maxPool,
  normalizedConv('block2a', 64),
  normalizedConv('block2b', 64),
  maxPool,
  flatten,
  dense('dense', 128, 'relu'),
  relu,
);
