import { Logs } from '../../runner/logs/logs.ts';
import { hireOn, inTurn, tellCards } from '../../runner/workers/hire-worker.ts';
import { signStructures } from '../../runner/workers/measure-bits.ts';
import { workerCount } from '../../runner/workers/worker-count.ts';
import type { EngineName } from '../../training/engine.ts';
import { chooseCards } from '../../training/engines/cards/choose-cards.ts';
import type { Places, Share } from './places.ts';

/**
 * Finds places on engines of this machine, once for each.
 *
 * @throws {UserError | OutsideError} where what `--device` and the other options ask for is not there
 */
export function engineFinder(share: Share): (engine: EngineName) => Promise<Places> {
  const found = new Map<EngineName, Promise<Places>>();
  return (engine) => {
    const places = found.get(engine) ?? placesOn(engine, share);
    found.set(engine, places);
    return places;
  };
}

async function placesOn(engine: EngineName, { device, slots, perDevice, patience, say }: Share): Promise<Places> {
  const cards = await chooseCards(engine, device, say);
  const seats = workerCount({ workers: slots, perDevice }, engine, cards.length);
  tellCards(engine, cards, seats, say);
  const at = inTurn(cards);
  return {
    seats,
    hire: hireOn(engine, at, { patience, logs: Logs.none() }),
    cardOf: (seat) => at(seat)?.label ?? null,
    sign: signStructures,
    inexact: null,
  };
}
