import * as tf from '@tensorflow/tfjs-core';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import type { Step, Tensors } from '../../../engine.ts';
import { releaseConstants } from './constants.ts';
import { Recorder } from './recorder.ts';
import type { Call, Place, Recording } from './recording.ts';

export interface Example {
  state: Tensors;
  batch: Tensors;
  scalars: Record<string, number>;
}

/**
 * Runs a step once on copies of the example and gives the kernel calls that it came down to.
 *
 * @returns null where they cannot be repeated: the step reads values on the host, which may lead it elsewhere next time
 */
export function record(backend: BackendWasm, step: Step, example: Example): Recording | null {
  const recorder = new Recorder(backend);
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

function declare(recorder: Recorder, tensors: Tensors): Record<string, Place> {
  return Object.fromEntries(
    Object.entries(tensors).map(([key, tensor]) => {
      recorder.input(tensor);
      return [key, recorder.place(tensor)];
    }),
  );
}

/** Without the calls that nothing comes of: gradients bring some that are not asked for. */
function needed(calls: Call[], results: number[]): Call[] {
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

/** Notes with each call which slots it is the last to touch, but for those that stay. */
function markDone(calls: Call[], staying: Set<number>): void {
  const touched = new Set(staying);
  for (const call of calls.toReversed()) {
    for (const slot of [...call.operands.map((operand) => operand.slot), ...call.results]) {
      if (touched.has(slot)) continue;
      touched.add(slot);
      call.done.push(slot);
    }
  }
}
