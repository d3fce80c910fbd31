import { usesCuda } from './tensorflow/uses-cuda.ts';

/**
 * Whether an engine computes on a GPU here, as far as can be told without opening it. Several processes would share the
 * GPU.
 */
export function usesGpu(engine: string): boolean {
  return engine === 'webgpu' || (engine === 'tensorflow' && usesCuda());
}
