import { whenAborted } from '../../runner/when-aborted.ts';
import type { Machine } from '../../runner/workers/trainer.ts';
import type { BitClass, Whose } from '../../runner/workers/seat.ts';
import type { RecentNames } from '../recent-names.ts';

/** A process on some machine that trains for this head. */
export interface Member {
  /** Its name as a sender; nobody else has it. */
  readonly id: string;
  readonly host: string;
  readonly pid: number;
  /** How many stages it trains at the same time; 0 where it is not ready for any sweep. */
  slots: number;
  /** The engine that it would take by itself; null where none works there, and it is of use for programs alone. */
  readonly engine: string | null;
  /** By `performance.now()`, as `heardAt`. */
  readonly cameAt: number;
  /** The sweep that it has opened its engine for; null where it is not ready for any. */
  sweep: number | null;
  machine: Machine | null;
  bits: BitClass | null;
  /** Why it cannot train the sweep that it was last invited to; null where it can, or has not said so yet. */
  unable: string | null;
  heardAt: number;
  /** Checkpoints that it was given or has made lately. Those that it has deleted meanwhile it fetches again. */
  readonly holds: RecentNames;
}

/** Each process is a machine of its own: it may have another card than its neighbour. */
export function toWhose({ id, host, pid }: Member): Whose {
  return { id, host, name: `${host} (process ${pid})` };
}

/** So many checkpoints of a member are known. */
export const MOST_HELD = 1_000;

/** Somebody who was there. */
export interface Gone {
  member: Member;
  /** A sentence. */
  why: string;
}

/** So many of those who are gone are remembered. */
const MOST_GONE = 20;

/** Who is there. */
export class Members {
  readonly #members = new Map<string, Member>();
  /** The last of those who are gone, the newest at the end. */
  #gone: Gone[] = [];
  #arrived: (() => void)[] = [];

  get list(): Member[] {
    return [...this.#members.values()];
  }

  get gone(): readonly Gone[] {
    return this.#gone;
  }

  find(id: string): Member | undefined {
    return this.#members.get(id);
  }

  /** Whoever was only silent may come again under its name. */
  add(member: Member): void {
    this.#gone = this.#gone.filter((each) => each.member.id !== member.id);
    this.#members.set(member.id, member);
    for (const resolve of this.#arrived.splice(0)) resolve();
  }

  /** @param why a sentence */
  remove(member: Member, why: string): void {
    if (!this.#members.delete(member.id)) return;
    this.#gone = [...this.#gone, { member, why }].slice(-MOST_GONE);
  }

  /** Those of whom nothing was heard for so many milliseconds. */
  silent(milliseconds: number): Member[] {
    return this.list.filter(({ heardAt }) => performance.now() - heardAt > milliseconds);
  }

  /** The first who is there and has an engine. @returns null where it was ended */
  async first(ended: AbortSignal): Promise<Member | null> {
    for (;;) {
      if (ended.aborted) return null;
      const able = this.list.find(({ engine }) => engine !== null);
      if (able) return able;
      await Promise.race([new Promise<void>((resolve) => this.#arrived.push(resolve)), whenAborted(ended)]);
    }
  }
}
