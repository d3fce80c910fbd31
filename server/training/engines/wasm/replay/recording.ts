import type { DataId, DataType, KernelFunc, TensorInfo } from '@tensorflow/tfjs-core';

/** A step as the kernel calls that it comes down to. Values lie in numbered slots. */
export interface Recording {
  state: Record<string, Place>;
  batch: Record<string, Place>;
  scalars: Record<string, Place>;
  calls: Call[];
  /** Values that depend on no input: computed once, held for as long as the recording is used. */
  constants: Map<number, DataId>;
  results: { part: 'state' | 'outputs'; key: string; place: Place }[];
  slotCount: number;
}

/** A tensor: a slot seen under a shape. */
export interface Place {
  slot: number;
  shape: number[];
  dtype: DataType;
}

export interface Call {
  name: string;
  kernel: KernelFunc;
  /** What the kernel is called with. The data ids of the tensors in it are put in before every call. */
  inputs: Record<string, TensorInfo | undefined> | TensorInfo[];
  operands: { tensor: TensorInfo; slot: number }[];
  attributes: object;
  results: number[];
  /** Slots that no later call touches. */
  done: number[];
}
