import { setTimeout as sleep } from 'node:timers/promises';
import type { Job } from 'bullmq';
import { isPostgres } from '../broker/postgres-address.ts';
import { LONGEST_PAUSE, type BullQueue, type BullWorker, type Fault, type Line, type LineOptions } from './line.ts';
import { openPostgresLine } from './postgres-line.ts';
import type { Listening, PostOffice, Tickets } from './post-office.ts';
import { openRedisLine } from './redis-line.ts';

export interface BullOptions extends LineOptions {
  /** In milliseconds: so long somebody who has a ticket may give no sign of life. */
  lock: number;
  /** Gets what is wrong with the broker, each time that it changes. */
  log: (sentence: string) => void;
}

/** In milliseconds: so long the end of something is waited for. */
const ENDS_WITHIN = 5_000;

/** Whoever dies with a ticket, however often, does not use the ticket up. */
const NO_LIMIT = 1_000_000_000;

/** Queues on Redis, Valkey or PostgreSQL: whatever the address names. */
export async function openBull(options: BullOptions): Promise<PostOffice> {
  const open = isPostgres(options.url) ? openPostgresLine : openRedisLine;
  return new Bull(options, await open(options));
}

class Bull implements PostOffice {
  readonly #options: BullOptions;
  readonly #line: Line;
  readonly #queues = new Map<string, BullQueue>();
  readonly #workers = new Set<BullWorker>();
  #isClosed = false;
  /** What was said last of the broker; null while all is well. */
  #trouble: string | null = null;

  constructor(options: BullOptions, line: Line) {
    this.#options = options;
    this.#line = line;
    line.listen(this.#complain, this.#praise);
  }

  async send(queue: string, text: string): Promise<void> {
    await this.#insist(() => this.#queue(queue).add('message', text, { removeOnComplete: true, removeOnFail: true }));
  }

  receive(queue: string, take: (text: unknown) => Promise<void>): Listening {
    return this.#work(queue, 1, ({ data }) => take(data));
  }

  tickets(name: string): Tickets {
    return {
      add: async (ticket) => {
        const options = { jobId: ticket, removeOnComplete: true, removeOnFail: true };
        await this.#insist(() => this.#queue(name).add('ticket', ticket, options));
      },
      // One that somebody has cannot be removed, and need not be: its claim will be answered with nothing.
      remove: async (ticket) => {
        await inTime(
          this.#queue(name)
            .remove(ticket)
            .catch(() => {}),
        );
      },
      isThere: async (ticket) => (await this.#queue(name).getJob(ticket)) !== undefined,
      clear: () => inTime(this.forget(name)),
    };
  }

  use(queue: string, slots: number, use: (ticket: string) => Promise<void>): Listening {
    return this.#work(queue, slots, async ({ id }) => {
      if (id !== undefined) await use(id);
    });
  }

  async forget(name: string): Promise<void> {
    const queue = this.#queue(name);
    await this.#insist(() => queue.obliterate({ force: true }));
    // Workers come and go, and each has a queue of its own.
    if (this.#queues.get(name) === queue) this.#queues.delete(name);
    await queue.close().catch(this.#complain);
  }

  async clear(): Promise<void> {
    const forgotten = Promise.all([...this.#queues.keys()].map((name) => this.forget(name)));
    await inTime(forgotten.then(() => this.#line.clear()).catch(this.#complain));
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const closing = [
      ...[...this.#workers].map((worker) => worker.close(true)),
      ...[...this.#queues.values()].map((queue) => queue.close()),
    ];
    await inTime(Promise.allSettled(closing));
    await inTime(this.#line.close());
  }

  #work(name: string, concurrency: number, take: (job: Job) => Promise<void>): Listening {
    const { lock, log } = this.#options;
    const worker = this.#line.worker(name, take, {
      concurrency,
      lockDuration: lock,
      stalledInterval: lock,
      maxStalledCount: NO_LIMIT,
      removeOnComplete: { count: 0 },
      removeOnFail: { count: 0 },
      drainDelay: 2,
      runRetryDelay: LONGEST_PAUSE,
    });
    worker.on('error', this.#complain);
    // It is no fault of the broker's.
    worker.on('failed', (_job, { message }) => log(`something from ${name} could not be taken: ${message}`));
    this.#workers.add(worker);
    return {
      end: async () => {
        this.#workers.delete(worker);
        await inTime(worker.close().catch(this.#complain));
      },
    };
  }

  #queue(name: string): BullQueue {
    let queue = this.#queues.get(name);
    if (!queue) {
      queue = this.#line.queue(name);
      queue.on('error', this.#complain);
      this.#queues.set(name, queue);
    }
    return queue;
  }

  /**
   * Until it is done: a broker that is started again, or has no memory left for now, is asked again. Whatever it may be
   * that fails, it is said.
   */
  async #insist<T>(ask: () => Promise<T>): Promise<void> {
    for (;;) {
      try {
        await ask();
        return this.#praise();
      } catch (error) {
        if (this.#isClosed) return;
        const trouble = sayTrouble(error as Fault);
        this.#say(trouble ?? `the broker does not do what it is asked (${(error as Fault).message}); ${AGAIN}`);
        await sleep(LONGEST_PAUSE / 2);
      }
    }
  }

  readonly #praise = (): void => {
    if (this.#trouble !== null) this.#options.log('the broker answers again');
    this.#trouble = null;
  };

  readonly #complain = (fault: Fault): void => {
    const trouble = sayTrouble(fault);
    if (!this.#isClosed && trouble !== null) this.#say(trouble);
  };

  #say(trouble: string): void {
    if (trouble === this.#trouble) return;
    this.#trouble = trouble;
    this.#options.log(trouble);
  }
}

/** A broker that is gone may be asked for ever. */
async function inTime(ending: Promise<unknown>): Promise<void> {
  await Promise.race([ending, sleep(ENDS_WITHIN, undefined, { ref: false })]);
}

const AGAIN = 'it is asked again';

/** What PostgreSQL and its client say of a server that is not there. */
const AWAY = /terminat|starting up|shutting down|timeout|recovery mode|too many clients|connection slots/;

/** null where it says nothing about the broker: a ticket that another worker has by now, for example. */
function sayTrouble(fault: Fault): string | null {
  const message = fault.message || (fault.code ?? '');
  if (/\bOOM\b/.test(message))
    return `the broker has no memory left (maxmemory): give it more, or empty what else it holds; ${AGAIN}`;
  if (/MISCONF|READONLY|read-only transaction|could not (extend|write)/.test(message))
    return `the broker takes nothing (${message}); ${AGAIN}`;
  if (/ECONN|EPIPE|ETIMEDOUT|EHOST|ENET|ENOTFOUND|EAI_AGAIN|closed|LOADING/i.test(message) || AWAY.test(message))
    return `the broker does not answer (${message || 'no connection'}); ${AGAIN}`;
  if (/WRONGPASS|NOAUTH|NOPERM|authentication failed|permission denied/.test(message))
    return `the broker refuses this program (${message})`;
  return null;
}
