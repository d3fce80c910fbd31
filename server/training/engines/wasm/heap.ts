import type { KernelConfig, TensorInfo } from '@tensorflow/tfjs-core';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';

/** What a kernel is called with; TensorFlow.js types the backend as `{}`. */
export interface Call<Attributes = Record<string, never>> {
  inputs: Record<string, TensorInfo>;
  backend: BackendWasm;
  attrs: Attributes;
}

/** A kernel of the wasm backend, as TensorFlow.js registers it. */
export function wasmKernel<Attributes>(
  kernelName: string,
  kernel: (call: Call<Attributes>) => TensorInfo | TensorInfo[],
): KernelConfig {
  return { kernelName, backendName: 'wasm', kernelFunc: kernel as unknown as KernelConfig['kernelFunc'] };
}

/**
 * The values of a float32 tensor where they lie. Take it after the last allocation and drop it before the next: memory
 * that grows moves the heap to another buffer and leaves every earlier view empty.
 */
export function floats(backend: BackendWasm, tensor: TensorInfo): Float32Array {
  return backend.typedArrayFromHeap(tensor) as Float32Array;
}

/** A float32 tensor of zeros; what a kernel makes with `makeOutput` holds whatever the memory held before. */
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
