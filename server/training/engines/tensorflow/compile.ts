import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CompiledStep, Step, Tensors } from '../../engine.ts';
import type { Backend } from './binding.ts';
import { Recorder } from './recorder.ts';
import { encodeSavedModel, TAG } from './saved-model.ts';

export interface Example {
  state: Tensors;
  batch: Tensors;
  scalars: Record<string, number>;
}

/**
 * Traces a step once and makes a TensorFlow graph of it. TensorFlow.js dispatches each small operation by itself; the same
 * operations as one graph are scheduled by TensorFlow, which takes a third to a quarter of the time.
 */
export function compile(backend: Backend, step: Step, example: Example): CompiledStep {
  const first = trace(backend, step, example);
  const model = encodeSavedModel(first.nodes);
  // What the addon does not see (a random number drawn in JavaScript, the time) is a constant to it; a second look differs.
  if (!equalBytes(model, encodeSavedModel(trace(backend, step, example).nodes))) {
    throw new Error('Cannot compile the step: run twice on the same arguments, it did two different things. Wanted: a pure function.');
  }
  return new CompiledGraph(backend, loadModel(backend, model), first);
}

/** A step as a graph, with the names by which it is fed and read. */
interface Trace {
  nodes: Recorder['nodes'];
  state: InputSpec[];
  batch: InputSpec[];
  scalarNames: string[];
  outputs: OutputSpec[];
}

interface InputSpec {
  key: string;
  shape: number[];
  dtype: string;
  node: string;
}

interface OutputSpec {
  part: 'state' | 'outputs';
  key: string;
  /** `node:index` */
  output: string;
}

const SCALARS = 'scalars';

function trace(backend: Backend, step: Step, example: Example): Trace {
  const binding = backend.binding;
  const recorder = new Recorder(binding);
  const copies: Tensor[] = [];
  const declare = (prefix: string, tensors: Tensors): { specs: InputSpec[]; inputs: Tensors } => {
    const inputs: Tensors = {};
    const specs = Object.entries(tensors).map(([key, tensor], index) => {
      // A copy, because two inputs may share their values, and a tensor's number must say which input it is.
      const copy = tf.tensor(tensor.dataSync(), tensor.shape, tensor.dtype);
      copies.push(copy);
      inputs[key] = copy;
      const [id] = backend.getInputTensorIds([copy]);
      const dtype = copy.dtype === 'int32' ? binding.TF_INT32 : copy.dtype === 'bool' ? binding.TF_BOOL : binding.TF_FLOAT;
      return { key, shape: copy.shape, dtype: copy.dtype, node: recorder.input(id!, `${prefix}${index}`, dtype, copy.shape) };
    });
    return { specs, inputs };
  };
  const state = declare('state', example.state);
  const batch = declare('batch', example.batch);
  const scalarNames = Object.keys(example.scalars);
  const scalars = Object.fromEntries(scalarNames.map((name) => [name, tf.scalar(example.scalars[name]!)]));
  copies.push(...Object.values(scalars));
  if (scalarNames.length > 0) recorder.vectorInput(backend.getInputTensorIds(Object.values(scalars)), SCALARS);

  backend.binding = recorder.binding;
  let result: { state: Tensors; outputs: Tensors } | undefined;
  try {
    result = tf.tidy(() => step(state.inputs, batch.inputs, scalars) as unknown as tf.TensorContainer) as unknown as { state: Tensors; outputs: Tensors };
    const outputs: OutputSpec[] = [];
    for (const part of ['state', 'outputs'] as const) {
      for (const [key, tensor] of Object.entries(result[part])) {
        const [id] = backend.getInputTensorIds([tensor]);
        outputs.push({ part, key, output: recorder.output(id!, `output${outputs.length}`) });
      }
    }
    return { nodes: recorder.nodes, state: state.specs, batch: batch.specs, scalarNames, outputs };
  } finally {
    backend.binding = binding;
    tf.dispose([...copies, ...Object.values(result?.state ?? {}), ...Object.values(result?.outputs ?? {})]);
  }
}

/** TensorFlow loads a model from a folder only; it is read at once and needed no more. */
function loadModel(backend: Backend, model: Uint8Array): number {
  const folder = mkdtempSync(join(tmpdir(), 'cosweep-step-'));
  try {
    writeFileSync(join(folder, 'saved_model.pb'), model);
    return backend.binding.loadSavedModel(folder, TAG);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

class CompiledGraph implements CompiledStep {
  readonly #backend: Backend;
  readonly #session: number;
  readonly #trace: Trace;
  readonly #inputNames: string;
  readonly #outputNames: string;
  readonly #scalars: Float32Array;

  constructor(backend: Backend, session: number, { nodes: _, ...trace }: Trace) {
    this.#backend = backend;
    this.#session = session;
    this.#trace = { nodes: [], ...trace };
    const inputs = [...trace.state, ...trace.batch].map(({ node }) => `${node}:0`);
    this.#inputNames = [...inputs, ...(trace.scalarNames.length > 0 ? [`${SCALARS}:0`] : [])].join(',');
    this.#outputNames = trace.outputs.map(({ output }) => output).join(',');
    this.#scalars = new Float32Array(trace.scalarNames.length);
  }

  run(state: Tensors, batch: Tensors, scalars: Record<string, number>): { state: Tensors; outputs: Tensors } {
    const { binding } = this.#backend;
    const tensors = [...take('state', this.#trace.state, state), ...take('batch', this.#trace.batch, batch)];
    const ids = this.#backend.getInputTensorIds(tensors);
    const vector = this.#createScalars(scalars);
    try {
      const made = binding.runSavedModel(this.#session, vector === null ? ids : [...ids, vector], this.#inputNames, this.#outputNames);
      const result: { state: Tensors; outputs: Tensors } = { state: {}, outputs: {} };
      this.#trace.outputs.forEach(({ part, key }, index) => (result[part][key] = this.#backend.createOutputTensor(made[index]!)));
      return result;
    } finally {
      if (vector !== null) binding.deleteTensor(vector);
    }
  }

  dispose(): void {
    this.#backend.binding.deleteSavedModel(this.#session);
  }

  /** All scalars go in as one vector: making a tensor costs about as much as a small operation. */
  #createScalars(scalars: Record<string, number>): number | null {
    const names = this.#trace.scalarNames;
    if (names.length === 0) return null;
    names.forEach((name, index) => {
      const value = scalars[name];
      if (value === undefined) throw new Error(`Cannot run the step: scalar "${name}", which it was compiled with, is missing.`);
      this.#scalars[index] = value;
    });
    return this.#backend.binding.createTensor([names.length], this.#backend.binding.TF_FLOAT, this.#scalars);
  }
}

/** TensorFlow itself does not compare what it is fed with what the graph was made for. */
function take(part: string, specs: InputSpec[], tensors: Tensors): Tensor[] {
  return specs.map(({ key, shape, dtype }) => {
    const tensor = tensors[key];
    if (tensor && tensor.dtype === dtype && tensor.rank === shape.length && shape.every((size, axis) => tensor.shape[axis] === size)) return tensor;
    const found = tensor ? `${tensor.dtype} [${tensor.shape}]` : 'nothing';
    throw new Error(`Cannot run the step: ${part}.${key} is ${found}. Wanted: ${dtype} [${shape}], which it was compiled with.`);
  });
}

function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}
