import { execFile } from 'node:child_process';
import { get, type IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import { afterEach, expect, test } from 'vitest';
import type { ServerEvent } from '../../server/http/schemas/event.ts';
import { describeApi } from '../../server/http/openapi.ts';
import { routes } from '../../server/http/routes.ts';
import { definition } from './plan-text.ts';
import { ask, askAsStranger, auth, doctorAnswer, startTestServer, type TestServer } from './running-server.ts';
import { storeTrainedSweep } from './trained-sweep.ts';

const servers: TestServer[] = [];

async function start(options: Parameters<typeof startTestServer>[0] = {}): Promise<TestServer> {
  const server = await startTestServer(options);
  servers.push(server);
  return server;
}

afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

/** Reads events one after the other. */
async function listen(port: number): Promise<{ next(): Promise<ServerEvent | null>; type: string; end(): void }> {
  const response = await new Promise<IncomingMessage>(
    (resolve, reject) =>
      void get({ host: '127.0.0.1', port, path: '/api/events', headers: auth(port), agent: false }, resolve).on(
        'error',
        reject,
      ),
  );
  const chunks = response.setEncoding('utf8')[Symbol.asyncIterator]();
  let text = '';
  return {
    type: String(response.headers['content-type']),
    end: () => void response.destroy(),
    async next() {
      for (;;) {
        const match = /^data: (.*)\n\n/m.exec(text);
        if (match) {
          text = text.slice(match.index + match[0].length);
          return JSON.parse(match[1]!);
        }
        const { value, done } = await chunks.next();
        if (done === true) return null;
        text += value;
      }
    },
  };
}

/** Another process that has the database open: it writes, and it has nobody to tell. */
const otherProcess = `
  import Database from 'better-sqlite3';
  const database = new Database(process.argv[1]);
  database.prepare('UPDATE "Run" SET batch = batch + 1 WHERE id = 2').run();
`;

test('events: a change that another process makes is told to every listener', async () => {
  const { server, storage } = await start();
  storeTrainedSweep(storage);
  const [first, second] = [await listen(server.port), await listen(server.port)];
  expect(first.type).toBe('text/event-stream; charset=utf-8');
  expect([await first.next(), await second.next()]).toEqual([{ kind: 'hello' }, { kind: 'hello' }]);

  await promisify(execFile)(process.execPath, ['--input-type=module', '-e', otherProcess, storage.file]);
  for (const stream of [first, second]) {
    expect(await stream.next()).toEqual({ kind: 'sweep', sweep: 's1' });
    expect(await stream.next()).toEqual({ kind: 'run', run: 'r2' });
  }
  first.end();
  second.end();
});

test('events: what the dashboard itself starts is told too', async () => {
  const { server, started } = await start();
  const stream = await listen(server.port);
  await stream.next();
  const created = await ask(server.port, '/api/sweeps', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ definition }),
  });
  expect(created.status).toBe(201);
  expect(started).toEqual(['s1']);
  expect(await stream.next()).toEqual({ kind: 'sweeps' });
  expect(await stream.next()).toEqual({ kind: 'sweep', sweep: 's1' });
  stream.end();
});

test('closing: event streams end with a word, requests in flight are answered, new ones are not taken', async () => {
  let finish = (): void => {};
  let asked = (): void => {};
  const arrived = new Promise<void>((resolve) => (asked = resolve));
  const test = await start();
  const slow = await startTestServer({
    context: {
      storage: test.storage,
      actions: {
        startRun: async () => {},
        plan: () => Promise.reject(new Error('not asked')),
        doctor: () =>
          new Promise((resolve) => {
            finish = () => resolve(doctorAnswer);
            asked();
          }),
        lastDoctor: () => null,
      },
    },
  });
  const stream = await listen(slow.server.port);
  await stream.next();
  const answer = ask(slow.server.port, '/api/doctor', { method: 'POST' });
  await arrived;
  const closed = slow.close();
  expect(await stream.next()).toEqual({ kind: 'closing' });
  expect(await stream.next()).toBeNull();
  finish();
  expect((await answer).status).toBe(200);
  await closed;
  await expect(ask(slow.server.port, '/api/sweeps')).rejects.toThrow(/ECONNREFUSED/);
});

test('a taken port: the next free one', async () => {
  const first = await start();
  const second = await start({ port: first.server.port });
  expect(second.server.port).toBeGreaterThan(first.server.port);
  expect((await ask(second.server.port, '/api/sweeps')).status).toBe(200);
});

test('the address that is printed carries a token, generated where none is given', async () => {
  for (const [host, shown] of [
    ['127.0.0.1', '127.0.0.1'],
    ['0.0.0.0', 'localhost'],
  ] as const) {
    const { server } = await start({ host });
    expect(server.token).toMatch(/^[\w-]{32}$/);
    expect(server.url).toBe(`http://${shown}:${server.port}/?token=${server.token}`);
    expect((await askAsStranger(server.port, '/api/sweeps')).status).toBe(401);
    expect((await ask(server.port, '/api/sweeps')).status).toBe(200);
  }
  const { server } = await start({ token: 'mine' });
  expect(server.url).toBe(`http://127.0.0.1:${server.port}/?token=mine`);
});

