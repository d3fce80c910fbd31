import type { Engine, EngineName } from '../engine.ts';
import type { OpenedCard } from './cards/card.ts';

/** The files of an engine are loaded only when it is opened. */
const openers: Record<EngineName, (card: OpenedCard | null) => Promise<Engine>> = {
  tensorflow: async (card) => (await import('./tensorflow/open.ts')).openTensorflow(card),
  webgpu: async (card) => (await import('./webgpu/open-webgpu.ts')).openWebgpu(card),
  wasm: async () => (await import('./wasm/open-wasm.ts')).openWasm(),
};

/** Every engine that there is. */
export const engineNames = Object.keys(openers) as EngineName[];

/**
 * Opens an engine in this process, once per process; it becomes the backend that TensorFlow.js uses.
 *
 * @param card whose environment this process has; null leaves the choice to the engine
 */
export function openEngine(name: EngineName, card: OpenedCard | null = null): Promise<Engine> {
  return openers[name](card);
}
