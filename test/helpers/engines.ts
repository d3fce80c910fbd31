import { afterAll, describe, it } from 'vitest';
import type { Engine, EngineName } from '../../server/training/engine.ts';
import { openEngine } from '../../server/training/engines/open.ts';
import { relink } from '../../server/training/engines/tensorflow/link.ts';
import { listAdapters } from '../../server/training/engines/webgpu/adapters.ts';
import { loadDawn } from '../../server/training/engines/webgpu/dawn.ts';
import { hasGpu } from '../../server/training/engines/webgpu/has-gpu.ts';
import { networks, type NetworkName } from './networks.ts';
import { softwareGpu } from './software-gpu.ts';

/** An engine as the tests take it. */
export interface EngineUnderTest {
  name: EngineName;
  /** Why this machine cannot test it, and what to do; null where it can. */
  missing: string | null;
  /** What must be in the environment of every process that opens it. */
  environment: Record<string, string>;
  /** The networks that suites train on it: a GPU in software takes minutes for the others. */
  trains: readonly NetworkName[];
  /** The networks among these that it trains at full length. A slow engine only begins with the others. */
  atLength: readonly NetworkName[];
}

/** Whether native TensorFlow is installed here. Where only the link into node_modules is missing, it is made. */
export const hasTensorflow = relink();

/** Every engine. A suite that every engine has to pass starts from this list. */
export const engines: EngineUnderTest[] = [
  {
    name: 'tensorflow',
    missing: hasTensorflow
      ? null
      : 'native TensorFlow is not installed (node bin/cosweep.js engine install tensorflow)',
    environment: {},
    trains: networks,
    atLength: networks,
  },
  { name: 'wasm', missing: null, environment: {}, trains: networks, atLength: networks },
  {
    name: 'webgpu',
    missing: (await findsAdapter()) ? null : "there is no GPU, nor libvulkan1 and Chromium's SwiftShader in its place",
    environment: softwareGpu(),
    trains: hasGpu() ? networks : ['mlp', 'cnn-small', 'every layer'],
    atLength: hasGpu() ? networks : ['mlp'],
  },
];

/**
 * The engines that tests of whole programs train on: those that this machine has. With CI set it is all engines, so
 * that a missing one is a failure.
 */
export const enginesHere = engines.filter(({ missing }) => missing === null || process.env.CI);

/**
 * A suite that needs an engine. Where the machine does not have the engine, the suite is skipped loudly; with CI set,
 * that is a failure.
 */
export function describeWith(engine: EngineName, name: string, suite: () => void): void {
  const { missing, environment } = engines.find((each) => each.name === engine)!;
  if (missing === null) {
    Object.assign(process.env, environment);
    describe(name, suite);
    return;
  }
  if (process.env.CI) {
    it(`${name}: needs ${engine}`, () => {
      throw new Error(`${missing}, and with CI set nothing may be skipped`);
    });
    return;
  }
  console.warn(`\n!!! SKIPPED: ${name}: ${missing}\n`);
  describe.skip(name, suite);
}

export function describeWithTensorflow(name: string, suite: () => void): void {
  describeWith('tensorflow', name, suite);
}

export function describeWithWebgpu(name: string, suite: () => void): void {
  describeWith('webgpu', name, suite);
}

/** Whether Dawn finds a GPU, or a program that passes itself off as one. */
async function findsAdapter(): Promise<boolean> {
  try {
    return (await listAdapters(await loadDawn())).length > 0;
  } catch {
    return false;
  }
}

/**
 * One suite over every engine. `open` opens the engine and makes it the one that TensorFlow.js uses; call it in a hook
 * or a test, not while tests are collected.
 */
export function eachEngine(name: string, suite: (open: () => Promise<Engine>, engine: EngineUnderTest) => void): void {
  overAll(engines, name, suite);
}

/** The same without webgpu, for suites that train so much that a GPU in software would take minutes. */
export function eachCpuEngine(
  name: string,
  suite: (open: () => Promise<Engine>, engine: EngineUnderTest) => void,
): void {
  overAll(
    engines.filter((engine) => engine.name !== 'webgpu'),
    name,
    suite,
  );
}

function overAll(
  tested: EngineUnderTest[],
  name: string,
  suite: (open: () => Promise<Engine>, engine: EngineUnderTest) => void,
): void {
  for (const engine of tested) {
    describeWith(engine.name, `${name} on ${engine.name}`, () => {
      let opened: Promise<Engine> | undefined;
      afterAll(async () => (await opened)?.close());
      suite(() => (opened ??= openEngine(engine.name)), engine);
    });
  }
}
