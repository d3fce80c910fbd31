import type { Layer } from '../../server/sweep/layers.ts';
import { layersSchema } from '../../server/sweep/schema/layer-schema.ts';
import type { ModelName, ModelSettings } from '../../server/sweep/settings.ts';

/** `every layer` is a network of a definition's own, in which each kind of layer is. */
export type NetworkName = Exclude<ModelName, 'resnet18'> | 'every layer';

/** The networks that suites train on every engine. `resnet18` has the layers of `resnet20`, and forty times as much work. */
export const networks: readonly NetworkName[] = ['mlp', 'cnn-small', 'cnn', 'resnet8', 'resnet20', 'every layer'];

/**
 * Each kind of layer with each of its options, for pictures of 8×8 pixels and more. Its windows of max pooling do not
 * overlap: where they do, TensorFlow adds up the gradient in another order in a graph than one by one.
 */
export const everyLayer: Layer[] = layersSchema.parse([
  { conv: 6, bias: false },
  { batchNorm: true, epsilon: 1e-3, rate: 0.05 },
  'relu',
  { maxPool: 2 },
  { repeat: 2, layers: [{ depthwise: 1, bias: false }, 'batchNorm', 'relu', { conv: 6, size: 1 }, 'relu'] },
  {
    residual: [{ conv: 8, stride: 2 }, 'relu', { depthwise: 1, name: 'last' }, 'batchNorm'],
    shortcut: 'projection',
    name: 'half',
  },
  { averagePool: 2, stride: 1, padding: 'same' },
  {
    residual: [{ conv: 8, size: 2 }, 'relu'],
    shortcut: [
      { averagePool: 2, stride: 1 },
      { conv: 8, size: 1 },
    ],
  },
  { depthwise: 2, size: 2, padding: 'valid' },
  { residual: ['flatten', { dense: 16 }, 'relu'], shortcut: ['globalAveragePool'] },
  { dense: 12, bias: false },
  'batchNorm',
  'relu',
]);

/** The settings of a network, with these of its end. */
export function modelOf(network: NetworkName, end: { embedding: number; dropout: number }): ModelSettings {
  return network === 'every layer' ? { layers: everyLayer, ...end } : { name: network, ...end };
}
