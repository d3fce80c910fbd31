import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Queue, QueueEvents, Worker, type ConnectionOptions } from 'bullmq';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { connectionOptions } from '../../../server/remote/broker/connect.ts';
import { parseDatabaseAddress } from '../../../server/remote/broker/database-address.ts';
import { startBroker, type Broker } from '../../../server/remote/broker/start-broker.ts';
import { startChild } from '../../helpers/child.ts';
import { hasRedis } from '../../helpers/redis.ts';

/** An address of this machine that is not its own alone; a container without a network has none. */
const ownAddress = Object.values(networkInterfaces())
  .flatMap((each) => each ?? [])
  .find(({ internal, family }) => !internal && family === 'IPv4')?.address;

let folder: string;
let brokers: Broker[];
let clients: Redis[];
beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'cosweep-broker-')), 'a "folder"\nof two lines');
  brokers = [];
  clients = [];
});
afterEach(async () => {
  vi.unstubAllEnvs();
  for (const client of clients) client.disconnect();
  for (const broker of brokers) await broker.stop();
  rmSync(join(folder, '..'), { recursive: true, force: true });
});

async function start(options: { address?: string; log?: (sentence: string) => void } = {}): Promise<Broker> {
  const broker = await startBroker({ folder, ...options });
  brokers.push(broker);
  return broker;
}

function optionsOf({ url, certificate }: Broker): ConnectionOptions {
  return { ...connectionOptions(parseDatabaseAddress(url), certificate), disableClientInfo: true } as ConnectionOptions;
}

function connect(broker: Broker): Redis {
  const client = new Redis({ ...connectionOptions(parseDatabaseAddress(broker.url), broker.certificate) });
  client.on('error', () => {}); // it connects again by itself
  clients.push(client);
  return client;
}

const pidOf = () => Number(readFileSync(join(folder, 'server.pid'), 'utf8'));
const isAlive = (pid: number) =>
  existsSync(`/proc/${pid}`) && !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z');
async function untilGone(pid: number): Promise<void> {
  while (isAlive(pid)) await wait(20);
}

describe.skipIf(!hasRedis)('a broker', () => {
  it('carries the jobs of BullMQ, and lets nobody do what is dangerous', async () => {
    const broker = await start();
    expect(broker.name).toMatch(/^(Redis|Valkey) \d/);
    const connection = optionsOf(broker);
    const queue = new Queue('orders', { connection });
    const events = new QueueEvents('orders', { connection });
    await events.waitUntilReady();
    const worker = new Worker('orders', async ({ data }) => data.n * 2, { connection });
    const results = await Promise.all(
      [1, 2, 3].map(async (n) => (await queue.add('order', { n })).waitUntilFinished(events)),
    );
    expect(results).toEqual([2, 4, 6]);
    await Promise.all([worker.close(), events.close(), queue.close()]);

    const client = connect(broker);
    await client.set('kept', 'yes');
    const forbidden = [
      ...['FLUSHALL', 'FLUSHDB', 'SHUTDOWN', 'SAVE', 'BGSAVE', 'BGREWRITEAOF', 'MONITOR', 'KEYS *', 'CONFIG GET *'],
      ...['CONFIG SET dir /tmp', 'DEBUG SLEEP 0', 'MODULE LIST', 'REPLICAOF NO ONE', 'SLAVEOF NO ONE', 'ACL LIST'],
      ...['CLIENT KILL TYPE normal', 'CLIENT LIST', 'SWAPDB 0 1', 'MIGRATE h 1 k 0 1', 'FAILOVER', 'SYNC'],
    ];
    for (const each of forbidden) {
      const [name, ...args] = each.split(' ');
      await expect(client.call(name!, ...args), each).rejects.toThrow(/NOPERM|DEBUG command not allowed/);
    }
    await expect(client.eval("return redis.call('FLUSHALL')", 0)).rejects.toThrow(
      /not? (permission|allowed)|NOPERM|can't run/i,
    );
    expect(await client.get('kept')).toBe('yes');
    expect(await client.info('memory')).toContain('maxmemory_policy:noeviction');
    expect(await client.info('persistence')).toContain('aof_enabled:1');
  });

  it('keeps its secrets to itself: modes, command line, password', async () => {
    const broker = await start();
    const { password, port } = parseDatabaseAddress(broker.url);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    for (const name of ['server.conf', 'broker.json', 'key.pem'])
      expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);
    expect(password!.length).toBeGreaterThanOrEqual(43);
    expect(readFileSync(join(folder, 'server.conf'), 'utf8')).not.toContain(password);
    expect(readFileSync(`/proc/${pidOf()}/cmdline`, 'utf8')).not.toContain(password);
    expect(readFileSync(`/proc/${pidOf()}/environ`, 'utf8')).not.toContain(password);
    const stranger = new Redis({
      port,
      tls: { ca: broker.certificate! },
      lazyConnect: true,
      retryStrategy: () => null,
    });
    stranger.on('error', () => {});
    await expect(stranger.connect().then(() => stranger.get('x'))).rejects.toThrow();
    stranger.disconnect();
    const open = new Redis({ port, password: password!, lazyConnect: true, retryStrategy: () => null });
    open.on('error', () => {});
    await expect(open.connect()).rejects.toThrow(); // it listens with TLS alone
    open.disconnect();
  });

  it('listens at its one address', async () => {
    const { url } = await start();
    const { port } = parseDatabaseAddress(url);
    const hex = port.toString(16).toUpperCase().padStart(4, '0');
    const listening = ['tcp', 'tcp6']
      .filter((name) => existsSync(`/proc/net/${name}`))
      .flatMap((name) => readFileSync(`/proc/net/${name}`, 'utf8').split('\n'))
      .map((line) => line.trim().split(/\s+/))
      .filter(([, local, , state]) => state === '0A' && local!.endsWith(`:${hex}`))
      .map(([, local]) => local);
    expect(listening).toEqual([`0100007F:${hex}`]);
  });

  it.skipIf(ownAddress === undefined)('listens at an address that other machines reach, with TLS', async () => {
    const broker = await start({ address: ownAddress! });
    expect(broker.url).toMatch(new RegExp(`^rediss://:.+@${ownAddress!.replaceAll('.', '\\.')}:\\d+$`));
    expect(await connect(broker).ping()).toBe('PONG');
  });

  it('is started again in its place when it is killed, with what was queued', async () => {
    const said: string[] = [];
    const broker = await start({ log: (sentence) => said.push(sentence) });
    const client = connect(broker);
    await client.set('order', '17');
    await wait(1500); // it syncs every second
    const pid = pidOf();
    process.kill(pid, 'SIGKILL');
    await untilGone(pid);
    while (true) {
      const value = await client.get('order').catch(() => undefined);
      if (value !== undefined) {
        expect(value).toBe('17');
        break;
      }
    }
    expect(pidOf()).not.toBe(pid);
    expect(said.join()).toMatch(/has ended and is started again/);
  });

  it('ends with `stop`, and begins again with port, password, certificate and what was queued', async () => {
    const first = await start();
    await connect(first).set('order', '17');
    const pid = pidOf();
    await first.stop();
    expect(isAlive(pid)).toBe(false);
    expect(await first.exited).toBeNull();
    const second = await start();
    expect([second.url, second.certificate]).toEqual([first.url, first.certificate]);
    expect(await connect(second).get('order')).toBe('17');
  });

  it('takes another port where its own is taken meanwhile, and begins anew where its state is damaged', async () => {
    const first = await start();
    await first.stop();
    const { port } = parseDatabaseAddress(first.url);
    const stranger = createServer().listen(port, '127.0.0.1');
    await once(stranger, 'listening');
    const second = await start();
    const { port: other, password } = parseDatabaseAddress(second.url);
    expect(other).not.toBe(port);
    expect(password).toBe(parseDatabaseAddress(first.url).password);
    stranger.close();
    await second.stop();
    writeFileSync(join(folder, 'broker.json'), '{"password": "');
    const third = await start();
    expect(parseDatabaseAddress(third.url).password).not.toBe(password);
    expect(await connect(third).ping()).toBe('PONG');
  });

  it('is given up with what it says when it cannot be started again', async () => {
    const broker = await start();
    writeFileSync(join(folder, 'server.conf'), 'no-such-directive 1\n');
    vi.useFakeTimers({ toFake: ['performance'] });
    process.kill(pidOf(), 'SIGKILL');
    expect(await broker.exited).toMatch(/ends as soon as it is started/);
    vi.useRealTimers();
  }, 60_000);
});

