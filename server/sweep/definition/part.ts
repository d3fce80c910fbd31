import { type SplitFrom, splitFromSchema } from '../schema/split-from-schema.ts';
import { isObject } from '../problems/written-parameter.ts';
import { parseJson } from './json.ts';

/** A part of a sweep, as `cosweep split` has written it. */
export interface PartText {
  part: Omit<SplitFrom, 'seeds'>;
  /** Of the whole sweep. */
  seeds: number[];
  /** The text of the whole definition. */
  whole: string;
}

/** @returns null where the text is no part, or no definition at all */
export function partOf(text: string): PartText | null {
  if (!text.includes('"splitFrom"')) return null;
  const json = parseJson(text);
  if ('problem' in json || !isObject(json.value)) return null;
  const { splitFrom: written, ...rest } = json.value;
  const parsed = splitFromSchema.safeParse(written);
  if (!parsed.success) return null;
  const { seeds, ...part } = parsed.data;
  return { part, seeds: toSeeds(seeds), whole: toText({ ...rest, seeds }) };
}

/** The seeds that a definition asks for, whether it lists or counts them. */
export function toSeeds(written: number | readonly number[]): number[] {
  return typeof written === 'number' ? Array.from({ length: written }, (_, i) => i) : [...written];
}

export function toText(definition: object): string {
  return `${JSON.stringify(definition, null, 2)}\n`;
}
