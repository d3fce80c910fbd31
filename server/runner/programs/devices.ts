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
 * @throws {OutsideError} where there are too few for one program
 */
export function groupsOf(cards: readonly Card[], gpus: number): Card[][] {
  if (cards.length < gpus)
    throw new OutsideError(
      `Cannot start the program: found ${cards.length} GPUs, wanted the ${gpus} of training.program.gpus ` +
        '(CUDA_VISIBLE_DEVICES, or what nvidia-smi lists; --device chooses among them)',
    );
  return Array.from({ length: Math.floor(cards.length / gpus) }, (_, i) => cards.slice(i * gpus, (i + 1) * gpus));
}
