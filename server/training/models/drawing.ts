import type { layers as Layers, SymbolicTensor } from '@tensorflow/tfjs-layers';

export type { SymbolicTensor };

/** The means to draw a network as a model of TensorFlow.js, which can be loaded where Cosweep is not. */
export interface Drawing {
  /** The layers that TensorFlow.js brings. */
  layers: typeof Layers;
  /**
   * Applies a layer and gives it its trained tensors.
   *
   * @param tensors keys of the state, in the layer's own order
   */
  add(layer: Layers.Layer, x: SymbolicTensor | SymbolicTensor[], tensors?: string[]): SymbolicTensor;
}
