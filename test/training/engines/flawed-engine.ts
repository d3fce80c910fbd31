import * as tf from '@tensorflow/tfjs-core';
import type { Engine } from '../../../server/training/engine.ts';
import { openEngine } from '../../../server/training/engines/open.ts';
import { selfCheck } from '../../../server/training/engines/self-check.ts';

/** What the self-check finds of an engine one of whose kernels is a little off, more so with every call. */
export default async function flawed(kernel: string): Promise<string | null> {
  const engine = await openEngine('wasm');
  const { kernelFunc, ...rest } = tf.getKernel(kernel, 'wasm');
  tf.unregisterKernel(kernel, 'wasm');
  let calls = 0;
  tf.registerKernel({
    ...rest,
    kernelFunc: (call) => {
      const out = kernelFunc(call) as tf.TensorInfo;
      const backend = call.backend as { typedArrayFromHeap(tensor: tf.TensorInfo): Float32Array };
      backend.typedArrayFromHeap(out)[0]! += 1e-2 * ++calls;
      return out;
    },
  });
  return (await selfCheck({ ...engine, compile: byOperation })).flaw;
}

/** Operation by operation, as an engine without replay would. */
const byOperation: Engine['compile'] = (step) => ({
  run: (state, batch, scalars) =>
    tf.tidy(() =>
      step(state, batch, Object.fromEntries(Object.entries(scalars).map(([name, value]) => [name, tf.scalar(value)]))),
    ),
  dispose() {},
});
