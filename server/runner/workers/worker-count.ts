import { availableParallelism } from 'node:os';
import type { EngineName } from '../../training/engine.ts';
import { usesGpu } from '../../training/engines/uses-gpu.ts';

/**
 * How many processes train: one per core, each with one thread; on a GPU one, since it is one device that they would
 * share.
 */
export function workerCount(wanted: number | 'auto', engine: EngineName): number {
  if (wanted !== 'auto') return wanted;
  return usesGpu(engine) ? 1 : availableParallelism();
}
