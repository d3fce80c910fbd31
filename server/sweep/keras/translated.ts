import type { Layer } from '../layers.ts';

/** A layer with parameters, and the names that they have in Keras. */
export interface Source {
  layer: string;
  /** Name here, without the layer's → name there. */
  parts: Record<string, string[]>;
}

/** What a layer of Keras becomes. */
export interface Translated {
  /** None where it does nothing here. */
  layers: Layer[];
  /** Of those among the layers that have parameters, in their order. */
  sources: Source[];
  /** What the user should know of it. */
  notes: string[];
  /** What the user should know who takes its weights. */
  weightNotes: string[];
  /** What settings of a definition do in the place of an option of Keras. */
  marks: Mark[];
}

/** One of those, and the full name of the layer that it is about. */
export interface Mark {
  layer: string;
  text: string;
}

/** What becomes nothing here, and needs no word. */
export const NOTHING: Translated = { layers: [], sources: [], notes: [], weightNotes: [], marks: [] };

/** What was found in a layer that has no translation, and what is wanted. */
export class Untranslatable extends Error {}
