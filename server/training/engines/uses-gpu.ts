import type { EngineName } from '../engine.ts';
import { usesCuda } from './tensorflow/uses-cuda.ts';

/** Whether an engine computes on a GPU here, as far as can be told without opening it: processes would share it. */
export function usesGpu(engine: EngineName): boolean {
  return engine === 'webgpu' || (engine === 'tensorflow' && usesCuda());
}
