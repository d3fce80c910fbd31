import type { DataId, DataType, KernelFunc, TensorInfo } from '@tensorflow/tfjs-core';

/** The kernel calls of a step. Values lie in numbered slots. */
export interface KernelRecording {
  state: Record<string, SlotTensor>;
  batch: Record<string, SlotTensor>;
  scalars: Record<string, SlotTensor>;
  calls: RecordedCall[];
  /** Values that depend on no input: computed once, held for as long as the recording is used. */
  constants: Map<number, DataId>;
  results: { part: 'state' | 'outputs'; key: string; place: SlotTensor }[];
  slotCount: number;
}

/** A tensor: a slot seen under a shape. */
export interface SlotTensor {
  slot: number;
  shape: number[];
  dtype: DataType;
}

export interface RecordedCall {
  name: string;
  kernel: KernelFunc;
  /** The kernel's inputs. The data ids of their tensors are put in before every call. */
  inputs: Record<string, TensorInfo | undefined> | TensorInfo[];
  operands: { tensor: TensorInfo; slot: number }[];
  attributes: object;
  results: number[];
  /** Slots that no later call touches. */
  done: number[];
}
