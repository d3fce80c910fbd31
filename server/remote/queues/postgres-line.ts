import type { BackendFactory, Job, PostgresConnection, PostgresConnectionOptions, PostgresQueueBackend } from 'bullmq';
import { clientOptions, explainPostgres } from '../broker/ask-postgres.ts';
import { parsePostgresAddress } from '../broker/postgres-address.ts';
import { POSTGRES_SCHEMA } from '../broker/inspect-postgres.ts';
import { loadPeer } from '../broker/peer-packages.ts';
import {
  MOST_EVENTS,
  type BullQueue,
  type BullWorker,
  type Fault,
  type Line,
  type LineOptions,
  type Taking,
} from './line.ts';

/** A server has some hundred connections for everybody: besides these each process has one that waits for messages. */
const CONNECTIONS = 2;

/** All tables that have something of a queue as Cosweep uses it. */
const TABLES = ['job', 'event', 'meta'];

/** The names of all queues that begin with a text. */
const NAMES = TABLES.map((table) => `SELECT queue FROM ${table} WHERE starts_with(queue, $1)`).join(' UNION ');

type Bull = typeof import('bullmq');

/**
 * The way to PostgreSQL. Its tables are in a schema of their own, which is made, or brought up to date, if need be.
 * An error is told as `askPostgres` tells it.
 */
export async function openPostgresLine(options: LineOptions): Promise<Line> {
  await loadPeer('pg', () => import('pg')); // BullMQ loads it, and would say less
  const bull = await loadPeer('bullmq', () => import('bullmq'));
  const connection = new bull.PostgresConnection({
    ...clientOptions(parsePostgresAddress(options.url), options.certificate),
    schema: POSTGRES_SCHEMA,
    max: CONNECTIONS,
  });
  try {
    await prepareSchema(bull, connection);
    await connection.waitUntilReady();
  } catch (error) {
    await connection.close();
    throw explainPostgres(error, options.url, options.certificate);
  }
  return new PostgresLine(options, bull, connection);
}

/** Migrating asks for rights that are not needed where there is nothing to migrate. */
async function prepareSchema(bull: Bull, { pool }: PostgresConnection): Promise<void> {
  const client = await pool.connect();
  try {
    const version = await bull.assertSchemaCompatibility(client, POSTGRES_SCHEMA).catch((error: unknown) => {
      if (error instanceof bull.SchemaMigrationRequiredError) return 0;
      throw error;
    });
    if (version < bull.LATEST_SCHEMA_VERSION) await bull.runMigrations(client, POSTGRES_SCHEMA);
  } finally {
    client.release();
  }
}

class PostgresLine implements Line {
  readonly #prefix: string;
  readonly #bull: Bull;
  readonly #connection: PostgresConnection;

  constructor({ prefix }: LineOptions, bull: Bull, connection: PostgresConnection) {
    this.#prefix = prefix;
    this.#bull = bull;
    this.#connection = connection;
    connection.setMaxListeners(0); // each worker listens to it
  }

  listen(wrong: (fault: Fault) => void): void {
    this.#connection.on('error', wrong);
  }

  queue(name: string): BullQueue {
    const { Queue } = this.#bull.withBackend(this.#backend(false));
    return new Queue(this.#nameOf(name), { connection: {}, streams: { events: { maxLen: MOST_EVENTS } } });
  }

  worker(name: string, take: (job: Job) => Promise<void>, options: Taking): BullWorker {
    const { Worker } = this.#bull.withBackend(this.#backend(true));
    return new Worker(this.#nameOf(name), take, { connection: {}, ...options });
  }

  /** BullMQ forgets each queue itself: besides its rows it may have a sequence. What comes meanwhile goes too. */
  async clear(): Promise<void> {
    const { pool } = this.#connection;
    const prefix = this.#nameOf('');
    const { rows } = await pool.query<{ queue: string }>(NAMES, [prefix]);
    for (const { queue } of rows) await this.#forget(queue.slice(prefix.length));
    for (const table of TABLES) await pool.query(`DELETE FROM ${table} WHERE starts_with(queue, $1)`, [prefix]);
  }

  async #forget(name: string): Promise<void> {
    const { Queue } = this.#bull.withBackend(this.#backend(false));
    // It would write a row of its own, maybe after all of them are deleted.
    const queue = new Queue(this.#nameOf(name), { connection: {}, skipMetasUpdate: true });
    queue.on('error', () => {}); // what is asked of it fails as well
    try {
      await queue.obliterate({ force: true });
    } finally {
      await queue.close();
    }
  }

  close(): Promise<void> {
    return this.#connection.close();
  }

  /** BullMQ's own prefix is for Redis alone. */
  #nameOf(name: string): string {
    return `${this.#prefix}.${name}`;
  }

  /**
   * All queues and workers share one connection. BullMQ would open several for each of them.
   *
   * @param waits whether it waits for what comes in
   */
  #backend(waits: boolean): BackendFactory<PostgresQueueBackend, PostgresConnectionOptions> {
    return (name, options) => {
      const own = new this.#bull.PostgresQueueBackend(this.#connection, name, options, waits);
      own.close = async () => {};
      return own;
    };
  }
}
