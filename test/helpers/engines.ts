import { describe, it } from 'vitest';
import type { Engine, EngineName } from '../../server/training/engine.ts';
import { openEngine } from '../../server/training/engines/open.ts';
import { relink } from '../../server/training/engines/tensorflow/link.ts';
import { listAdapters } from '../../server/training/engines/webgpu/adapters.ts';
import { loadDawn } from '../../server/training/engines/webgpu/dawn.ts';

/** Whether native TensorFlow is installed here; links it into node_modules where only that is missing. */
export const hasTensorflow = relink();

/** Whether Dawn finds a GPU here, or a program that passes itself off as one. */
export const hasWebgpu = await findsAdapter();

/**
 * A suite that needs native TensorFlow. Where it is not installed the suite is skipped loudly; with CI set, that is a failure.
 */
export function describeWithTensorflow(name: string, suite: () => void): void {
  describeWhere(hasTensorflow, 'native TensorFlow is not installed (node bin/cosweep.js engine install tensorflow)', name, suite);
}

/** A suite that needs a GPU, be it SwiftShader's; otherwise as with TensorFlow. */
export function describeWithWebgpu(name: string, suite: () => void): void {
  describeWhere(hasWebgpu, 'there is no GPU, nor libvulkan1 and Chromium\'s SwiftShader in its place', name, suite);
}

function describeWhere(there: boolean, why: string, name: string, suite: () => void): void {
  if (there) {
    describe(name, suite);
    return;
  }
  if (process.env.CI) {
    it(`${name}: needs its engine`, () => {
      throw new Error(`${why}, and with CI set nothing may be skipped`);
    });
    return;
  }
  console.warn(`\n!!! SKIPPED: ${name}: ${why}\n`);
  describe.skip(name, suite);
}

async function findsAdapter(): Promise<boolean> {
  try {
    return (await listAdapters(await loadDawn())).length > 0;
  } catch {
    return false;
  }
}

/**
 * One suite over every engine. `open` opens the engine and makes it the one that TensorFlow.js uses; call it in a hook or a
 * test, not while tests are collected.
 */
export function eachEngine(name: string, suite: (open: () => Promise<Engine>, engine: EngineName) => void): void {
  eachCpuEngine(name, suite);
  describeWithWebgpu(`${name} on webgpu`, () => suite(() => openEngine('webgpu'), 'webgpu'));
}

/** The same without webgpu, for suites that train so much that SwiftShader would take minutes. */
export function eachCpuEngine(name: string, suite: (open: () => Promise<Engine>, engine: EngineName) => void): void {
  const on = (engine: EngineName) => (): void => suite(() => openEngine(engine), engine);
  describeWithTensorflow(`${name} on tensorflow`, on('tensorflow'));
  describe(`${name} on wasm`, on('wasm'));
}
