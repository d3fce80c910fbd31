import { OutsideError } from '../../sweep/user-error.ts';
import type { EngineName } from '../engine.ts';
import type { Card } from './cards/card.ts';
import { probeEngine } from './probe.ts';
import { EngineUnavailable } from './unavailable.ts';
import { keepVerdict } from './verdicts.ts';

export type Probed = Awaited<ReturnType<typeof probeEngine>>;

/**
 * Tries an engine, and keeps what is found.
 *
 * @param card null for the device that the engine takes by itself
 */
export async function examine(name: EngineName, card: Card | null = null): Promise<Probed> {
  const probed = await probeEngine(name, card);
  if (probed.answered) keepVerdict(probed.probe, card?.id ?? null);
  return probed;
}

/** Of an engine whose process died nothing is known: that is nobody's mistake. */
export function insistOn({ probe: { name, works, reason, remedy }, answered }: Probed): EngineName {
  if (works) return name;
  if (answered) throw new EngineUnavailable(name, reason!, remedy);
  throw new OutsideError(`Cannot open the ${name} engine: ${reason}. Is there too little memory?`);
}
