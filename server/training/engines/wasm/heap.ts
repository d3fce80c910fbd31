import type { KernelConfig, TensorInfo } from '@tensorflow/tfjs-core';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';

/** What a kernel is called with; TensorFlow.js types the backend as `{}`. */
export interface WasmCall<Attributes = Record<string, never>> {
  inputs: Record<string, TensorInfo>;
  backend: BackendWasm;
  attrs: Attributes;
}

/** A kernel of the wasm backend, as TensorFlow.js registers it. */
export function wasmKernel<Attributes>(
  kernelName: string,
  kernel: (call: WasmCall<Attributes>) => TensorInfo | TensorInfo[],
): KernelConfig {
  return { kernelName, backendName: 'wasm', kernelFunc: kernel as unknown as KernelConfig['kernelFunc'] };
}

/**
 * The values of a float32 tensor where they lie. Take this view after the last allocation and drop it before the next
 * one: when memory grows, the heap moves to another buffer, and every earlier view is left empty.
 */
export function floats(backend: BackendWasm, tensor: TensorInfo): Float32Array {
  return backend.typedArrayFromHeap(tensor) as Float32Array;
}

/** A float32 tensor of zeros. A tensor that `makeOutput` makes holds whatever its memory held before. */
export function zeros(backend: BackendWasm, shape: number[]): TensorInfo {
  const tensor = backend.makeOutput(shape, 'float32');
  floats(backend, tensor).fill(0);
  return tensor;
}

/** The same values under another shape; disposed of like a tensor of its own. */
export function reshaped(backend: BackendWasm, tensor: TensorInfo, shape: number[]): TensorInfo {
  backend.incRef(tensor.dataId);
  return { dataId: tensor.dataId, dtype: tensor.dtype, shape };
}

export function release(backend: BackendWasm, ...tensors: TensorInfo[]): void {
  for (const tensor of tensors) backend.disposeData(tensor.dataId);
}

/** Where a tensor's values begin, in bytes. */
export function addressOf(backend: BackendWasm, tensor: TensorInfo): number {
  return backend.dataIdMap.get(tensor.dataId).memoryOffset;
}
