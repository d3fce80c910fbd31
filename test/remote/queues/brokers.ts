import { mkdtempSync, rmSync } from 'node:fs';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startBroker } from '../../../server/remote/broker/start-broker.ts';
import { hasPostgres, startPostgres } from '../../helpers/postgres.ts';
import { hasRedis } from '../../helpers/redis.ts';

/** A broker of its own for a file of tests. */
export interface TestedBroker {
  url: string;
  certificate: string | null;
  /** Kills it, and starts it again unless it does that by itself. */
  restart(): Promise<void>;
  remove(): Promise<void>;
}

/** What brokers this machine has, by name. */
export const BROKERS: [string, boolean, () => Promise<TestedBroker>][] = [
  ['Redis', hasRedis, startRedis],
  ['PostgreSQL', hasPostgres, openPostgres],
];

async function startRedis(): Promise<TestedBroker> {
  const folder = mkdtempSync(join(tmpdir(), 'cosweep-queues-'));
  const { url, certificate, stop } = await startBroker({ folder: join(folder, 'broker') });
  return {
    url,
    certificate,
    restart: async () =>
      void process.kill(Number(readFileSync(join(folder, 'broker', 'server.pid'), 'utf8')), 'SIGKILL'),
    remove: async () => {
      await stop();
      rmSync(folder, { recursive: true });
    },
  };
}

async function openPostgres(): Promise<TestedBroker> {
  const postgres = await startPostgres();
  return {
    url: postgres.url,
    certificate: null,
    restart: async () => {
      await postgres.kill();
      await postgres.start();
    },
    remove: () => postgres.remove(),
  };
}
