import { OutsideError } from '../../sweep/user-error.ts';
import type { Card } from '../../training/engines/cards/card.ts';
import { listCudaCards } from '../../training/engines/cards/cuda-cards.ts';
import { parseDevices } from '../../training/engines/cards/parse-devices.ts';
import { pickCards } from '../../training/engines/cards/pick-cards.ts';

/**
 * The cards that programs may use.
 *
 * @param device what `--device` says; null takes all
 * @throws {OutsideError} where one of them is not there
 */
export async function chooseDevices(device: string | null): Promise<Card[]> {
  const cards = await listCudaCards();
  const chosen = device === null ? cards : pickCards(cards, parseDevices(device), 'the program');
  const gone = chosen.find(({ trouble }) => trouble !== null);
  if (gone) {
    const { reason, remedy } = gone.trouble!;
    throw new OutsideError(`Cannot start the program on ${gone.label}: ${reason}. ${remedy ?? ''}`.trim());
  }
  return chosen;
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
        '(CUDA_VISIBLE_DEVICES, or what nvidia-smi lists; --device chooses among them)',
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
