import type { Tensor } from '@tensorflow/tfjs-core';

/** Values of a tensor as the addon takes and gives them; Int32Array pairs for int64. */
export type Values = Float32Array | Int32Array | Uint8Array;

export interface OperationAttribute {
  name: string;
  type: number;
  value: boolean | number | string | number[] | boolean[];
}

export interface TensorMetadata {
  id: number;
  shape: number[];
  dtype: number;
}

/**
 * The part of tfjs-node's native addon that is used here. Tensors are numbers to it, and a number is never given twice.
 * All operations of the backend go through `executeOp`, whichever of its methods they start from.
 */
export interface Binding {
  createTensor(shape: number[], dtype: number, values: Values): number;
  deleteTensor(id: number): void;
  tensorDataSync(id: number): Values;
  executeOp(name: string, attributes: OperationAttribute[], inputs: number[], outputCount: number): TensorMetadata[];
  loadSavedModel(folder: string, tags: string): number;
  deleteSavedModel(id: number): void;
  /** @param inputNames, outputNames `node:index`, joined by commas */
  runSavedModel(id: number, inputs: number[], inputNames: string, outputNames: string): TensorMetadata[];
  getNumOfTensors(): number;
  getNumOfSavedModels(): number;
  isUsingGpuDevice(): boolean;
  TF_FLOAT: number;
  TF_INT32: number;
  TF_INT64: number;
  TF_BOOL: number;
  TF_ATTR_STRING: number;
  TF_ATTR_INT: number;
  TF_ATTR_FLOAT: number;
  TF_ATTR_BOOL: number;
  TF_ATTR_TYPE: number;
  TF_ATTR_SHAPE: number;
  TF_Version: string;
}

/** The part of tfjs-node's backend that is used here. */
export interface NativeBackend {
  binding: Binding;
  getDTypeInteger(dtype: string): number;
  getInputTensorIds(tensors: Tensor[]): number[];
  createOutputTensor(metadata: TensorMetadata): Tensor;
  executeSingleOutput(name: string, attributes: OperationAttribute[], inputs: Tensor[]): Tensor;
  executeMultipleOutputs(
    name: string,
    attributes: OperationAttribute[],
    inputs: Tensor[],
    outputCount: number,
  ): Tensor[];
}
