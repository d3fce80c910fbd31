import type { Tensor } from '@tensorflow/tfjs-core';
import { isWithin } from '../../sweep/network/is-within.ts';
import { layOutNetwork } from '../../sweep/network/lay-out-network.ts';
import type { ParameterSpec } from '../../sweep/network/parameter-spec.ts';
import type { ModelSettings } from '../../sweep/settings.ts';
import { buildLayers } from './build-layers.ts';
import { dense } from './dense.ts';
import type { Drawing, SymbolicTensor } from './drawing.ts';
import { dropout } from './dropout.ts';
import type { Pass } from './layer.ts';
import { sequence } from './sequence.ts';

/** A network up to its embedding: the input of the last linear layer, with no activation after it. */
export interface Model {
  parameters: ParameterSpec[];
  statistics: ParameterSpec[];
  /** Whether a parameter is not trained, of the network or of its head. */
  isFrozen(name: string): boolean;
  /** Width of the activations that dropout acts on. */
  dropoutWidth: number;
  /** images [B, height, width, channels] → features [B, embedding] */
  features(images: Tensor, pass: Pass): Tensor;
  /** The same in inference mode, drawn with the layers that TensorFlow.js brings. */
  draw(images: SymbolicTensor, drawing: Drawing): SymbolicTensor;
}

/** @param shape [height, width, channels] of the images */
export function buildModel(settings: ModelSettings, shape: readonly number[]): Model {
  const { body, embedding, parameters, statistics } = layOutNetwork(settings, shape);
  const { freeze = [] } = settings;
  const isFrozen = (name: string): boolean => freeze.some((frozen) => isWithin(name, frozen));
  const network = sequence([buildLayers(body, isFrozen), dropout, dense(embedding)]);
  return {
    parameters,
    statistics,
    isFrozen,
    dropoutWidth: embedding.input[0]!,
    features: (images, pass) => network.apply(images, pass),
    draw: (images, drawing) => network.draw(images, drawing),
  };
}
