import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ChangeFeed } from '../../server/http/change-feed.ts';
import { makeEventStreams, type EventStreams } from '../../server/http/events.ts';
import { HttpError } from '../../server/http/http-error.ts';
import type { ServerEvent } from '../../server/http/schemas/event.ts';

/** A busy machine may need more than a second, the usual limit. */
const patient = { timeout: 60_000 };

let server: Server;
let streams: EventStreams;
let listeners: Set<(event: ServerEvent) => void>;
let responses: ServerResponse[];
let refused: string[];
const sockets: Socket[] = [];

beforeEach(async () => {
  listeners = new Set();
  responses = [];
  refused = [];
  const feed: ChangeFeed = {
    subscribe: (listener) => (listeners.add(listener), () => void listeners.delete(listener)),
    close: () => listeners.clear(),
  };
  streams = makeEventStreams(feed);
  server = createServer((request, response) => {
    responses.push(response);
    try {
      streams.open(request, response);
    } catch (error) {
      refused.push((error as HttpError).message);
      response.writeHead(503).end();
    }
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
});

afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
  server.closeAllConnections();
  server.close();
});

function ask(method = 'GET', times = 1): Socket {
  const { port } = server.address() as AddressInfo;
  const text = `${method} /api/events HTTP/1.1\r\nHost: x\r\n\r\n`.repeat(times);
  const socket = connect(port, '127.0.0.1', () => void socket.write(text));
  socket.on('error', () => {});
  sockets.push(socket);
  return socket;
}

test('a reader that does not read is dropped once 256 KiB wait for it; another is told everything', async () => {
  const still = ask();
  await expect.poll(() => listeners.size, patient).toBe(1);
  still.pause();
  const reading = ask();
  let bytes = 0;
  reading.on('data', (chunk: Buffer) => (bytes += chunk.length));
  await expect.poll(() => listeners.size, patient).toBe(2);

  let most = 0;
  let told = 0;
  while (listeners.size === 2) {
    for (const listener of listeners) listener({ kind: 'sweep', sweep: 's'.repeat(50_000) });
    told += 50_000;
    most = Math.max(most, responses[0]!.writableLength);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  expect(responses[0]!.destroyed).toBe(true);
  expect(most).toBeLessThan(400_000);
  expect(responses[1]!.destroyed).toBe(false);
  await expect.poll(() => bytes, patient).toBeGreaterThan(told);
});

test('HEAD is answered, and opens no stream', async () => {
  const [chunk] = (await once(ask('HEAD'), 'data')) as [Buffer];
  expect(String(chunk)).toMatch(/^HTTP\/1\.1 200 .*text\/event-stream/s);
  expect(listeners.size).toBe(0);
});

test('a connection that asks for several streams gets none, and holds no place', async () => {
  await once(ask('GET', 200).resume(), 'close');
  await expect.poll(() => listeners.size, patient).toBe(0);
});

test('the place of a connection that is gone is free', async () => {
  const socket = ask();
  await expect.poll(() => listeners.size, patient).toBe(1);
  socket.destroy();
  await expect.poll(() => listeners.size, patient).toBe(0);
});

test('200 streams, and no more', async () => {
  for (let count = 0; count < 201; count++) ask();
  await expect.poll(() => refused, patient).toEqual(['Cannot open another event stream: 200 are open']);
  sockets[0]!.destroy();
  sockets[1]!.destroy();
  await expect.poll(() => listeners.size, patient).toBeLessThan(200);
});
