import * as tf from '@tensorflow/tfjs-core';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { addonPath } from './addon.ts';
import type { NativeBackend, Binding } from './binding.ts';
import { HANDED_OVER, TFJS_NODE } from './package.ts';

/**
 * How many backends would have to be better for TensorFlow.js to take another one by itself; tfjs-node's own number.
 */
const PRIORITY = 3;

/**
 * Loads tfjs-node's kernels, its backend and its addon, and registers them with the TensorFlow.js of this program. The
 * rest of the package (callbacks, files, images) is not used.
 */
export function loadPackage(folder: string): void {
  const load = createRequire(join(folder, 'package.json'));
  const { NodeJSKernelBackend } = handingOver(load, () => {
    load('./dist/register_all_kernels.js');
    return load('./dist/nodejs_kernel_backend.js') as {
      NodeJSKernelBackend: new (binding: Binding, packageName: string) => NativeBackend;
    };
  });
  const binding = load(addonPath(folder)) as Binding;
  tf.registerBackend('tensorflow', () => new NodeJSKernelBackend(binding, TFJS_NODE) as never, PRIORITY);
}

/**
 * While tfjs-node is loaded, its `require` of TensorFlow.js gives the one instance that everything here computes with:
 * kernels that were registered with another one would not be found, and loading a second one takes time and memory.
 */
function handingOver<T>(load: NodeJS.Require, work: () => T): T {
  const files = HANDED_OVER.map((name) => load.resolve(name));
  const before = files.map((file) => load.cache[file]);
  const exports = { ...tf, KernelBackend: callable(tf.KernelBackend) };
  for (const file of files) load.cache[file] = { id: file, filename: file, loaded: true, exports } as NodeJS.Module;
  try {
    return work();
  } finally {
    files.forEach((file, i) => {
      if (before[i]) load.cache[file] = before[i];
      else delete load.cache[file];
    });
  }
}

/**
 * tfjs-node was compiled to functions in place of classes: what it derives a class from must be callable without `new`.
 */
function callable(base: abstract new () => object): Function {
  function derive(this: object): object {
    return Reflect.construct(base, [], this.constructor) as object;
  }
  derive.prototype = base.prototype as object;
  return derive;
}
