import { broadcast_util, util, type KernelConfig, type KernelFunc, type TensorInfo } from '@tensorflow/tfjs-core';
import { broadcastIndices } from './broadcast-indices.ts';
import { floats, wasmKernel, type WasmCall } from './heap.ts';

/**
 * A kernel that computes one number of every pair of float32 numbers of a and b, broadcast to each other. Meant for
 * small tensors.
 */
export function pairwise(
  kernelName: string,
  compute: (a: number, b: number) => number,
  shipped: KernelFunc,
): KernelConfig {
  return wasmKernel(kernelName, (call: WasmCall) => {
    const { backend } = call;
    const { a, b } = call.inputs as { a: TensorInfo; b: TensorInfo };
    if (a.dtype !== 'float32' || b.dtype !== 'float32') return shipped(call as never);
    const out = backend.makeOutput(broadcast_util.assertAndGetBroadcastShape(a.shape, b.shape), 'float32');
    const [left, right, to] = [floats(backend, a), floats(backend, b), floats(backend, out)];
    const [leftAt, rightAt] = [positions(a.shape, out.shape), positions(b.shape, out.shape)];
    for (let i = 0; i < to.length; i++) to[i] = compute(left[leftAt(i)]!, right[rightAt(i)]!);
    return out;
  });
}

/** Which element of a tensor of shape `from` belongs to the i-th of the result. */
function positions(from: number[], to: number[]): (i: number) => number {
  if (util.sizeFromShape(from) === util.sizeFromShape(to)) return (i) => i;
  if (util.sizeFromShape(from) === 1) return () => 0;
  const indices = broadcastIndices(from, to);
  return (i) => indices[i]!;
}
