import type { Tensor } from '@tensorflow/tfjs-core';
import type { ModelName, ModelSettings } from '../../sweep/settings.ts';
import { cnn } from './cnn.ts';
import { cnnSmall } from './cnn-small.ts';
import type { Drawing, SymbolicTensor } from './drawing.ts';
import { dense, dropout, sequence, type LayerOf, type ParameterSpec, type Pass } from './layer.ts';
import { mlp } from './mlp.ts';
import { resnet } from './resnet.ts';

const bodies: Record<ModelName, LayerOf> = { mlp, 'cnn-small': cnnSmall, cnn, resnet8: resnet(1), resnet20: resnet(3) };

/** A network up to its embedding: the input of the last linear layer, with no activation after it. */
export interface Model {
  parameters: ParameterSpec[];
  statistics: ParameterSpec[];
  /** Width of the activations that dropout acts on. */
  dropoutWidth: number;
  /** images [B, height, width, channels] → features [B, embedding] */
  features(images: Tensor, pass: Pass): Tensor;
  /** The same in inference mode, drawn with the layers that TensorFlow.js brings. */
  draw(images: SymbolicTensor, drawing: Drawing): SymbolicTensor;
}

/** @param shape [height, width, channels] of the images */
export function buildModel(settings: ModelSettings, shape: readonly number[]): Model {
  const body = bodies[settings.name]([...shape]);
  const embedding = sequence(dropout, dense('embedding', settings.embedding, 'linear'))(body.output);
  return {
    parameters: [...body.parameters, ...embedding.parameters],
    statistics: body.statistics,
    dropoutWidth: body.output[0]!,
    features: (images, pass) => embedding.apply(body.apply(images, pass), pass),
    draw: (images, drawing) => embedding.draw(body.draw(images, drawing), drawing),
  };
}

/** The last linear layer, which cross-entropy and AM-Softmax share: W [C, d] and b [C]. */
export function headParameters(classes: number, embedding: number): ParameterSpec[] {
  return [
    {
      name: 'head/weights',
      shape: [classes, embedding],
      initial: { rule: 'glorot', fanIn: embedding, fanOut: classes },
    },
    { name: 'head/bias', shape: [classes], initial: { rule: 'zeros' } },
  ];
}
