import type { Difference } from './verdict.ts';

/**
 * What makes two trainings of the same batches differ, the likeliest first.
 *
 * @param fork the batch of the fork
 */
export function likelyCauses({ comparison, batch, metric }: Difference, fork: number): string[] {
  if (comparison === 'repeated') return metric === null ? [...NOT_COMPARABLE, ...CHANCE] : CHANCE;
  if (comparison === 'trunk') return TOO_EARLY;
  if (metric === null) return [...NOT_COMPARABLE, ...LOST];
  if (comparison === 'continued') return LOST;
  // The loss of the batch at the fork is computed before the optimiser has done anything.
  if (!metric.startsWith('train/') || batch > fork) return [...LOST_OF_THE_STEP, ...LOST_OF_THE_LOSS];
  return [...LOST_OF_THE_LOSS, ...LOST_OF_THE_STEP];
}

const CHANCE = [
  'a generator that is not seeded by (seed, batch): random, numpy, torch, or those of loader workers',
  'the order in which a loader gives its samples',
  'torch.backends.cudnn.benchmark, which chooses among kernels by their time',
  'operations that add with atomics on a GPU (torch.use_deterministic_algorithms(True) names them)',
  'a metric that measures time or memory, and is none of the training',
];

const TOO_EARLY = [
  'beta, epsilon or N is used before batch N, in the loss or in a metric: beta counts as 0 there, and epsilon is not ' +
    'in force',
  'something depends on where the stage ends ("to" of the order), such as a schedule',
];

const LOST_OF_THE_LOSS = [
  'centers or other buffers of the loss or of the model (batch norm) that are not saved',
  'the order of the samples, or a loader that begins anew: take it from (seed, batch)',
  "a generator's state (dropout, augmentation): seed it by (seed, batch)",
];

const LOST_OF_THE_STEP = [
  "the optimiser's state (momentum, Adam's moments) that is not saved",
  'the schedule of the learning rate, which begins anew',
  "the gradient scaler's state that is not saved",
];

const LOST = [...LOST_OF_THE_STEP, ...LOST_OF_THE_LOSS];

const NOT_COMPARABLE = [
  'files of the checkpoint that hold a time or a path, or are written in another order: tell a "digest" of the state ' +
    'with {"saved": …}, by which it is compared then',
];
