import { eastAsianWidth } from 'get-east-asian-width';

const EMOJI = new RegExp('^\\p{RGI_Emoji}$', 'v');

const segmenter = new Intl.Segmenter();

/** What a reader takes for one sign each, and how many columns of a terminal it takes. */
export function signsOf(text: string): { sign: string; width: number }[] {
  return [...segmenter.segment(text)].map(({ segment }) => ({ sign: segment, width: widthOf(segment) }));
}

/** Each of these is one sign and one column; to find the signs of other texts takes a hundred times as long. */
const ASCII = /^[ -~]*$/;

/** Columns of a terminal that a line takes. Control characters are not expected in it. */
export function displayWidth(text: string): number {
  if (ASCII.test(text)) return text.length;
  return signsOf(text).reduce((total, { width }) => total + width, 0);
}

/** A sign is as wide as its first character. An emoji of several characters is two columns wide. */
function widthOf(sign: string): number {
  if (EMOJI.test(sign)) return 2;
  const first = [...sign].find((character) => !/[\p{M}\p{Cf}]/u.test(character));
  return first === undefined ? 0 : eastAsianWidth(first.codePointAt(0)!);
}
