import type { LineShape } from './chart-spec.ts';

/** How many colours the palette has; a test checks the number against the palette. */
export const COLOURS_OF_PALETTE = 10;

/**
 * Gives every distinct label a place in the palette, in order of first appearance, so that one label has one colour in
 * all panels.
 */
export function assignInks(labels: Iterable<string>): Map<string, number> {
  const inks = new Map<string, number>();
  for (const label of labels) if (!inks.has(label)) inks.set(label, inks.size);
  return inks;
}

/** Where the colours begin anew, the dash tells labels apart: solid, dashed, dotted. */
export function dashOf(ink: number): LineShape['dash'] {
  return ([undefined, 'dashed', 'dotted'] as const)[Math.floor(ink / COLOURS_OF_PALETTE) % 3];
}
