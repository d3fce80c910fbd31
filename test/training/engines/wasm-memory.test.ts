import * as tf from '@tensorflow/tfjs-core';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { expect, it } from 'vitest';
import { openWasm } from '../../../server/training/engines/wasm/open-wasm.ts';

const GIBIBYTE = 2 ** 28; // floats

it('wasm refuses what does not fit into its memory, and goes on with what does', async () => {
  await openWasm();
  await openWasm(); // whoever opens it again finds it as it is
  const backend = tf.backend() as BackendWasm;
  const kept = tf.tensor1d([1, 2, 3]);
  const large: tf.TensorInfo[] = [];
  // Memory that nobody touches costs nothing.
  const fill = () => {
    for (let i = 0; i < 4; i++) large.push(backend.makeOutput([GIBIBYTE], 'float32'));
  };
  expect(fill).toThrow(
    'Cannot compute on wasm: its memory is full (1024 MiB more were asked for; WebAssembly has 4 GiB at most). ' +
      'Wanted: a smaller training.batchSize',
  );
  for (const { dataId } of large) backend.disposeData(dataId);
  expect([...tf.add(kept, 1).dataSync()]).toEqual([2, 3, 4]);
});
