import * as tf from '@tensorflow/tfjs-core';
import type { DataId, Tensor } from '@tensorflow/tfjs-core';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import type { CompiledStep, Tensors } from '../../../engine.ts';
import { takeScalars, takeTensors } from '../../take-arguments.ts';
import { releaseConstants } from './constants.ts';
import type { KernelRecording, SlotTensor } from './kernel-recording.ts';

/** A step that is run by repeating its kernel calls, without tensors, tape and scopes in between. */
export class ReplayedStep implements CompiledStep {
  readonly #backend: BackendWasm;
  readonly #recording: KernelRecording;
  /** The values in each slot while the step runs. */
  readonly #data: (DataId | null)[];

  constructor(backend: BackendWasm, recording: KernelRecording) {
    this.#backend = backend;
    this.#recording = recording;
    this.#data = Array<DataId | null>(recording.slotCount).fill(null);
    for (const [slot, dataId] of recording.constants) this.#data[slot] = dataId;
  }

  run(state: Tensors, batch: Tensors, scalars: Record<string, number>): { state: Tensors; outputs: Tensors } {
    this.#place('state', this.#recording.state, state);
    this.#place('batch', this.#recording.batch, batch);
    const made = this.#makeScalars(scalars);
    this.#repeatCalls();
    const results = this.#results();
    for (const dataId of made) this.#backend.disposeData(dataId);
    return results;
  }

  dispose(): void {
    releaseConstants(this.#backend, this.#recording.constants);
  }

  #place(part: string, places: Record<string, SlotTensor>, tensors: Tensors): void {
    const expected = Object.entries(places).map(([key, place]) => ({ key, ...place }));
    takeTensors(part, expected, tensors).forEach(({ dataId }, i) => (this.#data[expected[i]!.slot] = dataId));
  }

  #makeScalars(scalars: Record<string, number>): DataId[] {
    const places = Object.values(this.#recording.scalars);
    const values = takeScalars(Object.keys(this.#recording.scalars), scalars);
    return values.map(
      (value, i) => (this.#data[places[i]!.slot] = this.#backend.write(Float32Array.of(value), [], 'float32')),
    );
  }

  #repeatCalls(): void {
    const [backend, data] = [this.#backend, this.#data];
    for (const { kernel, inputs, operands, attributes, results, done } of this.#recording.calls) {
      for (const { tensor, slot } of operands) tensor.dataId = data[slot]!;
      const made = kernel({ inputs: inputs as never, backend, attrs: attributes as never });
      if (Array.isArray(made)) results.forEach((slot, i) => (data[slot] = made[i]!.dataId));
      else data[results[0]!] = made.dataId;
      for (const slot of done) backend.disposeData(data[slot]!);
    }
  }

  /**
   * Every result is a tensor of its own. A result that has the values of an input, of a constant or of another result
   * shares them.
   */
  #results(): { state: Tensors; outputs: Tensors } {
    const taken = new Set([...this.#recording.constants.keys(), ...inputSlots(this.#recording)]);
    const tensors: { state: Tensors; outputs: Tensors } = { state: {}, outputs: {} };
    for (const {
      part,
      key,
      place: { slot, shape, dtype },
    } of this.#recording.results) {
      const dataId = this.#data[slot]!;
      if (taken.has(slot)) this.#backend.incRef(dataId);
      taken.add(slot);
      tensors[part][key] = tf.engine().makeTensorFromTensorInfo({ dataId, shape, dtype }, this.#backend) as Tensor;
    }
    return tensors;
  }
}

function inputSlots({ state, batch, scalars }: KernelRecording): number[] {
  return [state, batch, scalars].flatMap((places) => Object.values(places)).map(({ slot }) => slot);
}
