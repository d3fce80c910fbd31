import { relu as rectify } from '../ops/relu.ts';
import type { Layer } from './layer.ts';

export const relu: Layer = {
  apply: (x) => rectify(x),
  draw: (x, { layers, add }) => add(layers.reLU(), x),
};
