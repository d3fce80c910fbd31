import * as tf from '@tensorflow/tfjs-core';
import type { DataType, Tensor, TensorInfo } from '@tensorflow/tfjs-core';

/** Values as TensorFlow.js keeps them on the host. */
export type HostValues = Float32Array | Int32Array | Uint8Array;

/** What the backend knows of a tensor's data. */
export interface TensorData {
  dtype: DataType;
  shape: number[];
  refCount: number;
  /** On the host: not uploaded yet, or read once. */
  values?: HostValues | null;
  /** On the device. */
  resource?: GPUBuffer | null;
  /** True where the buffer belongs to somebody else, and is left alone when the tensor is disposed. */
  external?: boolean;
}

/** A shader as it is known when it is called; `pipeline` and `dispatch` are set when it is recorded. */
export interface Program {
  variableNames: string[];
  outputShape: number[];
  workgroupSize: [number, number, number];
  dispatchLayout: { x: number[]; y?: number[]; z?: number[] };
  dispatch: [number, number, number];
  /** Tells its shader from others, besides ranks and types. */
  shaderKey: string;
  /** Further members of the shader's `uniforms`, as WGSL. */
  uniforms?: string;
  /** True where `uniforms.size` is the number of outputs. */
  size?: boolean;
  getUserCode(): string;
}

export type ProgramUniforms = { type: 'int32' | 'uint32' | 'float32'; data: number[] }[];

export interface BufferManager {
  acquireBuffer(size: number, usage: number, mappedAtCreation?: boolean, reuse?: boolean): GPUBuffer;
  /** @param reuse false: destroys it */
  releaseBuffer(buffer: GPUBuffer, reuse?: boolean): void;
  readonly numBytesUsed: number;
  readonly numBytesAllocated: number;
}

/**
 * The part of the backend of tfjs-backend-webgpu that is used here. The package's own types leave out its private
 * members.
 */
export interface WebgpuBackend {
  device: GPUDevice;
  queue: GPUQueue;
  bufferManager: BufferManager;
  tensorMap: { get(dataId: object): TensorData; has(dataId: object): boolean };
  commandEncoder: GPUCommandEncoder | null;
  computePassEncoder: GPUComputePassEncoder | null;
  ensureCommandEncoderReady(): void;
  endComputePassEncoder(): void;
  submitQueue(): void;
  uploadToGPU(dataId: object): void;
  read(dataId: object): Promise<HostValues>;
  readSync(dataId: object): HostValues;
  write(values: HostValues | null, shape: number[], dtype: DataType): object;
  makeTensorInfo(shape: number[], dtype: DataType): TensorInfo;
  runWebGPUProgram(
    program: Program,
    inputs: (Tensor | TensorInfo)[],
    outputType: DataType,
    uniforms?: ProgramUniforms,
  ): TensorInfo;
  disposeData(dataId: object): boolean;
  dispose(): void;
}

/** Bytes of a tensor on the device, where bool takes as much as int32. */
export function bytesOf(shape: readonly number[]): number {
  return 4 * shape.reduce((product, side) => product * side, 1);
}

/** The usage of buffers that the backend's own tensors have, too. */
export function storageUsage(): number {
  return GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
}

/** Submits the commands that the backend has recorded and not handed over yet, so that they come before later ones. */
export function flush(backend: WebgpuBackend): void {
  if (!backend.commandEncoder) return;
  backend.endComputePassEncoder();
  backend.submitQueue();
}

/**
 * A tensor whose values are in a buffer.
 *
 * @param external whether the buffer outlives the tensor
 */
export function tensorOn(
  backend: WebgpuBackend,
  shape: number[],
  dtype: DataType,
  buffer: GPUBuffer,
  external: boolean,
): Tensor {
  const info = backend.makeTensorInfo(shape, dtype);
  Object.assign(backend.tensorMap.get(info.dataId), { resource: buffer, external });
  return tf.engine().makeTensorFromTensorInfo(info);
}
