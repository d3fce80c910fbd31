import { mkdtempSync, rmSync } from 'node:fs';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { readAddress } from '../../server/export/mlflow/address.ts';
import { Done } from '../../server/export/mlflow/answers.ts';
import { MlflowClient } from '../../server/export/mlflow/client.ts';
import { paramsOf } from '../../server/export/mlflow/run-record.ts';
import { safeNames } from '../../server/export/mlflow/safe-names.ts';
import { openStorage } from '../../server/store/database/storage.ts';
import type { ListedRun } from '../../server/store/reading/list-runs.ts';
import { inProcess } from '../helpers/in-process.ts';
import { storeTrainedSweep } from '../http/trained-sweep.ts';

// The waits are those of a server that is started anew.
vi.mock(import('../../server/export/mlflow/patience.ts'), () => ({
  PATIENCE_MS: 120_000 as const,
  WAITS_MS: [1, 2, 3],
}));

let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cosweep-mlflow-faults-'));
  const storage = await openStorage({ file: join(folder, 'cosweep.db'), create: true });
  storeTrainedSweep(storage);
  await storage.close();
});
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => vi.unstubAllEnvs());

/** A server that is none of MLflow's. @returns its address */
async function serve(listener: (...asked: Parameters<RequestListener>) => void | Promise<void>): Promise<string> {
  const server: Server = createServer((...asked) => void listener(...asked)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as { port: number }).port}`;
}

const answer =
  (status: number, text: string, headers: Record<string, string> = {}): RequestListener =>
  (_, response) =>
    void response.writeHead(status, headers).end(text);

const sync = (...args: string[]) => inProcess(['sync', 's1', '--to', 'mlflow', ...args], folder);

const html = { 'content-type': 'text/html' };
const json = { 'content-type': 'application/json' };

describe('each fault is one sentence', () => {
  test.each([
    [
      'a page',
      2,
      answer(200, '<!doctype html><title>Hello', html),
      /found a page that is none of MLflow's API \(200\); wanted the address of/,
    ],
    [
      'a page that is not found',
      2,
      answer(404, '<h1>Not Found', html),
      /found a page that is none of MLflow's API \(404\)/,
    ],
    ['other JSON', 2, answer(200, '{"hello": 1}', json), /found an answer that is none of MLflow's API \(200\)/],
    ['nothing', 2, answer(200, '', json), /found an answer that is none of MLflow's API \(200\)/],
    [
      '401',
      2,
      answer(401, 'You are not authenticated.'),
      /it refuses who asks \(401: You are not authenticated\.\); wanted MLFLOW_TRACKING_TOKEN/,
    ],
    ['403', 2, answer(403, 'Invalid Host header'), /it refuses who asks \(403: Invalid Host header\)/],
    [
      'a redirect',
      2,
      answer(302, '', { location: 'https://login.example/?next=/' }),
      /it sends on to https:\/\/login\.example\/\?next=\/ \(302\); wanted/,
    ],
    [
      '500 with a text',
      1,
      answer(500, 'boom\u001b[31m'),
      /it answers 500: boom·\[31m; `sync` again goes on where it stopped/,
    ],
    [
      'a page of a proxy',
      1,
      answer(502, '<h1>Bad Gateway', html),
      /it answers 502; `sync` again goes on where it stopped/,
    ],
  ])('%s', async (_, code, listener, message) => {
    const url = await serve(listener);
    const ended = await sync(url);
    expect(ended).toMatchObject({ code, stdout: '' });
    expect(ended.stderr).toMatch(message);
    expect(ended.stderr).toMatch(new RegExp(`^Cannot sync to MLflow at ${url}: [^\n]*\n$`));
  });

  test('nobody there', async () => {
    const gone = createServer().listen(0, '127.0.0.1');
    await once(gone, 'listening');
    const url = `http://127.0.0.1:${(gone.address() as { port: number }).port}`;
    gone.close();
    await once(gone, 'close');
    const ended = await sync(url);
    expect(ended.code).toBe(1);
    expect(ended.stderr).toBe(
      `Cannot sync to MLflow at ${url}: nothing listens there (ECONNREFUSED); ` +
        'wanted an MLflow server that answers there\n',
    );
  });

  test('no answer, and an answer that never ends', async () => {
    const silent = new MlflowClient({ url: await serve(() => {}), authorization: null }, 50);
    await expect(silent.get('x', {}, Done)).rejects.toThrow('no answer within 0.05 s');
    const endless = await serve((_, response) => void setInterval(() => response.write('{'), 5).unref());
    await expect(new MlflowClient({ url: endless, authorization: null }, 200).get('x', {}, Done)).rejects.toThrow(
      'no answer within 0.2 s',
    );
  });

  test('a connection that is cut', async () => {
    const ended = await sync(await serve(({ socket }) => void socket.destroy()));
    expect(ended.code).toBe(1);
    expect(ended.stderr).toMatch(/the connection was cut \(\w+\)/);
  });

  test.each([
    ['localhost:5000', /found "localhost:5000", wanted the address of an MLflow server, such as http:/],
    ['ftp://user:secret@host', /found "ftp:\/\/host", wanted/],
    ['http://user:se/cret@host:5000', /found "http:\/\/host:5000", wanted/],
    ['https://user:100%@host', /found "https:\/\/host", wanted/],
    ['http://host/?token=secret', /found "http:\/\/host\/", wanted/],
    ['', /found "", wanted|found neither an address nor MLFLOW_TRACKING_URI/],
  ])('%j is no address', async (url, message) => {
    const { code, stderr } = await sync(url);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
    expect(stderr).not.toContain('secret');
  });
});

