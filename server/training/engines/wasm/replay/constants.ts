import * as tf from '@tensorflow/tfjs-core';
import type { DataId } from '@tensorflow/tfjs-core';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';

/** Lets go of values that a recording held. TensorFlow.js counts a value until its last holder says that it is gone. */
export function releaseConstants(backend: BackendWasm, constants: Map<number, DataId>): void {
  for (const dataId of constants.values()) {
    if (backend.disposeData(dataId)) tf.engine().removeDataId(dataId, backend);
  }
}
