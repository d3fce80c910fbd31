import { EMBEDDING, HEAD } from '../network/lay-out-network.ts';
import type { KerasLayer } from './read-topology.ts';

/** Names that a network gives itself: of its end, and of the list that is a residual block's shortcut. */
const RESERVED = [EMBEDDING, HEAD, 'shortcut'];

/** Names as layers of a definition may have them, each of one layer alone. */
export function ownNames(layers: readonly KerasLayer[]): ReadonlyMap<KerasLayer, string> {
  const taken = new Set<string>();
  return new Map(
    layers.map((layer) => {
      const plain = toPlain(layer.name);
      let own = plain;
      for (let number = 2; taken.has(own); number++) own = `${plain}_${number}`;
      taken.add(own);
      return [layer, own];
    }),
  );
}

function toPlain(name: string): string {
  const plain = name.replace(/[^\w.-]+/g, '_').slice(0, 80);
  return RESERVED.includes(plain) ? `keras_${plain}` : plain;
}
