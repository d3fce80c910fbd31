import { util, type TensorInfo } from '@tensorflow/tfjs-core';
import { wasmKernel, type WasmCall } from '../heap.ts';

interface Attributes {
  reps: number[];
}

type Values = Float32Array | Int32Array | Uint8Array;

/**
 * Repeats a tensor along its dimensions; broadcasting goes through it too. The shipped kernel finds the origin of every
 * element by divisions (28 ms for 50,176 × 16); this one copies each run once and then doubles it.
 */
export const tile = wasmKernel<Attributes>('Tile', ({ inputs, backend, attrs }: WasmCall<Attributes>) => {
  const { x } = inputs as { x: TensorInfo };
  const shape = x.shape.map((size, d) => size * attrs.reps[d]!);
  const out = backend.makeOutput(shape, x.dtype);
  if (util.sizeFromShape(shape) === 0) return out;
  const from = backend.typedArrayFromHeap(x) as Values;
  const to = backend.typedArrayFromHeap(out) as Values;

  // Dimensions from `whole` on are not repeated: their elements lie together and are copied together.
  let whole = x.shape.length;
  while (whole > 0 && attrs.reps[whole - 1] === 1) whole--;
  const runLength = util.sizeFromShape(x.shape.slice(whole));
  let source = 0;

  /** Writes everything that lies under dimension d, beginning at `target`; says where it ended. */
  function write(d: number, target: number): number {
    if (d === whole) {
      for (let i = 0; i < runLength; i++) to[target + i] = from[source + i]!;
      source += runLength;
      return target + runLength;
    }
    let end = target;
    for (let i = 0; i < x.shape[d]!; i++) end = write(d + 1, end);
    return repeat(to, target, end, attrs.reps[d]!);
  }

  write(0, 0);
  return out;
});

/** Repeats what lies in [start, end) until it is there `times` times; says where it ended. */
function repeat(values: Values, start: number, end: number, times: number): number {
  const goal = start + (end - start) * times;
  while (end < goal) {
    const length = Math.min(end - start, goal - end);
    values.copyWithin(end, start, start + length);
    end += length;
  }
  return goal;
}
