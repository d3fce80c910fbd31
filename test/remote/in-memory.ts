import { setImmediate } from 'node:timers/promises';
import type { Listening, PostOffice, Tickets } from '../../server/remote/queues/post-office.ts';

interface Box {
  waiting: string[];
  /** Tickets that somebody has. */
  taken: Set<string>;
  wake: Set<() => void>;
}

/** A post office without a broker. It keeps what it was given until somebody takes it, or until it loses everything. */
export class InMemory implements PostOffice {
  readonly #boxes = new Map<string, Box>();
  /** How often each message and each ticket is delivered. */
  readonly #copies: number;
  /** What taking has thrown. */
  readonly errors: unknown[] = [];

  constructor(copies = 1) {
    this.#copies = copies;
  }

  async send(queue: string, text: string): Promise<void> {
    this.#put(queue, text);
  }

  receive(queue: string, take: (text: unknown) => Promise<void>): Listening {
    return this.#listen(queue, 1, take);
  }

  tickets(queue: string): Tickets {
    const box = this.#box(queue);
    return {
      add: async (ticket) => this.#put(queue, ticket),
      remove: async (ticket) => void (box.waiting = box.waiting.filter((each) => each !== ticket)),
      isThere: async (ticket) => box.waiting.includes(ticket) || box.taken.has(ticket),
      clear: () => this.forget(queue),
    };
  }

  use(queue: string, slots: number, use: (ticket: string) => Promise<void>): Listening {
    const { taken } = this.#box(queue);
    return this.#listen(queue, slots, async (ticket) => {
      taken.add(ticket);
      await use(ticket).finally(() => taken.delete(ticket));
    });
  }

  async forget(queue: string): Promise<void> {
    const box = this.#box(queue);
    box.waiting = [];
    box.taken.clear();
  }

  async clear(): Promise<void> {
    for (const box of this.#boxes.values()) box.waiting = [];
  }

  async close(): Promise<void> {}

  /** What FLUSHALL does. */
  loseAll(): void {
    for (const box of this.#boxes.values()) {
      box.waiting = [];
      box.taken.clear();
    }
  }

  #put(queue: string, item: string): void {
    const box = this.#box(queue);
    for (let copy = 0; copy < this.#copies; copy++) box.waiting.push(item);
    wake(box);
  }

  #listen(queue: string, slots: number, take: (item: string) => Promise<void>): Listening {
    const box = this.#box(queue);
    let isOver = false;
    const loop = async (): Promise<void> => {
      await setImmediate();
      while (!isOver) {
        const item = box.waiting.shift();
        if (item === undefined) await new Promise<void>((resolve) => box.wake.add(resolve));
        else await take(item).catch((error: unknown) => this.errors.push(error));
      }
    };
    const loops = Promise.all(Array.from({ length: slots }, loop));
    return {
      end: async () => {
        isOver = true;
        wake(box);
        await loops;
      },
    };
  }

  #box(queue: string): Box {
    let box = this.#boxes.get(queue);
    if (!box) this.#boxes.set(queue, (box = { waiting: [], taken: new Set(), wake: new Set() }));
    return box;
  }
}

function wake(box: Box): void {
  for (const resolve of box.wake) resolve();
  box.wake.clear();
}
