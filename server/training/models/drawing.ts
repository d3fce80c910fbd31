import type { layers as Layers, SymbolicTensor } from '@tensorflow/tfjs-layers';

export type { SymbolicTensor };

/** What a network is drawn with as a model of TensorFlow.js, to be loaded where Cosweep is not. */
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