describe('a server that cannot answer at the moment is asked again', () => {
  const GOOD = answer(200, '{}', json);

  /** Fails so many times, then answers. @returns the client, and how often it asked */
  async function failing(times: number, fail: RequestListener, good = GOOD) {
    const asked = { times: 0 };
    const url = await serve((...pair) => (++asked.times > times ? good : fail)(...pair));
    return { client: new MlflowClient({ url, authorization: null }), asked };
  }

  test.each([
    ['500', answer(500, 'boom')],
    ['500 in the words of MLflow', answer(500, '{"error_code": "INTERNAL_ERROR", "message": "locked"}', json)],
    ['a page of a proxy', answer(502, '<h1>Bad Gateway', html)],
    ['503', answer(503, 'busy')],
    ['too many requests', answer(429, 'slowly')],
    ['a connection that is cut', ({ socket }: IncomingMessage) => void socket.destroy()],
  ])('%s', async (_, fail) => {
    const { client, asked } = await failing(3, fail);
    await client.post('runs/set-tag', {}, Done);
    expect(asked.times).toBe(4);
  });

  test.each([400, 401, 404])('%i is an answer', async (status) => {
    const { client, asked } = await failing(1, answer(status, 'no'));
    await expect(client.post('runs/set-tag', {}, Done)).rejects.toThrow(String(status));
    expect(asked.times).toBe(1);
  });

  test('nobody there: one who comes in time is asked', async () => {
    const server = createServer(GOOD).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    server.close();
    await once(server, 'close');
    const client = new MlflowClient({ url: `http://127.0.0.1:${port}`, authorization: null }, 1_000, [1, 500, 500]);
    setTimeout(() => server.listen(port, '127.0.0.1'), 20);
    onTestFinished(() => void server.close());
    expect(await client.get('x', {}, Done)).toEqual({});
  });

  test('what may have made a run already is not asked again; what cannot have is', async () => {
    const made = [answer(500, 'boom'), answer(503, 'busy'), ({ socket }: IncomingMessage) => void socket.destroy()];
    for (const fail of made) {
      const { client, asked } = await failing(1, fail);
      await expect(client.create('runs/create', {}, Done)).rejects.toThrow(/boom|busy|cut/);
      expect(asked.times).toBe(1);
    }
    const { client, asked } = await failing(2, answer(429, 'slowly'));
    await client.create('runs/create', {}, Done);
    expect(asked.times).toBe(3);
  });
});

test('who asks is told as MLflow’s own client tells it, and shown nowhere', async () => {
  const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;
  const of = (url: string | undefined, environment: Record<string, string>) => readAddress(url, environment);
  const names = { MLFLOW_TRACKING_USERNAME: 'ann', MLFLOW_TRACKING_PASSWORD: 'pass' };
  expect(of('http://h:1/', names)).toEqual({ url: 'http://h:1', authorization: basic('ann:pass') });
  expect(of('http://h', { MLFLOW_TRACKING_TOKEN: 't', MLFLOW_TRACKING_USERNAME: 'ann' }).authorization).toBe(
    'Bearer t',
  );
  expect(of('http://bob:p%40ss@h/ml/', names)).toEqual({ url: 'http://h/ml', authorization: basic('bob:p@ss') });
  expect(of(undefined, { MLFLOW_TRACKING_URI: 'https://h' })).toEqual({ url: 'https://h', authorization: null });

  const asked: IncomingMessage[] = [];
  const url = await serve((request, response) => {
    asked.push(request);
    response.writeHead(401).end();
  });
  vi.stubEnv('MLFLOW_TRACKING_TOKEN', 'secret-token');
  const { stderr } = await sync(`${url}/team`);
  expect(asked[0]!.headers.authorization).toBe('Bearer secret-token');
  expect(asked[0]!.url).toBe('/team/api/2.0/mlflow/experiments/search');
  expect(stderr).not.toContain('secret-token');
});

