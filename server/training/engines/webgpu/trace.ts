import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Example, Step, Tensors } from '../../engine.ts';
import { bytesOf, tensorOn, type WebgpuBackend } from './backend.ts';
import { DispatchRecorder, type Dispatch, type RecordedBuffer } from './dispatch-recorder.ts';

/** A step as the dispatches that the GPU has to run. */
export interface DispatchRecording {
  state: RecordedTensor[];
  batch: RecordedTensor[];
  scalars: { name: string; buffer: RecordedBuffer }[];
  dispatches: Dispatch[];
  outputs: (RecordedTensor & { part: 'state' | 'outputs' })[];
}

export interface RecordedTensor {
  key: string;
  shape: number[];
  dtype: tf.DataType;
  buffer: RecordedBuffer;
}

/** Runs a step once on tensors without values, shaped like the example's. */
export function trace(backend: WebgpuBackend, step: Step, example: Example): DispatchRecording {
  const recorder = new DispatchRecorder(backend);
  return recorder.record(() => {
    const given: Tensor[] = [];
    const give = (shape: number[], dtype: tf.DataType): Tensor => {
      const tensor = tensorOn(backend, shape, dtype, recorder.createInput(bytesOf(shape)), false);
      given.push(tensor);
      return tensor;
    };
    const like = (tensors: Tensors): Tensors =>
      Object.fromEntries(Object.entries(tensors).map(([key, { shape, dtype }]) => [key, give(shape, dtype)]));
    const [state, batch] = [like(example.state), like(example.batch)];
    const scalars = Object.fromEntries(Object.keys(example.scalars).map((name) => [name, give([], 'float32')]));
    let result: ReturnType<Step> | undefined;
    try {
      result = tf.tidy(
        () => step(state, batch, scalars) as unknown as tf.TensorContainer,
      ) as unknown as ReturnType<Step>;
      return {
        state: describe(backend, state),
        batch: describe(backend, batch),
        scalars: describe(backend, scalars).map(({ key, buffer }) => ({ name: key, buffer })),
        outputs: (['state', 'outputs'] as const).flatMap((part) =>
          describe(backend, result![part]).map((tensor) => ({ ...tensor, part })),
        ),
        dispatches: recorder.dispatches,
      };
    } finally {
      tf.dispose([given, result?.state ?? {}, result?.outputs ?? {}]);
    }
  });
}

function describe(backend: WebgpuBackend, tensors: Tensors): RecordedTensor[] {
  return Object.entries(tensors).map(([key, { dataId, shape, dtype }]) => {
    backend.uploadToGPU(dataId); // a number that JavaScript computed may never have been used by a shader
    return { key, shape, dtype, buffer: backend.tensorMap.get(dataId).resource as unknown as RecordedBuffer };
  });
}
