/** What somebody remembers of a sweep, an arm or a run. */
export interface Mark {
  star: boolean;
  /** Sorted by their text, each once. */
  tags: string[];
  note: string | null;
}

export const NO_MARK: Mark = { star: false, tags: [], note: null };

export const LONGEST_TAG = 64;
export const MOST_TAGS = 100;
/** In bytes. */
export const LONGEST_NOTE = 64 * 1024;
export const LONGEST_NAME = 200;

/** Controls of a terminal, and halves of characters, which no other program could read. */
const UNWANTED = /[\p{Cc}\p{Cs}\u2028\u2029]/u;

/**
 * A tag as it is stored: without blanks around it, accents joined with their letters, so that equal words are one tag.
 *
 * @returns null where the text is no tag
 */
export function toTag(written: string): string | null {
  const tag = written.normalize('NFC').trim();
  return tag === '' || lengthOf(tag) > LONGEST_TAG || UNWANTED.test(tag) ? null : tag;
}

export const WANTED_TAG = `a text of 1 to ${LONGEST_TAG} characters, without line breaks or control characters`;

/**
 * A note as it is stored: lines end in `\n`, and blanks at the end are gone.
 *
 * @returns null where the text is no note; empty where it has nothing but blanks
 */
export function toNote(written: string): string | null {
  const note = written.replace(/\r\n?/g, '\n').trimEnd();
  const isText = !UNWANTED.test(note.replace(/[\n\t]/g, ''));
  return isText && new TextEncoder().encode(note).length <= LONGEST_NOTE ? note : null;
}

export const WANTED_NOTE = `a text of at most ${LONGEST_NOTE / 1024} kB, without control characters`;

/**
 * A name as it is stored, without blanks around it.
 *
 * @returns null where the text is no name, or is what the command line takes for another sweep
 */
export function toSweepName(written: string): string | null {
  const name = written.normalize('NFC').trim();
  const isTaken = name === 'latest' || /^s\d+$/.test(name);
  return name === '' || isTaken || lengthOf(name) > LONGEST_NAME || UNWANTED.test(name) ? null : name;
}

export const WANTED_NAME =
  `a text of 1 to ${LONGEST_NAME} characters, without line breaks or control characters, ` +
  'and neither "latest" nor what reads as an id';

function lengthOf(text: string): number {
  return [...text].length;
}
