import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { serveBounded } from '../../server/http/connections.ts';
import { makeEventStreams } from '../../server/http/events.ts';
import type { ServerEvent } from '../../server/http/schemas/event.ts';
import { size } from '../helpers/size.ts';

/** A busy machine may need more than a second, the usual limit. */
const patient = { timeout: 60_000 };

vi.setConfig({ testTimeout: 300_000 });

/** Connections that ask and read nothing. Whatever they ask for, memory and places stay bounded. */

const MB = 2 ** 20;
const STREAMS = size(40, 200);
/** How much each stream is told. */
const TOLD = size(12, 40) * MB;
/** Each asks for four answers of 8 MB. */
const ANSWERS = size(30, 150);
const EVENT: ServerEvent = { kind: 'sweep', sweep: 's'.repeat(64 * 1024) };

let server: Server;
let listeners: Set<(event: ServerEvent) => void>;
const sockets: Socket[] = [];

beforeEach(async () => {
  listeners = new Set();
  const streams = makeEventStreams({
    subscribe: (listener) => (listeners.add(listener), () => void listeners.delete(listener)),
    close: () => listeners.clear(),
  });
  server = createServer();
  serveBounded(
    server,
    (request, response) => {
      if (request.url === '/events') streams.open(request, response);
      else if (request.url === '/small') response.end('small');
      else response.end('x'.repeat(8 * MB));
    },
    { idle: 3_000, whole: 600_000 },
  );
  await once(server.listen(0, '127.0.0.1'), 'listening');
});

afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
  server.closeAllConnections();
  server.close();
});

/** Asks so many times, and reads nothing. */
function neglect(path: string, times: number): void {
  const { port } = server.address() as AddressInfo;
  const text = `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`.repeat(times);
  const socket = connect(port, '127.0.0.1', () => void socket.write(text));
  socket.on('error', () => {}).pause();
  sockets.push(socket);
}

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Bytes that somebody holds. */
function used(): number {
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

async function connections(): Promise<number> {
  return new Promise((resolve) => server.getConnections((_error, count) => resolve(count)));
}

/** An answer for somebody who reads. */
async function small(): Promise<string> {
  const { port } = server.address() as AddressInfo;
  return (await fetch(`http://127.0.0.1:${port}/small`)).text();
}

test('event streams that nobody reads are dropped, and their places are free', async () => {
  for (let count = 0; count < STREAMS; count++) neglect('/events', 1);
  await expect.poll(() => listeners.size, patient).toBe(STREAMS);
  const before = used();
  let most = 0;
  for (let told = 0; told < TOLD; told += MB) {
    for (let part = 0; part < 16; part++) for (const listener of listeners) listener(EVENT);
    most = Math.max(most, used() - before);
    await sleep(1);
  }
  expect(listeners.size).toBe(0);
  expect(most).toBeLessThan(STREAMS * 0.4 * MB + 100 * MB);
  neglect('/events', 1);
  await expect.poll(() => listeners.size, patient).toBe(1);
  console.log(`${STREAMS} streams, ${TOLD / MB} MB told to each: at most ${Math.round(most / MB)} MB held`);
});

test('answers that nobody reads are given up, while others are answered', async () => {
  const before = used();
  let most = 0;
  for (let count = 0; count < ANSWERS; count++) {
    neglect('/large', 4);
    await sleep(5);
    if (count % 5 > 0) continue;
    expect(await small()).toBe('small');
    most = Math.max(most, used() - before);
  }
  expect(most).toBeLessThan(400 * MB);
  await expect.poll(connections, patient).toBeLessThan(3);
  expect(await small()).toBe('small');
  console.log(`${ANSWERS} connections, 4 answers of 8 MB each: at most ${Math.round(most / MB)} MB held`);
});
