import { describe, it } from 'vitest';
import type { Engine, EngineName } from '../../server/training/engine.ts';
import { openEngine } from '../../server/training/engines/open.ts';
import { relink } from '../../server/training/engines/tensorflow/link.ts';

/** Whether native TensorFlow is installed here; links it into node_modules where only that is missing. */
export const hasTensorflow = relink();

/**
 * A suite that needs native TensorFlow. Where it is not installed the suite is skipped loudly; with CI set, that is a failure.
 */
export function describeWithTensorflow(name: string, suite: () => void): void {
  if (hasTensorflow) {
    describe(name, suite);
    return;
  }
  const why = 'native TensorFlow is not installed (node bin/cosweep.js engine install tensorflow)';
  if (process.env.CI) {
    it(`${name}: needs native TensorFlow`, () => {
      throw new Error(`${why}, and with CI set nothing may be skipped`);
    });
    return;
  }
  console.warn(`\n!!! SKIPPED: ${name}: ${why}\n`);
  describe.skip(name, suite);
}

/**
 * One suite over every engine. `open` opens the engine and makes it the one that TensorFlow.js uses; call it in a hook or a
 * test, not while tests are collected.
 */
export function eachEngine(name: string, suite: (open: () => Promise<Engine>, engine: EngineName) => void): void {
  const on = (engine: EngineName) => (): void => suite(() => openEngine(engine), engine);
  describeWithTensorflow(`${name} on tensorflow`, on('tensorflow'));
  describe(`${name} on wasm`, on('wasm'));
}
