import { setTimeout as sleep } from 'node:timers/promises';
import type { Job, Queue, Worker } from 'bullmq';
import type { Redis, RedisOptions } from 'ioredis';
import { loadPeer } from '../broker/peer-packages.ts';
import type { Listening, PostOffice, Tickets } from './post-office.ts';

export interface BullOptions {
  /** How the broker is reached. */
  connection: RedisOptions;
  /** The names of all queues begin with it. */
  prefix: string;
  /** In milliseconds: so long somebody who has a ticket may give no sign of life. */
  lock: number;
  /** Gets what is wrong with the broker, each time that it changes. */
  log: (sentence: string) => void;
}

/** In milliseconds: how long a broker that does not answer is left alone before it is asked again, at most. */
const LONGEST_PAUSE = 2_000;

/** In milliseconds: so long the end of something is waited for. */
const ENDS_WITHIN = 5_000;

/** Of a queue BullMQ keeps about so many of the last events. */
const MOST_EVENTS = 10;

/** Whoever dies with a ticket, however often, does not use the ticket up. */
const NO_LIMIT = 1_000_000_000;

/** Queues on Redis or Valkey. */
export async function openBull(options: BullOptions): Promise<PostOffice> {
  const bull = await loadPeer('bullmq', () => import('bullmq'));
  const { Redis: Client } = await loadPeer('ioredis', () => import('ioredis'));
  return new Bull(options, bull, Client);
}

class Bull implements PostOffice {
  readonly #options: BullOptions;
  readonly #bull: typeof import('bullmq');
  readonly #connection: Redis;
  readonly #queues = new Map<string, Queue>();
  readonly #workers = new Set<Worker>();
  /** Those that BullMQ has made of the first one. */
  readonly #further: Redis[] = [];
  #isClosed = false;
  /** What was said last of the broker; null while all is well. */
  #trouble: string | null = null;

  constructor(options: BullOptions, bull: typeof import('bullmq'), Client: typeof Redis) {
    this.#options = options;
    this.#bull = bull;
    this.#connection = new Client({
      ...options.connection,
      // A broker that is away is waited for: everything that was asked of it is asked again.
      maxRetriesPerRequest: null,
      retryStrategy: (times) => Math.min(100 * times, LONGEST_PAUSE),
      disableClientInfo: true,
    });
    const duplicate = this.#connection.duplicate.bind(this.#connection);
    this.#connection.duplicate = (override) => {
      const further = duplicate(override);
      this.#further.push(further);
      return further;
    };
    this.#connection.on('error', this.#complain).on('ready', () => {
      if (this.#trouble !== null) options.log('the broker answers again');
      this.#trouble = null;
    });
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
    await inTime(forgotten.then(() => this.#removeKeys()).catch(this.#complain));
  }

  /** What a head before has left too, or a worker that could not say goodbye. */
  async #removeKeys(): Promise<void> {
    const match = `${this.#options.prefix.replaceAll(/[*?[\]\\]/g, String.raw`\$&`)}:*`;
    for await (const keys of this.#connection.scanStream({ match, count: 1_000 }) as AsyncIterable<string[]>)
      if (keys.length > 0) await this.#connection.unlink(...keys);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const closing = [
      ...[...this.#workers].map((worker) => worker.close(true)),
      ...[...this.#queues.values()].map((queue) => queue.close()),
    ];
    await inTime(Promise.allSettled(closing));
    for (const connection of [...this.#further, this.#connection]) connection.disconnect();
  }

  #work(name: string, concurrency: number, take: (job: Job) => Promise<void>): Listening {
    const { lock, prefix, log } = this.#options;
    const worker = new this.#bull.Worker(name, take, {
      connection: this.#connection,
      prefix,
      concurrency,
      lockDuration: lock,
      stalledInterval: lock,
      maxStalledCount: NO_LIMIT,
      removeOnComplete: { count: 0 },
      removeOnFail: { count: 0 },
      drainDelay: 2,
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

  #queue(name: string): Queue {
    let queue = this.#queues.get(name);
    if (!queue) {
      queue = new this.#bull.Queue(name, {
        connection: this.#connection,
        prefix: this.#options.prefix,
        // Nobody listens to them.
        streams: { events: { maxLen: MOST_EVENTS } },
      });
      queue.on('error', this.#complain);
      this.#queues.set(name, queue);
    }
    return queue;
  }

  /** Until it is done: a broker that is started again, or has no memory left for now, is asked again. */
  async #insist<T>(ask: () => Promise<T>): Promise<void> {
    for (;;) {
      try {
        await ask();
        return;
      } catch (error) {
        if (this.#isClosed) return;
        this.#complain(error as Error);
        await sleep(LONGEST_PAUSE / 2);
      }
    }
  }

  readonly #complain = ({ message }: Error): void => {
    const trouble = sayTrouble(message);
    if (this.#isClosed || trouble === null || trouble === this.#trouble) return;
    this.#trouble = trouble;
    this.#options.log(trouble);
  };
}

/** A broker that is gone may be asked for ever. */
async function inTime(ending: Promise<unknown>): Promise<void> {
  await Promise.race([ending, sleep(ENDS_WITHIN, undefined, { ref: false })]);
}

/** null where it says nothing about the broker: a ticket that another worker has by now, for example. */
function sayTrouble(message: string): string | null {
  if (/\bOOM\b/.test(message))
    return 'the broker has no memory left (maxmemory): give it more, or empty what else it holds; it is asked again';
  if (/MISCONF|READONLY/.test(message)) return `the broker takes nothing (${message}); it is asked again`;
  if (/ECONN|EPIPE|ETIMEDOUT|EHOST|ENET|ENOTFOUND|EAI_AGAIN|closed|LOADING/i.test(message))
    return `the broker does not answer (${message || 'no connection'}); it is asked again`;
  if (/WRONGPASS|NOAUTH|NOPERM/.test(message)) return `the broker refuses this program (${message})`;
  return null;
}
