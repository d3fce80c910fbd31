import type { CardSample } from './card-sample.ts';

/** What the names of NVIDIA's cards have in them, in WebGPU's words or in those of the engine tensorflow. */
const NVIDIA = /nvidia|geforce|quadro|tesla|\brtx\b|\bCUDA$/i;

/** @param device as the engine names it */
export function isNvidia(device: string): boolean {
  return !device.startsWith('CPU') && NVIDIA.test(device);
}

/**
 * The card that an engine trains on. Among several it is TensorFlow's first, or what CUDA_VISIBLE_DEVICES makes its
 * first. Which one WebGPU has taken is not known, since it numbers them in its own way.
 *
 * @returns null where nobody can tell
 */
export function cardOf(
  cards: readonly CardSample[],
  engine: string,
  visible = process.env['CUDA_VISIBLE_DEVICES'] ?? '0',
): CardSample | null {
  if (cards.length === 1) return cards[0]!;
  if (engine !== 'tensorflow') return null;
  const first = visible.split(',')[0]!.trim();
  const isFirst = ({ index, uuid }: CardSample): boolean =>
    /^\d+$/.test(first) ? index === Number(first) : first.startsWith('GPU-') && uuid.startsWith(first);
  return cards.find(isFirst) ?? null;
}
