import type { Tensor } from '@tensorflow/tfjs-core';
import type { Tensors } from '../../../server/training/engine.ts';

/** What a step gives. */
export interface Result {
  state: Tensors;
  outputs: Tensors;
}

/**
 * The tensors that differ: in their bits, where NaN equals itself and 0 differs from −0, or by more than the tolerance
 * where there is one.
 *
 * @param tolerance of a tensor's largest entry
 */
export async function differing(a: Result, b: Result, tolerance = 0): Promise<string[]> {
  const [left, right] = [
    { ...a.state, ...a.outputs },
    { ...b.state, ...b.outputs },
  ];
  const names: string[] = [];
  for (const [name, tensor] of Object.entries(left)) {
    const [one, other] = [await bytesOf(tensor), await bytesOf(right[name]!)];
    if (Buffer.compare(one, other) !== 0 && !(tolerance > 0 && areClose(tensor, right[name]!, tolerance)))
      names.push(name);
  }
  return names;
}

function areClose(a: Tensor, b: Tensor, tolerance: number): boolean {
  const [left, right] = [a, b].map((tensor) => Array.from(tensor.dataSync() as Float32Array)) as [number[], number[]];
  const largest = Math.max(...left.map(Math.abs));
  return left.every((value, i) => Math.abs(value - right[i]!) <= tolerance * largest);
}

export async function bytesOf(tensor: Tensor): Promise<Buffer> {
  const values = await tensor.data();
  return Buffer.from(values.buffer.slice(values.byteOffset, values.byteOffset + values.byteLength));
}
