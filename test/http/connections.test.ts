import { createServer, type RequestListener, type Server } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { once } from 'node:events';
import { afterEach, expect, test } from 'vitest';
import { serveBounded } from '../../server/http/connections.ts';

/** Far more than the buffers of the kernel take for a reader that does not read. */
const LARGE = Buffer.alloc(64 * 1024 * 1024);
const GET = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n';
const open: { server: Server; sockets: Socket[] }[] = [];

afterEach(() => {
  for (const { server, sockets } of open.splice(0)) {
    for (const socket of sockets) socket.destroy();
    server.closeAllConnections();
    server.close();
  }
});

/** A server, and what connects to it and writes a text. */
async function start(app: RequestListener, limits?: Parameters<typeof serveBounded>[2]) {
  const server = createServer();
  serveBounded(server, app, limits);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  const sockets: Socket[] = [];
  open.push({ server, sockets });
  return (text: string): Socket => {
    const socket = connect(port, '127.0.0.1', () => void socket.write(text));
    socket.on('error', () => {});
    sockets.push(socket);
    return socket;
  };
}

async function read(socket: Socket): Promise<string> {
  let text = '';
  for await (const chunk of socket) text += String(chunk);
  return text;
}

test.each([
  ['nobody reads', { idle: 200, whole: 600_000 }],
  ['is read for ever in small bites', { idle: 600_000, whole: 500 }],
])('an answer that %s is given up', async (_what, limits) => {
  let givenUp = (): void => {};
  const closed = new Promise<void>((resolve) => (givenUp = resolve));
  const send = await start((_request, response) => void response.once('close', givenUp).end(LARGE), limits);
  const socket = send(GET).pause();
  await closed;
  let bytes = 0;
  await once(socket.on('data', (chunk: Buffer) => (bytes += chunk.length)).resume(), 'close');
  expect(bytes).toBeLessThan(LARGE.length);
});

test('a handler may take its time, and so may a reader that gets on', async () => {
  const send = await start(
    (_request, response) => void setTimeout(() => response.end(Buffer.alloc(16 * 1024 * 1024)), 1500),
    { idle: 1000, whole: 600_000 },
  );
  const socket = send(GET.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n'));
  let bytes = 0;
  for await (const chunk of socket) {
    bytes += (chunk as Buffer).length;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  expect(bytes).toBeGreaterThan(16 * 1024 * 1024);
});

test('a connection that asks on without waiting for answers is ended', async () => {
  let asked = 0;
  const send = await start(() => void asked++);
  await once(send(GET.repeat(200)), 'close');
  expect(asked).toBe(4);
});

test('what is no request is told so in JSON', async () => {
  const send = await start((_request, response) => response.end());
  expect(await read(send('NONSENSE\r\n\r\n'))).toMatch(/^HTTP\/1\.1 400 .*"code":"bad-request".*not HTTP/s);
  expect(await read(send(`GET /${'x'.repeat(20_000)} HTTP/1.1\r\nHost: x\r\n\r\n`))).toMatch(
    /^HTTP\/1\.1 431 .*larger than 16 KiB/s,
  );
});

test('an answer may be long in the making although its request came before the answer before was read', async () => {
  const limits = { idle: 150, whole: 600_000 };
  let asked = 0;
  const send = await start((_request, response) => {
    if (++asked === 1) return void response.end('first');
    setTimeout(() => response.setHeader('Connection', 'close').end('second'), 4 * limits.idle);
  }, limits);
  const text = await read(send(GET + GET));
  expect(text).toContain('first');
  expect(text).toContain('second');
});
