import * as tf from '@tensorflow/tfjs-core';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import type { Example, Step, Tensors } from '../../../engine.ts';
import { releaseConstants } from './constants.ts';
import { KernelRecorder } from './kernel-recorder.ts';
import type { KernelRecording, RecordedCall, SlotTensor } from './kernel-recording.ts';

/**
 * Runs a step once on copies of the example and gives its kernel calls.
 *
 * @returns null where the calls cannot be repeated: the step reads values on the host, and may go another way next time
 */
export function record(backend: BackendWasm, step: Step, example: Example): KernelRecording | null {
  const recorder = new KernelRecorder(backend);
  const given = {
    state: copyTensors(example.state),
    batch: copyTensors(example.batch),
    scalars: Object.fromEntries(Object.entries(example.scalars).map(([name, value]) => [name, tf.scalar(value)])),
  };
  const [state, batch, scalars] = [
    declare(recorder, given.state),
    declare(recorder, given.batch),
    declare(recorder, given.scalars),
  ];
  const run = () => step(given.state, given.batch, given.scalars) as unknown as tf.TensorContainer;
  const result = recorder.watch(() => tf.tidy(run)) as unknown as ReturnType<Step>;
  const results = (['state', 'outputs'] as const).flatMap((part) =>
    Object.entries(result[part]).map(([key, tensor]) => ({ part, key, place: recorder.place(tensor) })),
  );
  tf.dispose([given.state, given.batch, given.scalars, result.state, result.outputs]);
  const { constants } = recorder;
  if (recorder.readsValues) {
    releaseConstants(backend, constants);
    return null;
  }
  const inputs = [state, batch, scalars].flatMap((places) => Object.values(places).map(({ slot }) => slot));
  const outputs = results.map(({ place }) => place.slot);
  const calls = needed(recorder.calls, outputs);
  markDone(calls, new Set([...inputs, ...constants.keys(), ...outputs]));
  return { state, batch, scalars, calls, constants, results, slotCount: recorder.slotCount };
}

/** Two inputs may share their values; a tensor's data id must say which input it is. */
function copyTensors(tensors: Tensors): Tensors {
  return Object.fromEntries(
    Object.entries(tensors).map(([key, tensor]) => [key, tf.tensor(tensor.dataSync(), tensor.shape, tensor.dtype)]),
  );
}

function declare(recorder: KernelRecorder, tensors: Tensors): Record<string, SlotTensor> {
  return Object.fromEntries(
    Object.entries(tensors).map(([key, tensor]) => {
      recorder.input(tensor);
      return [key, recorder.place(tensor)];
    }),
  );
}

/** The calls that a result depends on. Gradients bring other calls too, whose results nobody asks for. */
function needed(calls: RecordedCall[], results: number[]): RecordedCall[] {
  const read = new Set(results);
  return calls
    .toReversed()
    .filter((call) => {
      const isRead = call.results.some((slot) => read.has(slot));
      if (isRead) for (const { slot } of call.operands) read.add(slot);
      return isRead;
    })
    .reverse();
}

/** Notes with each call the slots that it is the last to touch, except the slots that stay. */
function markDone(calls: RecordedCall[], staying: Set<number>): void {
  const touched = new Set(staying);
  for (const call of calls.toReversed()) {
    for (const slot of [...call.operands.map((operand) => operand.slot), ...call.results]) {
      if (touched.has(slot)) continue;
      touched.add(slot);
      call.done.push(slot);
    }
  }
}