test('without a token on this machine alone, where that is asked for', async () => {
  const { server } = await start({ noToken: true });
  expect([server.url, server.token]).toEqual([`http://127.0.0.1:${server.port}/`, null]);
  expect((await askAsStranger(server.port, '/api/sweeps')).status).toBe(200);
  await expect(startTestServer({ noToken: true, host: '0.0.0.0' })).rejects.toThrow(/--no-token is for this machine/);
  await expect(startTestServer({ noToken: true, token: 'mine' })).rejects.toThrow(/COSWEEP_TOKEN holds one/);
});

test('the dashboard under a base path, cached by content', async () => {
  const { server } = await start({ basePath: 'lab/' });
  expect(server.url).toBe(`http://127.0.0.1:${server.port}/lab/?token=${server.token}`);
  const moved = await ask(server.port, '/lab');
  expect([moved.status, moved.headers.location]).toEqual([308, '/lab/']);
  const page = await ask(server.port, '/lab/sweeps/s1/compare');
  expect(page.text).toContain('<base href="/lab/">');
  expect(page.headers['cache-control']).toBe('no-cache');
  const again = await ask(server.port, '/lab/', { headers: { 'if-none-match': String(page.headers.etag) } });
  expect([again.status, again.text]).toEqual([304, '']);
  const script = await ask(server.port, '/lab/assets/index-1a2b.js');
  expect(script.headers['content-type']).toBe('text/javascript; charset=utf-8');
  expect(script.headers['cache-control']).toBe('public, max-age=31536000, immutable');
  expect((await ask(server.port, '/lab/assets/index-old.js')).status).toBe(404);
});

test('a proxy may strip the base path or pass it on', async () => {
  const { server, token } = await start({ basePath: '/lab' });
  for (const prefix of ['', '/lab']) {
    expect((await ask(server.port, `${prefix}/`)).text).toContain('<base href="/lab/">');
    expect((await ask(server.port, `${prefix}/assets/index-1a2b.js`)).text).toBe('export {};');
    expect((await ask(server.port, `${prefix}/api/sweeps`)).json).toMatchObject({ items: [] });
    // The browser is outside of the proxy: there the base path is part of every address.
    const entered = await askAsStranger(server.port, `${prefix}/sweeps/s1?token=${token}`);
    expect([entered.status, entered.headers.location]).toEqual([303, '/lab/sweeps/s1']);
    expect(String(entered.headers['set-cookie'])).toContain('Path=/lab/;');
  }
});

test('an unchanged answer of the API is asked for again but not sent again', async () => {
  const { server } = await start();
  const first = await ask(server.port, '/api/sweeps');
  expect(first.headers['cache-control']).toBe('private, no-cache');
  const again = await ask(server.port, '/api/sweeps', { headers: { 'if-none-match': String(first.headers.etag) } });
  expect([again.status, again.text]).toEqual([304, '']);
});

test('the description names every route, its parameters and its answers', async () => {
  const { server } = await start({ basePath: '/lab' });
  const description = (await ask(server.port, '/lab/api/openapi.json')).json as ReturnType<typeof describeApi> & {
    paths: Record<string, Record<string, { parameters: { name: string }[]; responses: object }>>;
  };
  expect(description).toMatchObject({ openapi: '3.1.0', servers: [{ url: '/lab/api' }] });
  expect(Object.keys(description.paths).sort()).toEqual(
    [...new Set(['/events', ...routes.map(({ path }) => path.replace(/:(\w+)/g, '{$1}'))])].sort(),
  );
  expect(description.paths['/curves']!['get']!.parameters).toEqual([
    expect.objectContaining({ name: 'runs', in: 'query', required: true }),
    expect.objectContaining({ name: 'metric', required: true }),
    expect.objectContaining({ name: 'from', required: false }),
    expect.objectContaining({ name: 'to', required: false }),
    expect.objectContaining({ name: 'width', required: false }),
  ]);
  expect(description.paths['/runs/{id}']!['get']!.responses).toHaveProperty(
    ['200', 'content', 'application/json', 'schema', '$ref'],
    '#/components/schemas/RunDetail',
  );
  expect(description).toHaveProperty('components.schemas.CurveItem.properties.values.items.type', ['number', 'null']);
  expect(description).toHaveProperty(
    'components.schemas.CurvesResponse.properties.curves.items.$ref',
    '#/components/schemas/CurveItem',
  );
  expect(description.paths['/sweeps/{id}/ablation']!['get']!.responses).toHaveProperty([
    '200',
    'content',
    'text/x-tex',
  ]);
  expect(description.paths['/sweeps']!['post']).toMatchObject({
    requestBody: { content: { 'application/json': { schema: { required: ['definition'] } } } },
  });
});

test('a failure of ours is a 500 without detail, and is reported', async () => {
  const { server, storage, reported } = await start();
  storage.raw.exec('DROP TABLE "Sweep"');
  const answer = await ask(server.port, '/api/sweeps');
  expect(answer.status).toBe(500);
  expect(answer.text).not.toContain('SQL');
  expect(reported).toHaveLength(1);
});