describe.skipIf(!hasRedis)('a broker whose starter is killed', () => {
  /** A process that starts one, and says so. */
  async function starter() {
    const child = await startChild(new URL('start-and-stay.ts', import.meta.url), [folder]);
    child.go();
    return { child, ...((await child.result()) as { starter: number; url: string }) };
  }

  it('ends too', async () => {
    const { child } = await starter();
    const pid = pidOf();
    await child.kill();
    await untilGone(pid);
    expect(isAlive(pid)).toBe(false);
  });

  it('and whose watch is killed with it is ended by the next start, which takes its place', async () => {
    const { child, url } = await starter();
    const pid = pidOf();
    const watches = execFileSync('pgrep', ['-f', `read -r _; kill -TERM "\\$0" ${pid}$`], { encoding: 'utf8' });
    for (const watch of watches.trim().split('\n')) process.kill(Number(watch), 'SIGKILL');
    await child.kill();
    await wait(500);
    expect(isAlive(pid)).toBe(true);
    process.kill(pid, 'SIGSTOP'); // it need not even answer
    setTimeout(() => process.kill(pid, 'SIGCONT'), 1000);
    const broker = await start();
    expect(isAlive(pid)).toBe(false);
    expect(broker.url).toBe(url);
  });

  it('is left alone while the starter lives', async () => {
    const { child, starter: process, url } = await starter();
    const pid = pidOf();
    await expect(start()).rejects.toThrow(`process ${process} is at work with the one that runs there (${pid})`);
    expect(isAlive(pid)).toBe(true);
    expect(url).toMatch(/^rediss:/);
    await child.kill();
    await untilGone(pid);
  });

  it('leaves a number behind that may be another process, which nobody ends', async () => {
    const first = await start();
    await first.stop();
    const stranger = spawn('sleep', ['60'], { cwd: tmpdir() });
    writeFileSync(join(folder, 'server.pid'), `${stranger.pid}\n`);
    await start();
    expect(stranger.exitCode).toBeNull();
    expect(isAlive(stranger.pid!)).toBe(true);
    stranger.kill();
  });
});

describe('what cannot be started', () => {
  it.each([
    ['0.0.0.0', /stands for every address/],
    ['192.0.2.7', /which is not this machine; wanted an address of this machine \(.*127\.0\.0\.1/],
    ['no-such-machine.invalid', /there is no machine of this name/],
    ['127.0.0.1\nport 1', /it is no address/],
  ])('a broker at %j', async (address, message) => {
    await expect(start({ address })).rejects.toThrow(message);
    expect(existsSync(folder)).toBe(false);
  });

  it('a broker without a server says what to install, and what works without one', async () => {
    vi.stubEnv('PATH', tmpdir());
    vi.stubEnv('COSWEEP_CACHE', join(folder, 'cache'));
    await expect(start()).rejects.toThrow(
      /apt-get install redis-server; conda .*`cosweep engine install redis`.*`--url`.*`cosweep split`/,
    );
  });
});
