import type { Layer } from '../layers.ts';
import { NetworkMistake } from './network-mistake.ts';

/** Kinds of layers that have names, and the word that a layer without one is called by. */
const WORDS = {
  conv: 'conv',
  depthwise: 'depthwise',
  dense: 'dense',
  batchNorm: 'norm',
  residual: 'residual',
  repeat: 'repeat',
} as const;

type NamedKind = keyof typeof WORDS;

/** More layers than any network has; a network repeats its layers as often as it is told to. */
const MOST_LAYERS = 1000;

/** What the lists of a network have in common. */
interface Network {
  taken: Set<string>;
  layers: number;
}

/**
 * The names of one list of layers. A layer is called by its own name, or else by its kind and its number among those of
 * its kind in the list, after the names of all that it is in: `stage1/block2/conv1`.
 */
export class Scope {
  readonly #prefix: string;
  readonly #counts = new Map<string, number>();
  readonly #network: Network;

  private constructor(prefix: string, network: Network) {
    this.#prefix = prefix;
    this.#network = network;
  }

  /** @param reserved names that the network's end has */
  static ofNetwork(reserved: readonly string[]): Scope {
    return new Scope('', { taken: new Set(reserved), layers: 0 });
  }

  /** The full name of the next layer of the list. */
  nameOf(layer: Extract<Layer, { name?: string }>, kind: NamedKind, path: string): string {
    const number = (this.#counts.get(kind) ?? 0) + 1;
    this.#counts.set(kind, number);
    return this.claim(layer.name ?? `${WORDS[kind]}${number}`, path);
  }

  /** The full name for a word of this list, which no other layer may have. */
  claim(word: string, path: string): string {
    const name = `${this.#prefix}${word}`;
    if (this.#network.taken.has(name))
      throw new NetworkMistake(path, `found a second layer ${JSON.stringify(name)}, wanted another "name"`);
    this.#network.taken.add(name);
    return name;
  }

  /** The names of a list inside of a layer. */
  inside(name: string): Scope {
    return new Scope(`${name}/`, this.#network);
  }

  count(path: string): void {
    if (++this.#network.layers > MOST_LAYERS)
      throw new NetworkMistake(path, `found more than ${MOST_LAYERS} layers, wanted at most ${MOST_LAYERS}`);
  }
}
