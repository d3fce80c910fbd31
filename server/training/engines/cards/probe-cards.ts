import { examine } from '../examine.ts';
import type { EngineProbe } from '../probe.ts';
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
  const cards = await listCards(own.name);
  const probes: CardProbe[] = [];
  for (const card of cards) {
    const isOnly = cards.length === 1 && card.trouble === null;
    const { works, stepMs, bits, reason, remedy } = isOnly ? own : (await examine(own.name, card)).probe;
    probes.push({ device: card.label, works, stepMs, bits, reason, remedy });
  }
  return probes;
}
