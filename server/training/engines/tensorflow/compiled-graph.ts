import type { CompiledStep, Tensors } from '../../engine.ts';
import { takeScalars, takeTensors } from '../take-arguments.ts';
import type { NativeBackend } from './binding.ts';
import { SCALARS, type Signature } from './trace.ts';

/** A step that TensorFlow runs as one graph. */
export class CompiledGraph implements CompiledStep {
  readonly #backend: NativeBackend;
  readonly #graph: number;
  readonly #signature: Signature;
  readonly #inputNames: string;
  readonly #outputNames: string;
  readonly #scalars: Float32Array;

  constructor(backend: NativeBackend, graph: number, signature: Signature) {
    this.#backend = backend;
    this.#graph = graph;
    this.#signature = signature;
    const { state, batch, scalars, outputs } = signature;
    const inputs = [...state, ...batch].map(({ input }) => input);
    this.#inputNames = [...inputs, ...(scalars.length > 0 ? [`${SCALARS}:0`] : [])].join(',');
    this.#outputNames = outputs.map(({ output }) => output).join(',');
    this.#scalars = new Float32Array(scalars.length);
  }

  run(state: Tensors, batch: Tensors, scalars: Record<string, number>): { state: Tensors; outputs: Tensors } {
    const { binding } = this.#backend;
    const tensors = [
      ...takeTensors('state', this.#signature.state, state),
      ...takeTensors('batch', this.#signature.batch, batch),
    ];
    const ids = this.#backend.getInputTensorIds(tensors);
    const vector = this.#createScalars(scalars);
    try {
      const made = binding.runSavedModel(
        this.#graph,
        vector === null ? ids : [...ids, vector],
        this.#inputNames,
        this.#outputNames,
      );
      const result: { state: Tensors; outputs: Tensors } = { state: {}, outputs: {} };
      this.#signature.outputs.forEach(
        ({ part, key }, index) => (result[part][key] = this.#backend.createOutputTensor(made[index]!)),
      );
      return result;
    } finally {
      if (vector !== null) binding.deleteTensor(vector);
    }
  }

  dispose(): void {
    this.#backend.binding.deleteSavedModel(this.#graph);
  }

  /** All scalars go in as one vector: making a tensor costs about as much as a small operation. */
  #createScalars(scalars: Record<string, number>): number | null {
    const names = this.#signature.scalars;
    if (names.length === 0) return null;
    this.#scalars.set(takeScalars(names, scalars));
    return this.#backend.binding.createTensor([names.length], this.#backend.binding.TF_FLOAT, this.#scalars);
  }
}
