import { conv, flatten, maxPool, relu, sequence } from './layer.ts';

/** conv 3×3×16, pool, conv 3×3×32, pool: a network for 28×28 images that trains in seconds. */
export const cnnSmall = sequence(conv('conv1', 16, 3), relu, maxPool, conv('conv2', 32, 3), relu, maxPool, flatten);
