import * as tf from '@tensorflow/tfjs-core';
import type { Layer } from './layer.ts';

/** branch(x) + shortcut(x) */
export function residual(branch: Layer, shortcut: Layer): Layer {
  return {
    apply: (x, pass) => tf.add(branch.apply(x, pass), shortcut.apply(x, pass)),
    draw: (x, drawing) => drawing.add(drawing.layers.add({}), [branch.draw(x, drawing), shortcut.draw(x, drawing)]),
  };
}