test('points go in requests of at most a thousand, parameters and tags of at most a hundred', async () => {
  const sizes: Record<string, number[]> = { metrics: [], params: [], tags: [] };
  const url = await serve(async (request, response) => {
    let text = '';
    for await (const piece of request) text += piece;
    const path = request.url!.replace(/^.*mlflow\/|\?.*$/g, '');
    const body = text === '' ? {} : JSON.parse(text);
    for (const what of Object.keys(sizes))
      if (path === 'runs/log-batch' && body[what]) sizes[what]!.push(body[what].length);
    const answers: Record<string, object> = {
      'experiments/get-by-name': { experiment: { experiment_id: '7' } },
      'runs/create': { run: { info: { run_id: 'abc' }, data: {} } },
    };
    response.writeHead(200, json).end(JSON.stringify(answers[path] ?? {}));
  });
  const long = mkdtempSync(join(folder, 'long-'));
  const storage = await openStorage({ file: join(long, 'cosweep.db'), create: true });
  const { run } = storeTrainedSweep(storage);
  const stage = storage.prepare('SELECT stageId FROM "RunStage" WHERE runId = ?').pluck().get(run(2, 0));
  const metric = storage.prepare(`SELECT id FROM "Metric" WHERE name = 'train/total'`).pluck().get();
  const insert = storage.prepare('INSERT INTO "Point" (stageId, metricId, batch, value) VALUES (?, ?, ?, 1)');
  for (let batch = 40; batch < 2500; batch++) insert.run(stage, metric, batch);
  await storage.close();
  const { code, stderr } = await inProcess(['sync', 's1', '--to', 'mlflow', url], long);
  expect(stderr).toMatch(/18 runs \(18 new runs, 3,592 new points\)/);
  expect(code).toBe(0);
  expect(Math.max(...sizes['metrics']!)).toBe(1000);
  expect(sizes['metrics']!.reduce((sum, size) => sum + size)).toBe(3592);
  const many = Object.fromEntries(Array.from({ length: 250 }, (_, i) => [`training.x${i}`, i]));
  expect(paramsOf({ armName: 'a', seed: 0, params: many } as unknown as ListedRun).size).toBe(251);
});

test('names are those that MLflow takes, and different ones stay different', () => {
  const names = [
    'val/accuracy',
    'val/top@5',
    'val/top_5',
    'val/top#5',
    '../x',
    '/x//y/./z',
    '@',
    'x'.repeat(300),
    'a:b',
    '...y',
    `${'y/'.repeat(130)}z`,
  ];
  const safe = safeNames(names);
  expect(Object.fromEntries(safe)).toMatchObject({
    'val/accuracy': 'val/accuracy',
    'val/top_5': 'val/top_5',
    'val/top#5': expect.stringMatching(/^val\/top_5_[0-9a-f]{6}$/),
    'val/top@5': expect.stringMatching(/^val\/top_5_[0-9a-f]{6}$/),
    '../x': expect.stringMatching(/^x_[0-9a-f]{6}$/),
    '/x//y/./z': expect.stringMatching(/^x\/y\/z_[0-9a-f]{6}$/),
    '...y': expect.stringMatching(/^_y_[0-9a-f]{6}$/),
    'a:b': expect.stringMatching(/^a_b_[0-9a-f]{6}$/),
  });
  // What a name becomes has nothing to do with the others.
  for (const [name, there] of safe) expect(safeNames([name]).get(name)).toBe(there);
  expect(new Set(safe.values()).size).toBe(names.length);
  expect(Math.max(...[...safe.values()].map(({ length }) => length))).toBeLessThanOrEqual(250);
  expect([...safe.values()].filter((name) => /^[./]|\/$|\/\//.test(name))).toEqual([]);
});
