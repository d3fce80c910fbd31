import type { Layer } from './layer.ts';

/** One layer after the other. */
export function sequence(layers: readonly Layer[]): Layer {
  return {
    apply: (x, pass) => layers.reduce((y, layer) => layer.apply(y, pass), x),
    draw: (x, drawing) => layers.reduce((y, layer) => layer.draw(y, drawing), x),
  };
}
