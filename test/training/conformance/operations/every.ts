import { arrangements } from './arrangements.ts';
import { batchNorms } from './batch-norm.ts';
import { depthwiseConvolutions } from './depthwise.ts';
import { convolutions } from './convolution.ts';
import { elementwise } from './elementwise.ts';
import { matMuls } from './mat-mul.ts';
import type { Operation } from './operation.ts';
import { poolings } from './pooling.ts';
import { reductions } from './reductions.ts';

/** Everything that training asks of an engine. */
export const operations: Operation[] = [
  ...convolutions,
  ...depthwiseConvolutions,
  ...poolings,
  ...matMuls,
  ...batchNorms,
  ...elementwise,
  ...reductions,
  ...arrangements,
];
