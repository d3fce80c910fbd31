import { LOSS_PARAMETERS, SYMBOLS } from './parameter-names.ts';

/**
 * True where a text has all words of a search, in any order. A letter and its word are the same (β, beta), and so are
 * small and capital letters, the ways of writing one character, and the two minus signs. An equals sign counts for
 * nothing: `β0.2` is found by `beta=0.2` and by `β = 0.2`.
 */
export function hasWords(text: string, search: string): boolean {
  const searched = toSearchText(text);
  return toSearchText(search)
    .split(/\s+/)
    .every((word) => searched.includes(word));
}

function toSearchText(text: string): string {
  const plain = text.normalize('NFKC').toLowerCase().replaceAll('−', '-').replaceAll('=', '');
  return LOSS_PARAMETERS.reduce((spelled, name) => spelled.replaceAll(SYMBOLS[name], name), plain);
}
