import * as tf from '@tensorflow/tfjs-core';
import type { Example, Step, Tensors } from '../../engine.ts';
import type { NativeBackend } from './binding.ts';
import { GraphRecorder } from './graph-recorder.ts';
import type { GraphNode } from './saved-model.ts';

/** The names by which a graph is fed and read. */
export interface Signature {
  state: InputSpec[];
  batch: InputSpec[];
  /** In the order in which they are elements of the input `SCALARS`. */
  scalars: string[];
  outputs: OutputSpec[];
}

export interface InputSpec {
  key: string;
  shape: number[];
  dtype: string;
  /** `node:index` */
  input: string;
}

export interface OutputSpec {
  part: 'state' | 'outputs';
  key: string;
  /** `node:index` */
  output: string;
}

/** The input that holds all scalars. */
export const SCALARS = 'scalars';

/** Runs a step once on the example, and gives the operations that it executed as the nodes of a graph. */
export function trace(
  backend: NativeBackend,
  step: Step,
  example: Example,
): { nodes: GraphNode[]; signature: Signature } {
  const recorder = new GraphRecorder(backend.binding);
  const given: Given = {
    state: renumber(backend, example.state),
    batch: renumber(backend, example.batch),
    scalars: Object.fromEntries(Object.entries(example.scalars).map(([name, value]) => [name, tf.scalar(value)])),
  };
  let result: StepResult | undefined;
  try {
    const inputs = declareInputs(backend, recorder, given);
    result = runRecorded(backend, recorder, () => step(given.state, given.batch, given.scalars));
    return { nodes: recorder.nodes, signature: { ...inputs, outputs: declareOutputs(backend, recorder, result) } };
  } finally {
    tf.dispose([given.state, given.batch, given.scalars, result?.state ?? {}, result?.outputs ?? {}]);
  }
}

type StepResult = ReturnType<Step>;
type Given = Record<'state' | 'batch' | 'scalars', Tensors>;

/**
 * Two inputs may share their values; a tensor's number must say which input it is. TensorFlow copies no values for
 * that.
 */
function renumber(backend: NativeBackend, tensors: Tensors): Tensors {
  return Object.fromEntries(
    Object.entries(tensors).map(([key, tensor]) => [key, backend.executeSingleOutput('Identity', [], [tensor])]),
  );
}

function declareInputs(
  backend: NativeBackend,
  recorder: GraphRecorder,
  { state, batch, scalars }: Given,
): Omit<Signature, 'outputs'> {
  const declare = (part: string, tensors: Tensors): InputSpec[] => {
    const ids = backend.getInputTensorIds(Object.values(tensors));
    return Object.entries(tensors).map(([key, { shape, dtype }], index) => {
      const input = recorder.input(ids[index]!, `${part}${index}`, backend.getDTypeInteger(dtype), shape);
      return { key, shape, dtype, input };
    });
  };
  const names = Object.keys(scalars);
  if (names.length > 0) recorder.vectorInput(backend.getInputTensorIds(Object.values(scalars)), SCALARS);
  return { state: declare('state', state), batch: declare('batch', batch), scalars: names };
}

function runRecorded(backend: NativeBackend, recorder: GraphRecorder, run: () => StepResult): StepResult {
  const { binding } = backend;
  backend.binding = recorder.binding;
  try {
    return tf.tidy(() => run() as unknown as tf.TensorContainer) as unknown as StepResult;
  } finally {
    backend.binding = binding;
  }
}

function declareOutputs(backend: NativeBackend, recorder: GraphRecorder, result: StepResult): OutputSpec[] {
  const outputs: OutputSpec[] = [];
  for (const part of ['state', 'outputs'] as const) {
    for (const [key, tensor] of Object.entries(result[part])) {
      const [id] = backend.getInputTensorIds([tensor]);
      outputs.push({ part, key, output: recorder.output(id!, `output${outputs.length}`) });
    }
  }
  return outputs;
}
