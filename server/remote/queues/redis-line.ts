import type { Job } from 'bullmq';
import type { Redis } from 'ioredis';
import { connectionOptions } from '../broker/connect.ts';
import { parseDatabaseAddress } from '../broker/database-address.ts';
import { loadPeer } from '../broker/peer-packages.ts';
import {
  LONGEST_PAUSE,
  MOST_EVENTS,
  type BullQueue,
  type BullWorker,
  type Fault,
  type Line,
  type LineOptions,
  type Taking,
} from './line.ts';

/** The way to Redis or Valkey. */
export async function openRedisLine(options: LineOptions): Promise<Line> {
  const bull = await loadPeer('bullmq', () => import('bullmq'));
  const { Redis: Client } = await loadPeer('ioredis', () => import('ioredis'));
  return new RedisLine(options, bull, Client);
}

class RedisLine implements Line {
  readonly #prefix: string;
  readonly #bull: typeof import('bullmq');
  readonly #connection: Redis;
  /** Those that BullMQ has made of the first one. */
  readonly #further: Redis[] = [];

  constructor({ url, certificate, prefix }: LineOptions, bull: typeof import('bullmq'), Client: typeof Redis) {
    this.#prefix = prefix;
    this.#bull = bull;
    this.#connection = new Client({
      ...connectionOptions(parseDatabaseAddress(url), certificate),
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
  }

  listen(wrong: (fault: Fault) => void, there: () => void): void {
    this.#connection.on('error', wrong).on('ready', there);
  }

  queue(name: string): BullQueue {
    const streams = { events: { maxLen: MOST_EVENTS } };
    return new this.#bull.Queue(name, { connection: this.#connection, prefix: this.#prefix, streams });
  }

  worker(name: string, take: (job: Job) => Promise<void>, options: Taking): BullWorker {
    return new this.#bull.Worker(name, take, { connection: this.#connection, prefix: this.#prefix, ...options });
  }

  async clear(): Promise<void> {
    const match = `${this.#prefix.replaceAll(/[*?[\]\\]/g, String.raw`\$&`)}:*`;
    for await (const keys of this.#connection.scanStream({ match, count: 1_000 }) as AsyncIterable<string[]>)
      if (keys.length > 0) await this.#connection.unlink(...keys);
  }

  async close(): Promise<void> {
    for (const connection of [...this.#further, this.#connection]) connection.disconnect();
  }
}
