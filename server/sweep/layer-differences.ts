import { toCanonicalJson } from './canonical-json.ts';
import type { Layer } from './layers.ts';

/** A layer that two networks do not have in common; null where one of them has none at this place. */
export interface LayerDifference {
  /** `[3]`, or `[3 → 4]` where the places differ; within a residual or a repeat `[3].residual[0]`. */
  place: string;
  layers: [Layer | null, Layer | null];
}

/**
 * Which layers of two lists differ. A layer that one of them has more moves the others on, and makes none of them
 * another one: what is the same in the same order is matched first.
 */
export function differencesOfLayers(first: readonly Layer[], second: readonly Layer[]): LayerDifference[] {
  return gapsBetween(first, second).flatMap(([a, b]) =>
    Array.from({ length: Math.max(a.to - a.from, b.to - b.from) }, (_, k) =>
      differencesAt(
        a.from + k < a.to ? { index: a.from + k, layer: first[a.from + k]! } : null,
        b.from + k < b.to ? { index: b.from + k, layer: second[b.from + k]! } : null,
      ),
    ).flat(),
  );
}

/** A layer as a definition writes it; `none` where there is none. */
export function layerInWords(layer: Layer | null): string {
  return layer === null ? 'none' : typeof layer === 'string' ? layer : JSON.stringify(layer);
}

type Placed = { index: number; layer: Layer } | null;

function differencesAt(a: Placed, b: Placed): LayerDifference[] {
  const [from, to] = [a?.index ?? '–', b?.index ?? '–'];
  const place = from === to ? `[${from}]` : `[${from} → ${to}]`;
  const inner = a === null || b === null ? null : innerLists(a.layer, b.layer);
  if (inner === null) return [{ place, layers: [a?.layer ?? null, b?.layer ?? null] }];
  return inner.flatMap(({ key, lists }) =>
    differencesOfLayers(...lists).map((each) => ({ ...each, place: `${place}.${key}${each.place}` })),
  );
}

/** The lists within two layers that differ in nothing else; null where they differ otherwise. */
function innerLists(a: Layer, b: Layer): { key: string; lists: [Layer[], Layer[]] }[] | null {
  if (typeof a === 'string' || typeof b === 'string') return null;
  const [first, second] = [{ ...a } as Record<string, unknown>, { ...b } as Record<string, unknown>];
  const keys = [...new Set([...Object.keys(first), ...Object.keys(second)])].filter(
    (key) => toCanonicalJson(first[key] ?? null) !== toCanonicalJson(second[key] ?? null),
  );
  if (!keys.every((key) => Array.isArray(first[key]) && Array.isArray(second[key]))) return null;
  return keys.map((key) => ({ key, lists: [first[key] as Layer[], second[key] as Layer[]] }));
}

interface Range {
  from: number;
  to: number;
}

/** The stretches of both lists between the layers that they have in common, by a longest common subsequence. */
function gapsBetween(first: readonly Layer[], second: readonly Layer[]): [Range, Range][] {
  const [a, b] = [first, second].map((list) => list.map(toCanonicalJson)) as [string[], string[]];
  // longest[i][j]: how many layers the lists from i and from j on have in common
  const longest = Array.from({ length: a.length + 1 }, () => new Uint16Array(b.length + 1));
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--)
      longest[i]![j] = a[i] === b[j] ? longest[i + 1]![j + 1]! + 1 : Math.max(longest[i + 1]![j]!, longest[i]![j + 1]!);
  const gaps: [Range, Range][] = [];
  let [i, j, fromA, fromB] = [0, 0, 0, 0];
  const close = (): void => {
    if (i > fromA || j > fromB) gaps.push([range(fromA, i), range(fromB, j)]);
  };
  while (i < a.length && j < b.length) {
    if (a[i] === b[j]) {
      close();
      [fromA, fromB] = [++i, ++j];
    } else if (longest[i + 1]![j]! >= longest[i]![j + 1]!) i++;
    else j++;
  }
  [i, j] = [a.length, b.length];
  close();
  return gaps;
}

const range = (from: number, to: number): Range => ({ from, to });
