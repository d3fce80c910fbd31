import * as tf from '@tensorflow/tfjs-core';
import type { DataId, Tensor } from '@tensorflow/tfjs-core';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import type { CompiledStep, Tensors } from '../../../engine.ts';
import { releaseConstants } from './constants.ts';
import type { Place, Recording } from './recording.ts';

/** A step that is run by repeating its kernel calls, without tensors, tape and scopes in between. */
export class ReplayedStep implements CompiledStep {
  readonly #backend: BackendWasm;
  readonly #recording: Recording;
  /** What lies in which slot while the step runs. */
  readonly #data: (DataId | null)[];

  constructor(backend: BackendWasm, recording: Recording) {
    this.#backend = backend;
    this.#recording = recording;
    this.#data = Array<DataId | null>(recording.slotCount).fill(null);
    for (const [slot, dataId] of recording.constants) this.#data[slot] = dataId;
  }

  run(state: Tensors, batch: Tensors, scalars: Record<string, number>): { state: Tensors; outputs: Tensors } {
    this.#take('state', this.#recording.state, state);
    this.#take('batch', this.#recording.batch, batch);
    const made = this.#makeScalars(scalars);
    this.#repeatCalls();
    const results = this.#results();
    for (const dataId of made) this.#backend.disposeData(dataId);
    return results;
  }

  dispose(): void {
    releaseConstants(this.#backend, this.#recording.constants);
  }

  /** The kernels themselves would take other shapes for those that they were recorded with. */
  #take(part: string, places: Record<string, Place>, tensors: Tensors): void {
    for (const [key, { slot, shape, dtype }] of Object.entries(places)) {
      const tensor = tensors[key];
      const fits = tensor && tensor.dtype === dtype && tensor.rank === shape.length && shape.every((size, axis) => tensor.shape[axis] === size);
      if (!fits) {
        const found = tensor ? `${tensor.dtype} [${tensor.shape}]` : 'nothing';
        throw new Error(`Cannot run the step: ${part}.${key} is ${found}. Wanted: ${dtype} [${shape}], which it was compiled with.`);
      }
      this.#data[slot] = tensor.dataId;
    }
  }

  #makeScalars(scalars: Record<string, number>): DataId[] {
    return Object.entries(this.#recording.scalars).map(([name, { slot }]) => {
      const value = scalars[name];
      if (value === undefined) throw new Error(`Cannot run the step: scalar "${name}", which it was compiled with, is missing.`);
      return (this.#data[slot] = this.#backend.write(Float32Array.of(value), [], 'float32'));
    });
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

  /** Every result is a tensor of its own: one whose values are an input's, a constant's or another result's shares them. */
  #results(): { state: Tensors; outputs: Tensors } {
    const taken = new Set([...this.#recording.constants.keys(), ...inputSlots(this.#recording)]);
    const tensors: { state: Tensors; outputs: Tensors } = { state: {}, outputs: {} };
    for (const { part, key, place: { slot, shape, dtype } } of this.#recording.results) {
      const dataId = this.#data[slot]!;
      if (taken.has(slot)) this.#backend.incRef(dataId);
      taken.add(slot);
      tensors[part][key] = tf.engine().makeTensorFromTensorInfo({ dataId, shape, dtype }, this.#backend) as Tensor;
    }
    return tensors;
  }
}

function inputSlots({ state, batch, scalars }: Recording): number[] {
  return [state, batch, scalars].flatMap((places) => Object.values(places)).map(({ slot }) => slot);
}
