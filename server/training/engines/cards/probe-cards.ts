import { examine } from '../examine.ts';
import type { EngineProbe } from '../probe.ts';
import { CardsUnlisted } from './cuda-cards.ts';
import { listCards } from './list-cards.ts';

/** How an engine works on one of its cards. */
export interface CardProbe extends Pick<EngineProbe, 'works' | 'stepMs' | 'bits' | 'reason' | 'remedy'> {
  /** As runs call it. */
  device: string;
}

/**
 * Every card of an engine, tried anew, in the order of the numbers that `--device` takes.
 *
 * @param own how the engine works on the device that it takes by itself: an only card need not be tried once more
 */
export async function probeCards(own: EngineProbe): Promise<CardProbe[]> {
  const cards = await listCards(own.name).catch((error: unknown) => {
    if (!(error instanceof CardsUnlisted)) throw error;
    return error;
  });
  if (cards instanceof CardsUnlisted) return [unlisted(cards)];
  const probes: CardProbe[] = [];
  for (const card of cards) {
    const isOnly = cards.length === 1 && card.trouble === null;
    const { works, stepMs, bits, reason, remedy } = isOnly ? own : (await examine(own.name, card)).probe;
    probes.push({ device: card.label, works, stepMs, bits, reason, remedy });
  }
  return probes;
}

/** Stands for all of them. */
function unlisted({ reason, remedy }: CardsUnlisted): CardProbe {
  return { device: 'all cards', works: false, stepMs: null, bits: null, reason, remedy };
}
