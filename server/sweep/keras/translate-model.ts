import { groupBy } from '../group-by.ts';
import type { Layer } from '../layers.ts';
import type { Problem } from '../problem.ts';
import { ownNames } from './own-names.ts';
import type { KerasLayer, Topology } from './read-topology.ts';
import { structureProblems } from './structure-problems.ts';
import { translateLayer } from './translate-layer.ts';
import { type Mark, NOTHING, type Source, type Translated, Untranslatable } from './translated.ts';

/** A Keras model as layers of a definition. */
export interface Translation {
  layers: Layer[];
  /** Of the layers that have parameters, in the order in which they are laid out. */
  sources: Source[];
  /** What is left out, and what follows from that. */
  notes: string[];
  /** What follows from that for whoever takes its weights. */
  weightNotes: string[];
  /** [height, width, channels] of its images; null where it does not say them. */
  shape: number[] | null;
  /** Everything that cannot be translated; `layers` lack it. */
  problems: Problem[];
}

/**
 * Translates a chain of layers in which `Add` joins two ways that part. A dense layer at the end, maybe with softmax,
 * is the head, which Cosweep makes for the classes of the data set.
 */
export function translateModel(topology: Pick<Topology, 'layers' | 'outputs'>): Translation {
  return new Walk(topology).translate();
}

/** Ways through the layers of a model, from one that parts to the one that joins. */
interface Way {
  pieces: Translated[];
  /** The `Add` that it leads to; null where it leads to the end. */
  end: KerasLayer | null;
}

/** After these a vector goes on. */
const FLATTENING = ['Flatten', 'GlobalAveragePooling2D', 'Dense'];

const NO_WAY: Way = { pieces: [], end: null };

class Walk {
  readonly #layers: readonly KerasLayer[];
  readonly #consumers = new Map<string, KerasLayer[]>();
  readonly #seen = new Set<KerasLayer>();
  readonly #names: ReadonlyMap<KerasLayer, string>;
  /** Whose output is a vector. */
  readonly #flat = new Set<string>();
  readonly #head: ReadonlySet<KerasLayer>;
  readonly #problems: Problem[];
  /** Whether a layer has become something, or ways have parted. */
  #begun = false;

  constructor({ layers, outputs }: Pick<Topology, 'layers' | 'outputs'>) {
    this.#layers = layers;
    this.#names = ownNames(layers);
    for (const layer of layers)
      for (const input of layer.inputs) this.#consumers.set(input, [...this.#consumersOf(input), layer]);
    this.#head = this.#findHead(outputs?.[0]);
    this.#problems = structureProblems({ layers, outputs });
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
    const { layers, sources, notes, weightNotes, marks } = joined(pieces);
    return {
      ...{ layers, sources, weightNotes },
      notes: [...notes, ...[...this.#head].flatMap(noteOfHead), ...notesOf(marks)],
      shape: first ? shapeOf(first) : null,
      problems: this.#problems,
    };
  }

  /** The layers from this one on, up to an `Add` in which another way joins. */
  #follow(start: KerasLayer): Way {
    // Ways that meet elsewhere than in an Add, or lead in a circle.
    if (this.#seen.has(start)) return NO_WAY;
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
    this.#begun = true;
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
    if (add.inputs.some((input) => this.#flat.has(input))) this.#flat.add(add.name);
    pieces.push(residual(this.#names.get(add)!, branch, shortcut));
    return add;
  }

  #translate(layer: KerasLayer): Translated {
    this.#seen.add(layer);
    const isFlat = layer.inputs.some((input) => this.#flat.has(input));
    if (isFlat || FLATTENING.includes(layer.className)) this.#flat.add(layer.name);
    try {
      const own = this.#names.get(layer)!;
      const translated = translateLayer(layer, { own, isFlat, isFirst: !this.#begun });
      this.#begun ||= translated.layers.length > 0;
      return translated;
    } catch (error) {
      if (!(error instanceof Untranslatable)) throw error;
      this.#refuse(layer, error.message);
      return NOTHING;
    }
  }

  #isEnd(layer: KerasLayer): boolean {
    if (this.#head.has(layer)) this.#seen.add(layer);
    return this.#head.has(layer);
  }

  /** @param output its name; without it the last layer that leads nowhere */
  #findHead(output: string | undefined): Set<KerasLayer> {
    const last = this.#layers.findLast(({ name }) =>
      output === undefined ? this.#consumersOf(name).length === 0 : name === output,
    );
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
    weightNotes: pieces.flatMap(({ weightNotes }) => weightNotes),
    marks: pieces.flatMap(({ marks }) => marks),
  };
}

function residual(own: string, branch: Translated, shortcut: Translated): Translated {
  const way = shortcut.layers.length === 0 ? ('identity' as const) : shortcut.layers;
  return {
    layers: [{ residual: branch.layers, shortcut: way, name: own }],
    sources: [...branch.sources, ...shortcut.sources],
    notes: [...branch.notes, ...shortcut.notes],
    weightNotes: [...branch.weightNotes, ...shortcut.weightNotes],
    marks: [...inside(own, branch.marks), ...inside(`${own}/shortcut`, shortcut.marks)],
  };
}

function inside(name: string, marks: readonly Mark[]): Mark[] {
  return marks.map(({ layer, text }) => ({ layer: `${name}/${layer}`, text }));
}

/** What holds for many layers is said once. */
function notesOf(marks: readonly Mark[]): string[] {
  const layersOf = groupBy(marks, ({ text }) => text);
  return [...layersOf].map(([text, of]) => `${of.map(({ layer }) => JSON.stringify(layer)).join(', ')}: ${text}`);
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
