import { UserError } from '../../sweep/user-error.ts';

/** Labels of one part with the file they come from, for messages. */
export interface LabelFile {
  path: string;
  labels: Int32Array;
}

/**
 * Whole-numbered labels as class indices. The training part decides which labels there are. They have to be consecutive
 * (0 … 9, or 1 … 26 as in EMNIST's letters), since a gap nearly always means a damaged file. The other parts may hold
 * no other labels.
 */
export function classesFromNumbers(
  train: LabelFile,
  others: LabelFile[],
): { classes: string[]; train: Int32Array; others: Int32Array[] } {
  let first = Infinity;
  let last = -Infinity;
  for (const label of train.labels) {
    first = Math.min(first, label);
    last = Math.max(last, label);
  }
  const present = new Set(train.labels);
  if (present.size !== last - first + 1) throw gapError(train.path, present, first, last);
  if (present.size < 2)
    throw new UserError(`Cannot use ${train.path}: every label is ${first}; at least two classes are wanted`);
  const toIndices = ({ path, labels }: LabelFile) => {
    checkRange(path, labels, first, last);
    return labels.map((label) => label - first);
  };
  return {
    classes: Array.from({ length: present.size }, (_, i) => String(first + i)),
    train: toIndices(train),
    others: others.map(toIndices),
  };
}

/** Refuses labels outside of first … last. */
export function checkRange(path: string, labels: Int32Array, first: number, last: number): void {
  const index = labels.findIndex((label) => !(label >= first && label <= last));
  if (index < 0) return;
  throw new UserError(
    `Cannot use ${path}: the label of image ${index} (from 0) is ${labels[index]}; ${first} to ${last} are wanted`,
  );
}

/** Refuses a training part in which a class does not occur: nothing could learn it. */
export function checkAllPresent(path: string, labels: Int32Array, classes: number): void {
  const present = new Set(labels);
  const missing = Array.from({ length: classes }, (_, label) => label).find((label) => !present.has(label));
  if (missing === undefined) return;
  throw new UserError(
    `Cannot use ${path}: no image has the label ${missing}; images of all ${classes} classes are wanted`,
  );
}

/** Refuses a pair of files of which one has more entries than the other. */
export function checkCounts(images: string, imageCount: number, labels: string, labelCount: number): void {
  if (imageCount === labelCount) return;
  throw new UserError(
    `Cannot pair ${images} with ${labels}: found ${imageCount} images and ${labelCount} labels; ` +
      'one label for each image is wanted',
  );
}

function gapError(path: string, present: Set<number>, first: number, last: number): UserError {
  let missing = first;
  while (present.has(missing)) missing++;
  return new UserError(
    `Cannot use ${path}: labels go from ${first} to ${last}, but no image has the label ${missing}; ` +
      'consecutive labels are wanted, each of some image',
  );
}
