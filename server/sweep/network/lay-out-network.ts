import type { ModelSettings } from '../settings.ts';
import { type LaidDense, type LaidLayer, outputOf, parametersOf, type Shape, statisticsOf } from './laid-layer.ts';
import { layOut } from './lay-out.ts';
import { NetworkMistake } from './network-mistake.ts';
import type { ParameterSpec } from './parameter-spec.ts';
import { PRESETS } from './presets.ts';
import { Scope } from './scope.ts';
import { layDense } from './weighted.ts';
import { toText } from './windows.ts';

/** The names of what follows the layers of every network. */
export const EMBEDDING = 'embedding';
export const HEAD = 'head';

/** Names that a network's end has, and those that stand around it where it is exported as a TensorFlow.js model. */
const RESERVED = [EMBEDDING, HEAD, 'images', 'normalise', 'logits', 'projections'];

/** A network at work on images of one shape: its layers, and the embedding that follows them. */
export interface LaidNetwork {
  body: LaidLayer[];
  embedding: LaidDense;
  /** Of the body and the embedding. */
  parameters: ParameterSpec[];
  statistics: ParameterSpec[];
}

/**
 * Lays out the network that settings describe. Throws a `NetworkMistake` where its layers do not fit each other, or the
 * images.
 *
 * @param shape [height, width, channels] of the images
 */
export function layOutNetwork(model: ModelSettings, shape: Shape): LaidNetwork {
  const layers = model.name === undefined ? model.layers : PRESETS[model.name];
  const body = layOut(layers, shape, Scope.ofNetwork(RESERVED), 'layers');
  const output = outputOf(body, shape);
  if (output.length !== 1)
    throw new NetworkMistake(
      `layers[${layers.length - 1}]`,
      `found ${toText(output)} at the end, wanted a flat vector: "flatten" or "globalAveragePool" makes one`,
    );
  const embedding = layDense({ dense: model.embedding, bias: true }, EMBEDDING, output, false, 'embedding');
  return {
    body,
    embedding,
    parameters: [...parametersOf(body), ...embedding.parameters],
    statistics: statisticsOf(body),
  };
}

/** The last linear layer, which cross-entropy and AM-Softmax share: W [C, d] and b [C]. */
export function headParameters(classes: number, embedding: number): ParameterSpec[] {
  return [
    {
      name: `${HEAD}/weights`,
      shape: [classes, embedding],
      initial: { rule: 'glorot', fanIn: embedding, fanOut: classes },
    },
    { name: `${HEAD}/bias`, shape: [classes], initial: { rule: 'zeros' } },
  ];
}
