import { createRequire } from 'node:module';
import { EngineUnavailable } from '../unavailable.ts';
import { makeDawnPatient } from './patience.ts';

/** WebGPU for Node, the npm package `webgpu`: Google's Dawn, as it is in Chrome. */
export interface Dawn {
  /** @param options `key=value`: which of Dawn's backends and adapters, and switches of its own */
  create(options: string[]): GPU;
  /** What a browser has as global names (`GPUBuffer`, `GPUMapMode`, …). */
  globals: object;
}

const PACKAGE = 'webgpu';

/** Loads the optional package. Its global names become global: TensorFlow.js reads them. */
export async function loadDawn(): Promise<Dawn> {
  // Mesa's layer that puts a desktop's GPU first asks the Wayland server for it, and complains on stderr where there is
  // none.
  if (!process.env.XDG_RUNTIME_DIR) process.env.NODEVICE_SELECT ??= '1';
  let dawn: Dawn;
  try {
    dawn = (await import(PACKAGE)) as Dawn;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ERR_MODULE_NOT_FOUND')
      throw new EngineUnavailable(
        'webgpu',
        `node_modules has no ${PACKAGE}`,
        'Install the packages again, the optional ones too: npm ci',
      );
    throw new EngineUnavailable(
      'webgpu',
      `Dawn does not load on ${process.platform}-${process.arch} (${message.split('\n')[0]})`,
      null,
    );
  }
  Object.assign(globalThis, dawn.globals);
  makeDawnPatient();
  return dawn;
}

export function dawnVersion(): string {
  return (createRequire(import.meta.url)(`${PACKAGE}/package.json`) as { version: string }).version;
}
