import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { CompiledStep, Step, Tensors } from '../../engine.ts';

/**
 * A step is run as it is, operation by operation. There is nothing to gain from a graph: a kernel is called in the same thread
 * within microseconds, and dispatch, tape and scopes take about a tenth of the small network's step.
 */
export function compile(step: Step): CompiledStep {
  return {
    run(state, batch, scalars) {
      return tf.tidy(() => {
        const given = new Set([...Object.values(state), ...Object.values(batch)]);
        const result = step(state, batch, scalarTensors(scalars));
        return { state: ofTheirOwn(result.state, given), outputs: ofTheirOwn(result.outputs, given) };
      });
    },
    dispose() {},
  };
}

function scalarTensors(scalars: Record<string, number>): Tensors {
  return Object.fromEntries(Object.entries(scalars).map(([name, value]) => [name, tf.scalar(value)]));
}

/**
 * The caller disposes what went in and what comes out: a tensor that the step only passed on, or returned twice, is cloned
 * (which copies no values).
 */
function ofTheirOwn(tensors: Tensors, taken: Set<Tensor>): Tensors {
  return Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => {
    const own = taken.has(tensor) ? tensor.clone() : tensor;
    taken.add(own);
    return [name, own];
  }));
}
