/** Gives every distinct label a place in the palette, in order of first appearance, so that one label has one colour in all panels. */
export function assignInks(labels: Iterable<string>): Map<string, number> {
  const inks = new Map<string, number>();
  for (const label of labels) if (!inks.has(label)) inks.set(label, inks.size);
  return inks;
}
