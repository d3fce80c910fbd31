import type { Tensor } from '@tensorflow/tfjs-core';
import type { Tensors } from '../engine.ts';

/** A tensor that a step was compiled with. */
interface Expected {
  key: string;
  shape: number[];
  dtype: string;
}

/**
 * The tensors in the order in which a compiled step wants them. They are checked here, since an engine would run the
 * step on whatever it gets.
 */
export function takeTensors(part: string, expected: Expected[], tensors: Tensors): Tensor[] {
  return expected.map(({ key, shape, dtype }) => {
    const tensor = tensors[key];
    if (
      tensor &&
      tensor.dtype === dtype &&
      tensor.rank === shape.length &&
      shape.every((size, axis) => tensor.shape[axis] === size)
    )
      return tensor;
    const found = tensor ? `${tensor.dtype} [${tensor.shape}]` : 'nothing';
    throw new Error(
      `Cannot run the step: ${part}.${key} is ${found}. Wanted: ${dtype} [${shape}], which it was compiled with.`,
    );
  });
}

/** The scalars in the order of their names. */
export function takeScalars(names: string[], scalars: Record<string, number>): number[] {
  return names.map((name) => {
    const value = scalars[name];
    if (value === undefined)
      throw new Error(`Cannot run the step: scalar "${name}", which it was compiled with, is missing.`);
    return value;
  });
}
