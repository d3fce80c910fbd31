import * as tf from '@tensorflow/tfjs-core';
import type { Tensors } from './engine.ts';
import { headParameters } from '../sweep/network/lay-out-network.ts';
import type { Initial, ParameterSpec } from '../sweep/network/parameter-spec.ts';
import { Stream } from '../sweep/random.ts';
import type { Centers } from './losses/centers.ts';
import type { Model } from './models/model.ts';
import type { Optimizer } from './optimizers/optimizer.ts';

/** One array of a state on the host. */
export interface HostTensor {
  shape: number[];
  values: Float32Array;
}

/** Everything that training changes, on the host: what a checkpoint holds. All of it is float32. */
export type HostState = Record<string, HostTensor>;

/**
 * The state by its parts, under names without the prefix. The names always come in the same order, whichever order the
 * state came in: sums over all parameters (the norm that clips) depend on that order, and going through a checkpoint
 * may not change a bit.
 */
export function split(state: Tensors): { weights: Tensors; statistics: Tensors; slots: Tensors; centers: Centers } {
  const keys = Object.keys(state).sort();
  const part = (prefix: string): Tensors =>
    Object.fromEntries(
      keys.flatMap((key) => (key.startsWith(prefix) ? [[key.slice(prefix.length), state[key]!]] : [])),
    );
  return {
    weights: part('weights/'),
    statistics: part('statistics/'),
    slots: part('slots/'),
    centers: part('centers/') as unknown as Centers,
  };
}

/** The state before batch 0: weights from streams keyed by (seed, parameter), slots and centers 0. */
export function initialState(
  model: Model,
  optimizer: Optimizer,
  classes: number,
  embedding: number,
  seed: number,
): HostState {
  const parts = stateParts(model, optimizer, classes, embedding);
  return Object.fromEntries(parts.map((part) => [part.name, draw(part, seed)]));
}

/** The arrays of a state, with the names that they have in it. What is frozen has no slots. */
export function stateParts(
  model: Pick<Model, 'parameters' | 'statistics' | 'isFrozen'>,
  { slots }: Pick<Optimizer, 'slots'>,
  classes: number,
  embedding: number,
): ParameterSpec[] {
  const parameters = [...model.parameters, ...headParameters(classes, embedding)];
  const trained = parameters.filter(({ name }) => !model.isFrozen(name));
  const within = (part: string, spec: ParameterSpec): ParameterSpec => ({ ...spec, name: `${part}/${spec.name}` });
  const zero = (name: string, shape: number[]): ParameterSpec => ({ name, shape, initial: { rule: 'zeros' } });
  return [
    ...parameters.map((spec) => within('weights', spec)),
    ...model.statistics.map((spec) => within('statistics', spec)),
    ...slots.flatMap((slot) => trained.map(({ name, shape }) => zero(`slots/${slot}/${name}`, shape))),
    zero('centers/sum', [classes, embedding]),
    zero('centers/count', [classes]),
    zero('centers/center', [classes, embedding]),
  ];
}

/** The names of weights are those of their streams. */
function draw({ name, shape, initial }: ParameterSpec, seed: number): HostTensor {
  const next = generator(initial, new Stream(seed, name));
  return { shape, values: zeros(shape).values.map(next) };
}

function generator(initial: Initial, stream: Stream): () => number {
  switch (initial.rule) {
    case 'zeros':
      return () => 0;
    case 'ones':
      return () => 1;
    case 'he': {
      const deviation = Math.sqrt(2 / initial.fanIn);
      return () => deviation * stream.normal();
    }
    case 'glorot': {
      const limit = Math.sqrt(6 / (initial.fanIn + initial.fanOut));
      return () => limit * (2 * stream.uniform() - 1);
    }
  }
}

function zeros(shape: number[]): HostTensor {
  return { shape, values: new Float32Array(shape.reduce((product, side) => product * side, 1)) };
}

/** The caller disposes the tensors. */
export function toDevice(state: HostState): Tensors {
  return Object.fromEntries(
    Object.entries(state).map(([name, { shape, values }]) => [name, tf.tensor(values, shape, 'float32')]),
  );
}

export async function toHost(state: Tensors): Promise<HostState> {
  const entries = Object.entries(state).map(async ([name, tensor]) => {
    const values = (await tensor.data()) as Float32Array;
    // A copy: on some engines the array is a view of the engine's own memory.
    return [name, { shape: tensor.shape, values: values.slice() }] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}
