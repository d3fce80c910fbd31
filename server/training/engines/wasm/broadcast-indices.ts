import { util } from '@tensorflow/tfjs-core';

/**
 * For every element of a tensor of shape `to`: the index of the element of a tensor of shape `from` that is broadcast
 * to it.
 */
export function broadcastIndices(from: number[], to: number[]): number[] {
  const strides = util.computeStrides([...from, 1]);
  const offset = to.length - from.length;
  return Array.from({ length: util.sizeFromShape(to) }, (_, flat) => {
    let index = 0;
    for (let d = to.length - 1, rest = flat; d >= 0; rest = Math.floor(rest / to[d]!), d--) {
      if (d >= offset && from[d - offset] !== 1) index += (rest % to[d]!) * strides[d - offset]!;
    }
    return index;
  });
}
