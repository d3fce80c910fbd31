import type { Engine, EngineName } from '../engine.ts';

/** The files of an engine are loaded only when it is opened. */
const openers: Record<EngineName, (device: string | null) => Promise<Engine>> = {
  tensorflow: async () => (await import('./tensorflow/open.ts')).openTensorflow(),
  webgpu: async (device) => (await import('./webgpu/open-webgpu.ts')).openWebgpu(device),
  wasm: async () => (await import('./wasm/open-wasm.ts')).openWasm(),
};

/** Every engine that there is. */
export const engineNames = Object.keys(openers) as EngineName[];

/**
 * Opens an engine in this process, once per process; it becomes the backend that TensorFlow.js uses.
 *
 * @param device of the engine, as the user names it
 */
export function openEngine(name: EngineName, device: string | null = null): Promise<Engine> {
  return openers[name](device);
}
