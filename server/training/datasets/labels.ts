import { UserError } from '../../sweep/user-error.ts';
import { checkClassCount } from './sizes.ts';

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
  if (present.size < 2) throw oneClassError(train.path, String(first));
  checkClassCount(train.path, present.size);
  const toIndices = ({ path, labels }: LabelFile) => {
    checkRange(path, labels, first, last, 'labels of the training part');
    return labels.map((label) => label - first);
  };
  return {
    classes: Array.from({ length: present.size }, (_, i) => String(first + i)),
    train: toIndices(train),
    others: others.map(toIndices),
  };
}

/** A label as it stands in a file, once for all of its images. */
export interface LabelText {
  text: string;
  /** The first line that has it. */
  line: number;
}

/**
 * Labels that are given as text, as classes. If each is a whole number of 32 bits, they keep their numbers' order and
 * have to be consecutive. Otherwise they are names, sorted by code units, so that every machine gives them the same
 * order. A name that is spelled in two ways of Unicode (ä as one character or as two) is one class.
 *
 * @param texts all different
 * @returns the class of each text
 */
export function classesFromTexts(path: string, texts: LabelText[]): { classes: string[]; indices: Int32Array } {
  const numbers = texts.map(({ text }) => toNumber(text));
  if (!numbers.every((number) => Number.isInteger(number))) return classesFromNames(path, texts);
  refuseTwoTexts(path, texts);
  const labels = Int32Array.from(numbers);
  if (labels.some((label, i) => label !== numbers[i])) return classesFromNames(path, texts);
  const { classes, train } = classesFromNumbers({ path, labels }, []);
  return { classes, indices: train };
}

function classesFromNames(path: string, texts: LabelText[]): { classes: string[]; indices: Int32Array } {
  // Sorted by what stands in the file: a name keeps its place whichever way it is spelled.
  const spellings = texts.map(({ text }) => text).sort();
  const classes = [...new Set(spellings.map((text) => text.normalize('NFC')))];
  if (classes.length < 2) throw oneClassError(path, JSON.stringify(classes[0]));
  checkClassCount(path, classes.length);
  const places = new Map(classes.map((name, index) => [name, index]));
  return { classes, indices: Int32Array.from(texts, ({ text }) => places.get(text.normalize('NFC'))!) };
}

/** Where labels are numbers, `01` beside `1` leaves open whether they are one class. */
function refuseTwoTexts(path: string, texts: LabelText[]): void {
  const seen = new Map<bigint, LabelText>();
  for (const each of texts) {
    const value = wholeValue(each.text);
    const earlier = seen.get(value);
    if (earlier) {
      throw new UserError(
        `Cannot use ${path}: the labels of lines ${earlier.line} and ${each.line} are two texts of one number; ` +
          'one text for each class is wanted',
        { detail: `They are ${JSON.stringify(earlier.text)} and ${JSON.stringify(each.text)}.` },
      );
    }
    seen.set(value, each);
  }
}

/** The exact value of a text that stands for a whole number: plain digits may have more of them than a number holds. */
function wholeValue(text: string): bigint {
  return BigInt(/^[+-]?\d+$/.test(text) ? text.replace('+', '') : Number(text));
}

/** `Number` would read an empty text as 0. */
export function toNumber(text: string): number {
  return text.trim() === '' ? NaN : Number(text);
}

/**
 * Refuses labels outside of first … last.
 *
 * @param wanted what they should be, for the message
 */
export function checkRange(path: string, labels: Int32Array, first: number, last: number, wanted: string): void {
  const index = labels.findIndex((label) => !(label >= first && label <= last));
  if (index < 0) return;
  throw new UserError(
    `Cannot use ${path}: the label of image ${index} (from 0) is out of range; ${wanted} are wanted`,
    { detail: `It is ${labels[index]}, and ${first} to ${last} are wanted.` },
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

function oneClassError(path: string, label: string): UserError {
  return new UserError(`Cannot use ${path}: every label is the same; at least two classes are wanted`, {
    detail: `It is ${label}.`,
  });
}

function gapError(path: string, present: Set<number>, first: number, last: number): UserError {
  let missing = first;
  while (present.has(missing)) missing++;
  return new UserError(
    `Cannot use ${path}: its labels leave out a number; consecutive labels are wanted, each of some image`,
    { detail: `They go from ${first} to ${last}, and no image has the label ${missing}.` },
  );
}
