import { kindOf, type BitClass } from '../../store/training/same-bits.ts';
import type { Machine } from '../../store/training/run-state.ts';
import type { SignedStructure } from '../../training/signature.ts';
import type { Structures } from './bit-class.ts';
import type { Crew } from './hire-crew.ts';
import { WorkerError, type Trainer } from './trainer.ts';

/** So many workers may die of measuring. */
const TRIES = 3;

interface Means {
  /** Aborted: no further worker is hired. */
  ended: AbortSignal;
  tell: (message: string) => void;
  /** Left out: the worker signs the structures. */
  sign?: Sign;
}

/** Has a worker that is open say what tells its bits from those of others. */
export type Sign = (worker: Trainer, structures: readonly SignedStructure[]) => Promise<Measured>;

/** As workers on engines of Cosweep do. */
export const signStructures: Sign = async (worker, structures) => ({
  machine: await worker.opened,
  signatures: await worker.sign(structures),
});

/** Those who are asked: who dies of it is replaced among them. */
type Seated = Pick<Crew, 'workers' | 'cardOf' | 'hire'>;

/** The class of bits of each card that the crew's seats are on; where there is one device, it has the name null. */
export type ClassOfCard = ReadonlyMap<string | null, BitClass>;

/**
 * Has the signature of each structure of a sweep measured on each card. All workers on a card compute equal bits, so
 * one of them is asked. Where all have died of it another one is hired, in the first one's seat. Bits that cannot be
 * measured are unknown, and the sweep is trained nevertheless.
 */
export async function measureBits(
  crew: Seated & Pick<Crew, 'engine'>,
  structures: Structures,
  means: Means,
): Promise<ClassOfCard> {
  const classes = new Map<string | null, BitClass>();
  for (const [card, { machine, signatures }] of await measureCards(crew, structures.list, means))
    classes.set(card, structures.classOf(crew.engine, machine, signatures));
  return classes;
}

/** What was measured on a card; signatures are null where all have died of it. */
export interface Measured {
  machine: Machine;
  signatures: (string | null)[];
}

/** The same without names: what each card's signatures are, in the order of the structures. */
export async function measureCards(
  crew: Seated,
  structures: readonly SignedStructure[],
  means: Means,
): Promise<Map<string | null, Measured>> {
  const cards = new Set(seatsIn(crew).map((seat) => crew.cardOf(seat)));
  const measured = new Map<string | null, Measured>();
  for (const card of cards) measured.set(card, await ask(crew, card, structures, means));
  return measured;
}

/** Whether cards compute equal bits; where these are unknown, whether they are of one kind. */
export function computeSame(one: Measured, other: Measured): boolean {
  const isKnown = one.signatures.length > 0 && !one.signatures.includes(null);
  const isSameKind = kindOf(one.machine) === kindOf(other.machine);
  return String(one.signatures) === String(other.signatures) && (isKnown || isSameKind);
}

async function ask(
  crew: Seated,
  card: string | null,
  structures: readonly SignedStructure[],
  { ended, tell, sign = signStructures }: Means,
): Promise<Measured> {
  let machine: Machine | null = null;
  for (let tries = 1; ; tries++) {
    try {
      const worker = firstAlive(crew, card);
      machine = await worker.opened;
      return await sign(worker, structures);
    } catch (error) {
      if (!(error instanceof WorkerError) || ended.aborted) throw error;
      if (tries < TRIES) continue;
      if (!machine) throw error;
      tell(`the bits that this machine computes could not be measured: ${error.message}`);
      return { machine, signatures: structures.map(() => null) };
    }
  }
}

function firstAlive(crew: Seated, card: string | null): Trainer {
  const { workers, cardOf, hire } = crew;
  const seats = seatsIn(crew).filter((seat) => cardOf(seat) === card);
  const alive = seats.find((seat) => workers[seat]?.dead === false);
  if (alive !== undefined) return workers[alive]!;
  const [first] = seats as [number, ...number[]];
  return (workers[first] = hire(first));
}

/** Those that somebody was hired for, at least the first one. */
function seatsIn({ workers }: Seated): number[] {
  return workers.length > 0 ? [...workers.keys()] : [0];
}
