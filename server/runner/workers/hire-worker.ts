import type { EngineName } from '../../training/engine.ts';
import type { Card } from '../../training/engines/cards/card.ts';
import type { SweepOptions } from '../run-options.ts';
import type { ProgramPlace } from './messages.ts';
import type { Trainer } from './trainer.ts';
import { WorkerProcess, type Workplace } from './worker-process.ts';

/** Starts a trainer in a seat, counted from 0. */
export type Hire = (seat: number) => Trainer;

/** Starts workers on an engine of this machine. @param cardOf the card of a seat; null leaves it to the engine */
export function hireOn(
  engine: EngineName,
  cardOf: (seat: number) => Card | null,
  { patience, logs }: Pick<SweepOptions, 'patience' | 'logs'>,
): Hire {
  return (seat) => new WorkerProcess(onEngine(engine, cardOf(seat)), patience, logs.worker(seat));
}

/** Spreads seats over cards in turn. @returns the card of a seat, null where there are no cards */
export function inTurn<T extends Card>(cards: readonly T[]): (seat: number) => T | null {
  return (seat) => (cards.length === 0 ? null : cards[seat % cards.length]!);
}

/** Says on which of several cards so many workers are, by the same order as `inTurn`. */
export function tellCards(
  engine: EngineName,
  cards: readonly Card[],
  workers: number,
  tell: (message: string) => void,
): void {
  const used = cards.slice(0, workers).map(({ label }) => label);
  if (cards.length > 1) tell(`${engine} trains on ${used.join(', ')}`);
}

/** @param card null leaves it to the engine */
export function onEngine(engine: EngineName, card: Card | null = null): Workplace {
  return {
    program: 'runner/workers/worker',
    name: engine,
    opening: { kind: 'open', engine, card: card && { name: card.name, label: card.label } },
    environment: card?.environment ?? {},
    keepsCheckpoints: true,
  };
}

/** Starts workers that have a user's program train. @param engine its name, `program:…` */
export function hireForProgram(
  engine: string,
  placeOf: (seat: number) => ProgramPlace,
  { patience, logs }: Pick<SweepOptions, 'patience' | 'logs'>,
): Hire {
  return (seat) => new WorkerProcess(onProgram(engine, placeOf(seat)), patience, logs.worker(seat));
}

/** @param engine its name, `program:…` */
export function onProgram(engine: string, place: ProgramPlace): Workplace {
  return {
    program: 'runner/workers/program-worker',
    name: engine,
    opening: { kind: 'openProgram', place },
    environment: {}, // the program gets its own
    keepsCheckpoints: false,
  };
}
