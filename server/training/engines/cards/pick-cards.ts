import { UserError } from '../../../sweep/user-error.ts';
import { listOf, type Card } from './card.ts';
import type { WantedDevices } from './parse-devices.ts';

/**
 * A number of so many digits that is no place in the list is a part of a model's name, such as 4090. A shorter one is a
 * wrong place: card 4 of four is not to be every L4.
 */
const DIGITS_OF_MODEL = 3;

/**
 * The cards that `--device` asks for, in its order. A number is a card's place in the list, or what a model is called
 * by. Any other word is a part of a name, which several cards may have, or the beginning of an id: all that it fits are
 * taken.
 *
 * @param of whose cards they are, as messages say it
 * @throws {UserError} where a word fits no card, or two words fit the same one
 */
export function pickCards(cards: readonly Card[], wanted: WantedDevices, of: string): Card[] {
  if (cards.length === 0)
    throw new UserError(`Cannot choose a device of ${of} (--device): found no card, wanted one at least`);
  if (wanted === 'all') return [...cards];
  const byWord = wanted.map((word): [string, Card[]] => {
    const found = fitting(cards, word);
    if (found.length > 0) return [word, found];
    throw new UserError(
      `Cannot choose a device of ${of} (--device): no device is "${word}". ` +
        `Wanted: a number or a part of a name, of these: ${listOf(cards)}`,
    );
  });
  const takenBy = new Map<Card, string>();
  for (const [word, found] of byWord)
    for (const card of found) {
      const before = takenBy.get(card);
      if (before !== undefined)
        throw new UserError(
          `Cannot choose the devices of ${of} (--device): "${before}" and "${word}" are both ${card.label}, ` +
            'wanted each device once',
        );
      takenBy.set(card, word);
    }
  return [...takenBy.keys()];
}

function fitting(cards: readonly Card[], word: string): Card[] {
  if (/^\d+$/.test(word)) {
    const place = Number(word);
    if (place < cards.length) return [cards[place]!];
    // Not in the label: addresses and ids have digits too.
    return word.length < DIGITS_OF_MODEL ? [] : cards.filter(({ name }) => name.includes(word));
  }
  const part = word.toLowerCase();
  return cards.filter(({ label, id }) => label.toLowerCase().includes(part) || id.toLowerCase().startsWith(part));
}
