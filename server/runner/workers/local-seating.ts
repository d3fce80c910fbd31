import type { BitClass } from '../../store/training/same-bits.ts';
import type { Crew } from './hire-crew.ts';
import type { Hire } from './hire-worker.ts';
import type { Trainer } from './trainer.ts';
import type { Opening, Seat, Seating } from './seat.ts';

/** The seats of this machine: as many as there are, from the beginning. Those who were hired already sit in them. */
export class LocalSeating implements Seating {
  readonly size: number;
  readonly #crew: Pick<Crew, 'workers' | 'hire'>;
  readonly #classOf: (seat: number) => BitClass;

  constructor({ seats, ...crew }: Pick<Crew, 'workers' | 'hire' | 'seats'>, classOf: (seat: number) => BitClass) {
    this.size = seats;
    this.#crew = crew;
    this.#classOf = classOf;
  }

  async open({ most, begin }: Opening): Promise<void> {
    const { workers, hire } = this.#crew;
    const size = Math.min(this.size, most);
    for (const worker of workers.slice(size)) worker.kill();
    for (let index = 0; index < size; index++)
      begin(new LocalSeat(index, this.#classOf(index), workers[index] ?? null, hire));
  }
}

/** Whoever dies in a seat of this machine is replaced at once. */
const NEVER = new AbortController().signal;

/** A seat in which somebody is hired when there is something to train. */
export class LocalSeat implements Seat {
  readonly index: number;
  readonly gone = NEVER;
  readonly #class: BitClass;
  readonly #hire: Hire;
  #taken: Trainer | null;

  /** @param taken who was hired already, if anybody was */
  constructor(index: number, bits: BitClass, taken: Trainer | null, hire: Hire) {
    this.index = index;
    this.#class = bits;
    this.#taken = taken;
    this.#hire = hire;
  }

  get taken(): Trainer | null {
    return this.#taken;
  }

  async ready(): Promise<BitClass> {
    return this.#class;
  }

  /** A worker whose engine did not open is dead too: the next attempt gets a new worker. */
  trainer(): Trainer {
    if (this.#taken && !this.#taken.dead) return this.#taken;
    void this.#taken?.end();
    return (this.#taken = this.#hire(this.index));
  }

  async leave(): Promise<void> {
    await this.#taken?.end();
  }
}
