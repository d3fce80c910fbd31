import type { CardSample } from './card-sample.ts';

/** What decides how CUDA counts the cards that TensorFlow sees. */
export type CudaOrder = Partial<Record<'CUDA_VISIBLE_DEVICES' | 'CUDA_DEVICE_ORDER', string>>;

/**
 * The card that a worker trains on. Its device names it: by the UUID or by the address where several cards of the model
 * are here, else by the model. A device that says none of these is TensorFlow's first card, or what
 * CUDA_VISIBLE_DEVICES makes its first. Of a part that MIG has made nothing is known: nvidia-smi measures whole cards.
 * Nor is of a card that is called by its number: CUDA counts cards of several models in an order of its own.
 *
 * @param device as the engine names it
 * @returns null where nobody can tell
 */
export function cardOf(
  cards: readonly CardSample[],
  engine: string,
  device: string,
  order: CudaOrder = process.env,
): CardSample | null {
  if (/\bMIG\b/.test(device) || /^GPU \d+/.test(device)) return null;
  const place = /\((GPU-[^()]+|[\da-f]{4}:[^()]+)\)(?:, CUDA)?$/.exec(device)?.[1];
  if (place !== undefined)
    return cards.find(({ uuid, address }) => uuid.startsWith(place) || address === place) ?? null;
  if (engine === 'tensorflow' && seesPart(order)) return null;
  if (cards.length === 1) return cards[0]!;
  const ofModel = cards.filter(({ name }) => name !== '' && device.replace(/, CUDA$/, '') === name);
  if (ofModel.length === 1) return ofModel[0]!;
  return engine === 'tensorflow' ? firstVisible(cards, order) : null;
}

function seesPart({ CUDA_VISIBLE_DEVICES: visible = '' }: CudaOrder): boolean {
  return visible.split(',').some((entry) => entry.trim().startsWith('MIG-'));
}

function firstVisible(
  cards: readonly CardSample[],
  { CUDA_VISIBLE_DEVICES: visible = '0', CUDA_DEVICE_ORDER: order }: CudaOrder,
): CardSample | null {
  const first = visible.split(',')[0]!.trim();
  if (/^\d+$/.test(first)) {
    const areAlike = cards.every(({ name }) => name === cards[0]!.name);
    return areAlike || order === 'PCI_BUS_ID' ? (cards.find(({ index }) => index === Number(first)) ?? null) : null;
  }
  return cards.find(({ uuid }) => first.startsWith('GPU-') && uuid.startsWith(first)) ?? null;
}
