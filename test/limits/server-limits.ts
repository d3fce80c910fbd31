import { connect } from 'node:net';
import { chooseSecret } from '../../server/http/token.ts';
import { slowGuesses } from '../../server/http/guesses.ts';
import { ask, auth, startTestServer, type TestServer } from '../http/running-server.ts';
import type { LimitCase } from './limit-case.ts';

export const serverLimits: LimitCase[] = [
  {
    what: 'server: bytes of a body',
    error: () =>
      served(({ server }) =>
        message(
          ask(server.port, '/api/plan', {
            method: 'POST',
            headers: { 'content-type': 'application/json' },
            body: JSON.stringify({ definition: 'x'.repeat(2 * 2 ** 20) }),
          }),
        ),
      ),
  },
  {
    what: 'server: bytes of address and headers',
    error: () => served(({ server }) => message(ask(server.port, `/api/sweeps?page=${'1'.repeat(16_384)}`))),
  },
  {
    what: 'server: connections',
    error: () => served(({ server }) => connections(server.port, 1_001)),
  },
  {
    what: 'server: requests of one connection that wait for their answers',
    error: () => served(({ server }) => write(server.port, 5)),
  },
  {
    what: 'server: event streams',
    error: () =>
      served(async ({ server }) => {
        const ends = await Promise.all(Array.from({ length: 200 }, () => stream(server.port)));
        const said = await message(ask(server.port, '/api/events'));
        for (const end of ends) end();
        return said;
      }),
  },
  { what: 'server: characters of a token, at least', error: () => messageOf(() => chooseSecret('::', 'short', true)) },
  {
    what: 'server: characters of a token, at most',
    error: () => messageOf(() => chooseSecret('localhost', 'x'.repeat(501), true)),
  },
  {
    what: 'server: wrong tokens that wait for their answers',
    async error() {
      const guesses = slowGuesses(Date.now, () => new Promise(() => {}));
      for (let count = 0; count < 105; count++) void guesses.slowDown('192.0.2.1');
      return guesses.slowDown('192.0.2.1').then(
        () => 'nothing',
        (error: Error) => error.message,
      );
    },
  },
];

async function served(body: (server: TestServer) => Promise<string>): Promise<string> {
  const server = await startTestServer();
  try {
    return await body(server);
  } finally {
    await server.close();
  }
}

async function message(answer: ReturnType<typeof ask>): Promise<string> {
  return ((await answer).json as { error: { message: string } }).error.message;
}

function messageOf(body: () => unknown): string {
  try {
    body();
  } catch (error) {
    return (error as Error).message;
  }
  return 'nothing';
}

/** Opens an event stream. @returns ends it */
function stream(port: number): Promise<() => void> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => void socket.write(request(port, '/api/events')));
    socket.once('data', () => resolve(() => void socket.destroy())).once('error', reject);
  });
}

/** Sends so many requests at once. @returns whether the connection was closed before all were answered */
function write(port: number, times: number): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    const socket = connect(port, '127.0.0.1', () => void socket.write(request(port, '/api/sweeps').repeat(times)));
    socket.on('data', (chunk) => (text += String(chunk))).on('error', () => {});
    socket.once('close', () => resolve(text.split('200 OK').length > times ? 'all answered' : 'closed at once'));
  });
}

function request(port: number, path: string): string {
  return `GET ${path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: ${auth(port)['authorization']}\r\n\r\n`;
}

/** Opens so many connections. @returns what becomes of one that is closed by the server */
function connections(port: number, count: number): Promise<string> {
  return new Promise((resolve) => {
    const sockets = Array.from({ length: count }, () => connect(port, '127.0.0.1').on('error', () => {}));
    for (const socket of sockets)
      socket.resume().once('close', () => {
        resolve('closed at once');
        for (const each of sockets) each.destroy();
      });
  });
}
