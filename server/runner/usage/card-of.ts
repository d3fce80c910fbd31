import type { CardSample } from './card-sample.ts';

/** What the names of NVIDIA's cards have in them, in WebGPU's words or in those of the engine tensorflow. */
const NVIDIA = /nvidia|geforce|quadro|tesla|\brtx\b|\bCUDA$/i;

/** @param device as the engine names it */
export function isNvidia(device: string): boolean {
  return !device.startsWith('CPU') && NVIDIA.test(device);
}

/**
 * The card that a worker trains on. Its device names it: by the UUID or by the address where several cards of the model
 * are here, else by the model. A device that says none of these is TensorFlow's first card, or what
 * CUDA_VISIBLE_DEVICES makes its first. Of a part that MIG has made nothing is known: nvidia-smi measures whole cards.
 *
 * @param device as the engine names it
 * @returns null where nobody can tell
 */
export function cardOf(
  cards: readonly CardSample[],
  engine: string,
  device: string,
  visible = process.env['CUDA_VISIBLE_DEVICES'] ?? '0',
): CardSample | null {
  if (/\bMIG\b/.test(device)) return null;
  const place = /\((GPU-[^()]+|[\da-f]{4}:[^()]+)\)(?:, CUDA)?$/.exec(device)?.[1];
  if (place !== undefined)
    return cards.find(({ uuid, address }) => uuid.startsWith(place) || address === place) ?? null;
  if (cards.length === 1) return cards[0]!;
  const ofModel = cards.filter(({ name }) => name !== '' && device.replace(/, CUDA$/, '') === name);
  if (ofModel.length === 1) return ofModel[0]!;
  return engine === 'tensorflow' ? firstVisible(cards, visible) : null;
}

function firstVisible(cards: readonly CardSample[], visible: string): CardSample | null {
  const first = visible.split(',')[0]!.trim();
  const isFirst = ({ index, uuid }: CardSample): boolean =>
    /^\d+$/.test(first) ? index === Number(first) : first.startsWith('GPU-') && uuid.startsWith(first);
  return cards.find(isFirst) ?? null;
}
