import type { Layer } from '../layers.ts';
import type { Problem } from '../problem.ts';
import type { KerasLayer, Topology } from './read-topology.ts';
import { own, translateLayer } from './translate-layer.ts';
import { type Source, type Translated, Untranslatable } from './translated.ts';

/** A Keras model as layers of a definition. */
export interface Translation {
  layers: Layer[];
  /** Of the layers that have parameters, in the order in which they are laid out. */
  sources: Source[];
  /** What is left out, and what follows from that. */
  notes: string[];
  /** [height, width, channels] of its images; null where it does not say them. */
  shape: number[] | null;
  /** Everything that cannot be translated; `layers` lack it. */
  problems: Problem[];
}

/**
 * Translates a chain of layers in which `Add` joins two ways that part. A dense layer at the end, maybe with softmax,
 * is the head, which Cosweep makes for the classes of the data set.
 */
export function translateModel({ layers }: Pick<Topology, 'layers'>): Translation {
  return new Walk(layers).translate();
}

/** Ways through the layers of a model, from one that parts to the one that joins. */
interface Way {
  pieces: Translated[];
  /** The `Add` that it leads to; null where it leads to the end. */
  end: KerasLayer | null;
}

const NO_WAY: Way = { pieces: [], end: null };

class Walk {
  readonly #layers: readonly KerasLayer[];
  readonly #consumers = new Map<string, KerasLayer[]>();
  readonly #seen = new Set<KerasLayer>();
  readonly #head: ReadonlySet<KerasLayer>;
  readonly #problems: Problem[] = [];

  constructor(layers: readonly KerasLayer[]) {
    this.#layers = layers;
    for (const layer of layers)
      for (const input of layer.inputs) this.#consumers.set(input, [...this.#consumersOf(input), layer]);
    this.#head = this.#findHead();
  }

  translate(): Translation {
    const [first, second] = this.#layers.filter(({ inputs }) => inputs.length === 0);
    if (second) this.#refuse(second, 'found a second input, wanted one');
    const { pieces, end } = first && !this.#isEnd(first) ? this.#follow(first) : NO_WAY;
    if (end) this.#refuse(end, 'found an Add of which one input leads here, wanted two ways that part in one layer');
    for (const layer of this.#layers) {
      if (!this.#seen.has(layer) && this.#problems.length === 0)
        this.#refuse(layer, 'found it beside the one way from the input to the output, wanted it on that way');
    }
    const { layers, sources, notes } = joined(pieces);
    return {
      ...{ layers, sources },
      notes: [...notes, ...[...this.#head].flatMap(noteOfHead)],
      shape: first ? shapeOf(first) : null,
      problems: this.#problems,
    };
  }

  /** The layers from this one on, up to an `Add` in which another way joins. */
  #follow(start: KerasLayer): Way {
    const pieces = [this.#translate(start)];
    for (let current = start; ;) {
      const next = this.#consumersOf(current.name).filter((layer) => !this.#isEnd(layer));
      if (next.length === 0) return { pieces, end: null };
      if (next.length > 2) {
        this.#refuse(current, `found ${next.length} layers that take its output, wanted at most two`);
        return { pieces, end: null };
      }
      const [one, other] = next as [KerasLayer, KerasLayer?];
      if (other) {
        const join = this.#join(current, one, other, pieces);
        if (join === null) return { pieces, end: null };
        current = join;
      } else {
        if (isAdd(one)) return { pieces, end: one };
        if (this.#seen.has(one)) return { pieces, end: null };
        pieces.push(this.#translate(one));
        current = one;
      }
    }
  }

  /** Two ways that part and join again. @returns the `Add` in which they do; null where they do not */
  #join(parting: KerasLayer, one: KerasLayer, other: KerasLayer, pieces: Translated[]): KerasLayer | null {
    const [a, b] = [one, other].map((layer) => (isAdd(layer) ? { pieces: [], end: layer } : this.#follow(layer))) as [
      Way,
      Way,
    ];
    const add = a.end;
    if (add === null || add !== b.end || add.inputs.length !== 2 || this.#seen.has(add)) {
      this.#refuse(parting, 'found two ways from its output that do not join in one Add, wanted a residual block');
      return null;
    }
    this.#seen.add(add);
    const [branch, shortcut] = [joined(a.pieces), joined(b.pieces)].sort(
      (x, y) => y.layers.length - x.layers.length,
    ) as [Translated, Translated];
    if (branch.layers.length === 0) this.#refuse(add, 'found a layer that is added to itself, wanted a branch');
    pieces.push(residual(add, branch, shortcut));
    return add;
  }

  #translate(layer: KerasLayer): Translated {
    this.#seen.add(layer);
    try {
      return translateLayer(layer);
    } catch (error) {
      if (!(error instanceof Untranslatable)) throw error;
      this.#refuse(layer, error.message);
      return { layers: [], sources: [], notes: [] };
    }
  }

  #isEnd(layer: KerasLayer): boolean {
    if (this.#head.has(layer)) this.#seen.add(layer);
    return this.#head.has(layer);
  }

  #findHead(): Set<KerasLayer> {
    const last = this.#layers.findLast(({ name }) => this.#consumersOf(name).length === 0);
    if (!last) return new Set();
    const before = this.#layers.find(({ name }) => name === last.inputs[0]);
    if (last.className === 'Dense') return new Set([last]);
    const isSoftmax = last.className === 'Softmax' || last.config.activation === 'softmax';
    return isSoftmax && before?.className === 'Dense' ? new Set([before, last]) : new Set();
  }

  #consumersOf(name: string): KerasLayer[] {
    return this.#consumers.get(name) ?? [];
  }

  #refuse({ name, className }: KerasLayer, message: string): void {
    this.#problems.push({ path: `${name} (${className})`, message });
  }
}

function isAdd({ className }: KerasLayer): boolean {
  return className === 'Add';
}

function joined(pieces: readonly Translated[]): Translated {
  return {
    layers: pieces.flatMap(({ layers }) => layers),
    sources: pieces.flatMap(({ sources }) => sources),
    notes: pieces.flatMap(({ notes }) => notes),
  };
}

function residual({ name }: KerasLayer, branch: Translated, shortcut: Translated): Translated {
  const way = shortcut.layers.length === 0 ? ('identity' as const) : shortcut.layers;
  return {
    layers: [{ residual: branch.layers, shortcut: way, name: own(name) }],
    sources: [...branch.sources, ...shortcut.sources],
    notes: [...branch.notes, ...shortcut.notes],
  };
}

function noteOfHead({ name, className, config }: KerasLayer): string[] {
  if (className !== 'Dense') return [];
  return [
    `${JSON.stringify(name)} of ${String(config.units)} units is left out: ` +
      'Cosweep adds the embedding and the last layer, for the classes of the data set',
  ];
}

function shapeOf({ config }: KerasLayer): number[] | null {
  const shape = config.batch_input_shape ?? config.batch_shape;
  const sides = Array.isArray(shape) ? (shape as unknown[]).slice(1) : [];
  return sides.length === 3 && sides.every((side) => Number.isInteger(side) && (side as number) >= 1)
    ? (sides as number[])
    : null;
}
