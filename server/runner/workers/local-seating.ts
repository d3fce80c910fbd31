import { hostname } from 'node:os';
import type { BitClass } from '../../store/training/same-bits.ts';
import type { Crew } from './hire-crew.ts';
import type { Hire } from './hire-worker.ts';
import type { Trainer } from './trainer.ts';
import type { Opening, Seat, Seating, Whose } from './seat.ts';

/** The seats of this machine: as many as there are, from the beginning. Those who were hired already sit in them. */
export class LocalSeating implements Seating {
  readonly isHere = true;
  readonly size: number;
  readonly #crew: Pick<Crew, 'workers' | 'hire'>;
  readonly #classOf: (seat: number) => BitClass;
  readonly #cardOf: Crew['cardOf'];
  readonly #seats: LocalSeat[] = [];

  constructor(
    { seats, ...crew }: Pick<Crew, 'workers' | 'hire' | 'seats'>,
    classOf: (seat: number) => BitClass,
    cardOf: Crew['cardOf'] = () => null,
  ) {
    this.size = seats;
    this.#crew = crew;
    this.#classOf = classOf;
    this.#cardOf = cardOf;
  }

  /** Each card is a machine of its own. */
  present({ name }: BitClass): Whose[] {
    const open = this.#seats.filter((seat) => seat.bits.name === name && !seat.gone.aborted);
    return open.flatMap(({ whose }) => whose ?? []);
  }

  async open({ most, begin }: Opening): Promise<void> {
    const { workers, hire } = this.#crew;
    const size = Math.min(this.size, most);
    for (const worker of workers.slice(size)) worker.kill();
    let left = size;
    // One seat stays, whatever happens in it: its errors are those that the user has to see.
    const mayClose = (): boolean => {
      if (left === 1) return false;
      left--;
      return true;
    };
    for (let index = 0; index < size; index++) {
      const whose = cardOwner(this.#cardOf(index));
      this.#seats.push(new LocalSeat(index, this.#classOf(index), workers[index] ?? null, hire, { mayClose, whose }));
    }
    this.#seats.forEach(begin);
  }
}

function cardOwner(card: string | null): Whose | null {
  return card === null ? null : { id: card, host: card, name: `${hostname()} (${card})` };
}

/** So many workers in a row may not open in a seat: its card is lost then. */
const UNOPENED = 2;

/**
 * A seat in which somebody is hired when there is something to train. Whoever dies in it is replaced at once. Where
 * nobody opens any more, since its card is lost, it is closed: its stages are trained in other seats.
 */
export class LocalSeat implements Seat {
  readonly index: number;
  readonly whose: Whose | null;
  readonly bits: BitClass;
  readonly #hire: Hire;
  readonly #mayClose: () => boolean;
  readonly #gone = new AbortController();
  #taken: Trainer | null;
  #unopened = 0;

  /**
   * @param taken who was hired already, if anybody was
   * @param mayClose whether there are other seats; it counts this one out then
   */
  constructor(
    index: number,
    bits: BitClass,
    taken: Trainer | null,
    hire: Hire,
    { mayClose = () => false, whose = null }: { mayClose?: () => boolean; whose?: Whose | null } = {},
  ) {
    this.index = index;
    this.whose = whose;
    this.bits = bits;
    this.#taken = taken;
    this.#hire = hire;
    this.#mayClose = mayClose;
  }

  get gone(): AbortSignal {
    return this.#gone.signal;
  }

  get taken(): Trainer | null {
    return this.#taken;
  }

  async ready(): Promise<BitClass | null> {
    return this.gone.aborted ? null : this.bits;
  }

  /** A worker whose engine did not open is dead too: the next attempt gets a new worker. */
  trainer(): Trainer {
    if (this.#taken && !this.#taken.dead) return this.#taken;
    void this.#taken?.end();
    const hired = (this.#taken = this.#hire(this.index));
    hired.opened.then(
      () => (this.#unopened = 0),
      () => this.#countUnopened(),
    );
    return hired;
  }

  #countUnopened(): void {
    if (++this.#unopened >= UNOPENED && !this.gone.aborted && this.#mayClose()) this.#gone.abort();
  }

  async leave(): Promise<void> {
    await this.#taken?.end();
  }
}
