import { OutsideError } from '../../sweep/user-error.ts';
import type { Card } from '../../training/engines/cards/card.ts';
import { hasModel, listCudaCards } from '../../training/engines/cards/cuda-cards.ts';
import { parseDevices } from '../../training/engines/cards/parse-devices.ts';
import { pickCards } from '../../training/engines/cards/pick-cards.ts';

/**
 * The cards that programs may use.
 *
 * @param device what `--device` says; null takes all of one model: what a run has begun on one it would go on with on
 *   another, which rounds differently, since nobody has measured what programs compute
 * @param tell gets which cards are left out for that
 * @throws {OutsideError} where one of them is not there
 */
export async function chooseDevices(
  device: string | null,
  tell: (message: string) => void = () => {},
): Promise<Card[]> {
  const cards = await listCudaCards();
  const chosen = device === null ? cards : pickCards(cards, parseDevices(device), 'the program');
  const gone = chosen.find(({ trouble }) => trouble !== null);
  if (gone) {
    const { reason, remedy } = gone.trouble!;
    throw new OutsideError(`Cannot start the program on ${gone.label}: ${reason}. ${remedy ?? ''}`.trim());
  }
  return device === null ? ofOneModel(chosen, tell) : chosen;
}

/** Those of the model that most of them are; of two models with as many cards the one that is listed first. */
function ofOneModel(cards: Card[], tell: (message: string) => void): Card[] {
  const [most] = cards.map((card) => alike(card, cards)).sort((a, b) => b.length - a.length);
  if (most === undefined) return [];
  const labelsOf = (some: readonly Card[]): string => some.map(({ label }) => label).join(', ');
  const others = cards.filter((card) => !most.includes(card));
  if (others.length > 0)
    tell(
      `programs train on ${labelsOf(most)}: other models round differently, so a run stays on one model; ` +
        `left out: ${labelsOf(others)}; --device all takes all`,
    );
  if (most.length > 1 && !hasModel(most[0]!))
    tell(
      `nothing says of which models ${labelsOf(most)} are, so they are taken to be of one; ` +
        'UUIDs in CUDA_VISIBLE_DEVICES, or CUDA_DEVICE_ORDER=PCI_BUS_ID, let models be told apart',
    );
  return most;
}

function alike(card: Card, cards: readonly Card[]): Card[] {
  return cards.filter((other) => (hasModel(card) ? other.name === card.name : !hasModel(other)));
}

/**
 * The cards of each program that may be at work.
 *
 * @param gpus that one program gets
 * @throws {OutsideError} where there are too few for one program, or it would not see all of them
 */
export function groupsOf(cards: readonly Card[], gpus: number): Card[][] {
  if (cards.length < gpus)
    throw new OutsideError(
      `Cannot start the program: found ${cards.length} GPUs, wanted the ${gpus} of training.program.gpus ` +
        '(CUDA_VISIBLE_DEVICES, or what nvidia-smi lists; --device chooses among them, and all takes several models)',
    );
  const count = Math.floor(cards.length / gpus);
  return Array.from({ length: count }, (_, i) => seenAtOnce(cards.slice(i * gpus, (i + 1) * gpus)));
}

/** Of several parts that MIG has made CUDA shows a process one alone, and beside a part no whole card. */
function seenAtOnce(group: Card[]): Card[] {
  const part = group.find(({ id }) => id.startsWith('MIG-'));
  if (group.length === 1 || part === undefined) return group;
  throw new OutsideError(
    `Cannot start the program on ${group.map(({ label }) => label).join(', ')}: ${part.label} is a part that MIG has ` +
      'made of a card, and CUDA shows a process no other device beside one; wanted training.program.gpus 1, or whole ' +
      'cards (--device chooses them)',
  );
}
