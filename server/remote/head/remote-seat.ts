import { randomUUID } from 'node:crypto';
import { whenAborted } from '../../runner/when-aborted.ts';
import type { BitClass, Seat, Whose } from '../../runner/workers/seat.ts';
import { WorkerLost, type Trainer } from '../../runner/workers/trainer.ts';
import type { Tickets } from '../queues/post-office.ts';
import { toWhose, type Member } from './member.ts';
import type { RemoteTrainer } from './remote-trainer.ts';

const NOBODY = AbortSignal.abort();

/**
 * A place for whoever comes: as long as nobody sits here, a ticket for it is in the queue of its class. Which stage the
 * ticket stands for is decided when it is claimed, since stages split and shrink while they wait.
 */
export class RemoteSeat implements Seat {
  readonly index: number;
  readonly bits: BitClass;
  readonly #tickets: Tickets;
  readonly #over: AbortSignal;
  #ticket: string | null = null;
  #trainer: RemoteTrainer | null = null;
  #claimed: () => void = () => {};

  /** @param over aborted: nobody is waited for any more */
  constructor(index: number, bits: BitClass, tickets: Tickets, over: AbortSignal) {
    this.index = index;
    this.bits = bits;
    this.#tickets = tickets;
    this.#over = over;
  }

  /** The ticket that is out, used or not. */
  get ticket(): string | null {
    return this.#ticket;
  }

  get taken(): RemoteTrainer | null {
    return this.#trainer?.dead === false ? this.#trainer : null;
  }

  get whose(): Whose | null {
    return this.taken && toWhose(this.taken.member);
  }

  get gone(): AbortSignal {
    return this.#trainer?.gone ?? NOBODY;
  }

  async ready(ended: AbortSignal): Promise<BitClass | null> {
    const signal = AbortSignal.any([ended, this.#over]);
    while (!signal.aborted) {
      if (this.taken) return this.bits;
      const claim = new Promise<void>((resolve) => (this.#claimed = resolve));
      const claimed = Promise.race([claim, whenAborted(signal)]);
      // A claimed ticket whose trainer is done or lost is used up. A broker that is away is not waited for.
      if (this.#ticket === null || this.#trainer !== null) await Promise.race([this.#putOut(), claimed]);
      await claimed;
    }
    return null;
  }

  trainer(): Trainer {
    const taken = this.taken;
    if (taken) return taken;
    throw new WorkerLost('The worker that was to train it is gone');
  }

  /** Somebody has claimed the ticket: whoever did so before has lost it. */
  claim(trainer: RemoteTrainer): void {
    const before = this.taken;
    this.#trainer = trainer;
    before?.lose('its ticket was given to somebody else');
    this.#claimed();
  }

  /** Whoever claimed the ticket, also where that is the same as before. */
  isClaimedBy(member: Member): boolean {
    return this.taken?.member === member;
  }

  /** A ticket that the broker has lost is put out again, under a new name; one that somebody uses is not missed. */
  async restore(): Promise<void> {
    const ticket = this.#ticket;
    const isMissed = (): boolean => ticket !== null && ticket === this.#ticket && this.#trainer === null;
    // Meanwhile it may be claimed, or the seat be left.
    if (isMissed() && !(await this.#tickets.isThere(ticket!)) && isMissed()) await this.#putOut();
  }

  async leave(): Promise<void> {
    const ticket = this.#ticket;
    this.#ticket = null;
    if (ticket !== null) await this.#tickets.remove(ticket);
  }

  async #putOut(): Promise<void> {
    this.#trainer = null;
    this.#ticket = `ticket-${randomUUID()}`;
    await this.#tickets.add(this.#ticket);
  }
}
