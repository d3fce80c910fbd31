import type { Tensor } from '@tensorflow/tfjs-core';
import type { Tensors } from '../engine.ts';
import type { Drawing, SymbolicTensor } from './drawing.ts';

/** One forward pass: what it reads, and the running statistics that it leaves. */
export interface Pass {
  weights: Tensors;
  /** Running statistics of batch norm. */
  statistics: Tensors;
  training: boolean;
  /** [B, width before the embedding], 0 or 1/(1 − share); null without dropout and in evaluation. */
  dropoutMask: Tensor | null;
  /** Batch-norm layers put their new running statistics here while training. */
  newStatistics: Tensors;
}

/** A piece of a network as a function of its input. Its shapes and parameters are those of the layer as laid out. */
export interface Layer {
  apply(x: Tensor, pass: Pass): Tensor;
  /** The same in inference mode, drawn with the layers that TensorFlow.js brings. */
  draw(x: SymbolicTensor, drawing: Drawing): SymbolicTensor;
}
