import { sep } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { setThreadsCount, setWasmPaths, version_wasm } from '@tensorflow/tfjs-backend-wasm';
import type { Engine } from '../../engine.ts';
import '../../gradients.ts';
import { EngineUnavailable } from '../unavailable.ts';
import { binariesFolder } from './binaries.ts';
import { compile } from './compile.ts';
import { registerKernels } from './kernels.ts';

/**
 * TensorFlow.js on its WebAssembly backend: works wherever Node does, with nothing to install or download. One thread,
 * so that bits repeat; SIMD where the processor has it (the backend sees to that).
 */
export async function openWasm(): Promise<Engine> {
  const binaries = binariesFolder();
  setWasmPaths(binaries + sep);
  setThreadsCount(1);
  registerKernels();
  if (!(await withoutNewListeners(() => tf.setBackend('wasm')))) {
    throw new EngineUnavailable(
      'wasm',
      `its backend did not start from the .wasm files in ${binaries}`,
      'Install Cosweep again; a checkout: npm ci && npm run build',
    );
  }
  refuseToOverflow();
  const simd = await tf.env().getAsync('WASM_HAS_SIMD_SUPPORT');
  return {
    name: 'wasm',
    device: simd ? 'CPU, 1 thread, SIMD' : 'CPU, 1 thread',
    versions: { '@tensorflow/tfjs-core': tf.version_core, '@tensorflow/tfjs-backend-wasm': version_wasm },
    compile,
    // No device and no threads are held: the memory goes with the process.
    close: async () => {},
  };
}

interface Allocator {
  _malloc: ((bytes: number) => number) & { refuses?: true };
  _free(address: number): void;
}

/**
 * Where no memory is left, the allocator gives address 0. The backend would then overwrite what lies there: its own
 * tables, and weights.
 */
function refuseToOverflow(): void {
  const { wasm } = tf.backend() as unknown as { wasm: Allocator };
  wasm._free(wasm._malloc(1)); // its first call replaces `_malloc` with another function
  const allocate = wasm._malloc;
  if (allocate.refuses) return; // opened before
  const refusing = (bytes: number): number => {
    const address = allocate(bytes);
    if (address !== 0 || bytes === 0) return address;
    throw new Error(
      `Cannot compute on wasm: its memory is full (${(bytes / 2 ** 20).toFixed(0)} MiB more were asked for; ` +
        'WebAssembly has 4 GiB at most). ' +
        'Wanted: a smaller training.batchSize, smaller images or a smaller network; or another engine.',
    );
  };
  wasm._malloc = Object.assign(refusing, { refuses: true as const });
}

/**
 * Starts the backend, and takes away the listeners that it adds to `uncaughtException` and `unhandledRejection`. These
 * only throw again, so that every error of the program would end in the backend's stack, behind pages of its source.
 * Errors are the program's to handle.
 */
async function withoutNewListeners<T>(start: () => Promise<T>): Promise<T> {
  const events = ['uncaughtException', 'unhandledRejection'];
  const before = events.map((event) => process.listeners(event as 'uncaughtException'));
  const result = await start();
  events.forEach((event, i) => {
    const added = process.listeners(event as 'uncaughtException').filter((listener) => !before[i]!.includes(listener));
    for (const listener of added) process.removeListener(event, listener);
  });
  return result;
}
