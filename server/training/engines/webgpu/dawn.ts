import { pathToFileURL } from 'node:url';
import { join } from 'node:path';
import { packageFolder, packageVersion } from '../packages.ts';
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

const REMEDY = 'Run: cosweep engine install webgpu';

/** Loads the package, which is optional. Its global names become global: TensorFlow.js reads them. */
export async function loadDawn(): Promise<Dawn> {
  // Mesa's layer that puts a desktop's GPU first asks the Wayland server for it, and complains on stderr where there is
  // none. It is left on where it is to show one card only.
  if (!process.env.XDG_RUNTIME_DIR && !process.env.DRI_PRIME) process.env.NODEVICE_SELECT ??= '1';
  const folder = packageFolder(PACKAGE);
  if (folder === null) throw new EngineUnavailable('webgpu', `the package ${PACKAGE} is not installed`, REMEDY);
  let dawn: Dawn;
  try {
    dawn = (await import(/* @vite-ignore */ pathToFileURL(join(folder, 'index.js')).href)) as Dawn;
  } catch (error) {
    throw new EngineUnavailable(
      'webgpu',
      `Dawn does not load on ${process.platform}-${process.arch} (${(error as Error).message.split('\n')[0]})`,
      null,
    );
  }
  Object.assign(globalThis, dawn.globals);
  makeDawnPatient();
  return dawn;
}

export function dawnVersion(): string {
  return packageVersion(packageFolder(PACKAGE)!);
}
