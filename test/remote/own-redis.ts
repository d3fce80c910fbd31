import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { onTestFinished } from 'vitest';
import { freePort } from '../../server/remote/broker/listen-address.ts';
import { temporaryFolder } from '../runner/study.ts';

/** A server that somebody else has started; it is gone after the test. */
export class OwnRedis {
  readonly port: number;
  readonly #folder = temporaryFolder();
  #server: ChildProcess | null = null;

  private constructor(port: number) {
    this.port = port;
  }

  /** It is not started yet. */
  static async choosePort(): Promise<OwnRedis> {
    return new OwnRedis((await freePort('127.0.0.1'))!);
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  async start(): Promise<void> {
    const args = ['--port', String(this.port), '--bind', '127.0.0.1', '--dir', this.#folder, '--save', ''];
    const server = (this.#server = spawn('redis-server', args, { stdio: 'ignore' }));
    onTestFinished(async () => {
      server.kill('SIGKILL');
      if (server.exitCode === null && server.signalCode === null) await once(server, 'exit');
    });
    const client = this.connect();
    while ((await client.ping().catch(() => null)) !== 'PONG') await sleep(20);
  }

  async kill(): Promise<void> {
    const server = this.#server!;
    server.kill('SIGKILL');
    await once(server, 'exit');
  }

  connect(): Redis {
    const client = new Redis(this.url, { retryStrategy: () => 50, maxRetriesPerRequest: 0 });
    client.on('error', () => {}); // it connects again by itself
    onTestFinished(() => client.disconnect());
    return client;
  }
}
