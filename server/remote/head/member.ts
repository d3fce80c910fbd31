import type { Machine } from '../../runner/workers/trainer.ts';
import type { BitClass } from '../../runner/workers/seat.ts';

/** A process on some machine that trains for this head. */
export interface Member {
  /** Its name as a sender; nobody else has it. */
  readonly id: string;
  readonly host: string;
  readonly pid: number;
  /** How many stages it trains at the same time. */
  readonly slots: number;
  /** The engine that it would take by itself. */
  readonly engine: string;
  /** The sweep that it has opened its engine for; null where it is not ready for any. */
  sweep: number | null;
  machine: Machine | null;
  bits: BitClass | null;
  /** By `performance.now()`. */
  heardAt: number;
  /** Checkpoints that it was given or has made: they need not be brought to it. */
  readonly holds: Set<string>;
}

/** Who is there. */
export class Members {
  readonly #members = new Map<string, Member>();
  #arrived: (() => void)[] = [];

  get list(): Member[] {
    return [...this.#members.values()];
  }

  find(id: string): Member | undefined {
    return this.#members.get(id);
  }

  add(member: Member): void {
    this.#members.set(member.id, member);
    for (const resolve of this.#arrived.splice(0)) resolve();
  }

  remove({ id }: Member): void {
    this.#members.delete(id);
  }

  /** Those of whom nothing was heard for so many milliseconds. */
  silent(milliseconds: number): Member[] {
    return this.list.filter(({ heardAt }) => performance.now() - heardAt > milliseconds);
  }

  /** The first who is there. @returns null where it was ended */
  async first(ended: AbortSignal): Promise<Member | null> {
    while (!ended.aborted && this.#members.size === 0)
      await new Promise<void>((resolve) => {
        this.#arrived.push(resolve);
        ended.addEventListener('abort', () => resolve(), { once: true });
      });
    return ended.aborted ? null : this.list[0]!;
  }
}
