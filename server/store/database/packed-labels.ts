/**
 * Labels as they are stored: those of up to 16 classes with 4 bits each, low bits first, in base 64. With more classes
 * the list stays as it is, as it did until version 0.2 with any number of them.
 */
export type PackedLabels = string | number[];

const FEW = 16;

export function packLabels(labels: readonly number[]): PackedLabels {
  if (labels.some((label) => label >= FEW)) return [...labels];
  const bytes = Buffer.alloc(Math.ceil(labels.length / 2));
  labels.forEach((label, i) => (bytes[i >> 1]! |= label << (4 * (i % 2))));
  return bytes.toString('base64');
}

/** @param count how many labels there are */
export function unpackLabels(packed: PackedLabels, count: number): number[] {
  if (typeof packed !== 'string') return packed;
  const bytes = Buffer.from(packed, 'base64');
  return Array.from({ length: count }, (_, i) => (bytes[i >> 1]! >> (4 * (i % 2))) & 0xf);
}
