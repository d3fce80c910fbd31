import { createHash } from 'node:crypto';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { routes } from '../../server/http/routes.ts';
import { errorResponse } from '../../server/http/schemas/error.ts';
import { size } from '../helpers/size.ts';
import { definition } from '../http/plan-text.ts';
import { ask, auth, startTestServer, type TestServer } from '../http/running-server.ts';
import { storeTrainedSweep } from '../http/trained-sweep.ts';

/** Requests made from what the server says of its own API, most of them wrong somewhere. */

vi.setConfig({ testTimeout: 3_600_000 });

const REQUESTS = size(400, 10_000);
const SEED = 20_261_129;

interface Schema {
  type?: string;
  enum?: unknown[];
  pattern?: string;
  minimum?: number;
  maximum?: number;
  anyOf?: Schema[];
  items?: Schema;
  properties?: Record<string, Schema>;
  default?: unknown;
}
interface Parameter {
  name: string;
  in: 'path' | 'query';
  required: boolean;
  schema: Schema;
}
interface Operation {
  parameters?: Parameter[];
  requestBody?: { content: { 'application/json': { schema: Schema } } };
}
interface Made {
  method: string;
  path: string;
  headers: Record<string, string>;
  body: string | null;
  /** The path of the description that it was made from. */
  from: string;
}

let server: TestServer;
let paths: Record<string, Record<string, Operation>>;

beforeAll(async () => {
  server = await startTestServer();
  storeTrainedSweep(server.storage);
  paths = (
    (await ask(server.server.port, '/api/openapi.json')).json as { paths: Record<string, Record<string, Operation>> }
  ).paths;
});
afterAll(() => server.close());

test(`${REQUESTS} requests: no failure of the server, and each answer has the shape that is promised`, async () => {
  const statuses: Record<number, number> = {};
  for (let index = 0; index < REQUESTS; index++) {
    const made = makeRequest(dice(`${SEED}:${index}`));
    const { status, type, text } = await send(made);
    const what = `${index}: ${made.method} ${made.path} ${String(made.body).slice(0, 300)} → ${status} ${text.slice(0, 300)}`;
    statuses[status] = (statuses[status] ?? 0) + 1;
    expect(status < 500 || status === 503, what).toBe(true);
    // 417 is Node's own answer to an `Expect` that it does not know.
    if (made.method === 'HEAD' || status === 304 || status === 417) continue;
    expectShape(made, status, type, text, what);
  }
  expect(server.reported).toEqual([]);
  expect((await ask(server.server.port, '/api/sweeps')).status).toBe(200);
  // Were all requests refused, nothing would have been tried.
  expect(statuses[200]).toBeGreaterThan(REQUESTS / 20);
  expect(statuses[400]).toBeGreaterThan(REQUESTS / 20);
  console.log(
    Object.entries(statuses)
      .map(([status, count]) => `${status}: ${count}`)
      .join(', '),
  );
});

function expectShape(made: Made, status: number, type: string, text: string, what: string): void {
  if (status >= 400 && type.startsWith('application/json')) {
    expect(errorResponse.safeParse(JSON.parse(text)).error, what).toBeUndefined();
    return;
  }
  const route = routes.find(
    (each) => each.method === made.method.toLowerCase() && each.path.replace(/:(\w+)/g, '{$1}') === made.from,
  );
  if (route === undefined || !made.path.startsWith('/api/')) return;
  expect(
    (route.answer.media ?? ['application/json']).some((each) => type.startsWith(each)),
    what,
  ).toBe(true);
  if (type.startsWith('application/json'))
    expect(route.answer.shape.safeParse(JSON.parse(text)).error, what).toBeUndefined();
}

/** Randomness by name, so that one request can be tried again alone. */
interface Dice {
  below(limit: number): number;
  chance(share: number): boolean;
  of<T>(values: readonly T[]): T;
}

function dice(name: string): Dice {
  let count = 0;
  const next = () => createHash('sha256').update(`${name}:${count++}`).digest().readUInt32BE() / 2 ** 32;
  const below = (limit: number) => Math.floor(next() * limit);
  return { below, chance: (share) => next() < share, of: (values) => values[below(values.length)]! };
}

const ODD = [
  '',
  ' ',
  '0',
  '-1',
  '1e999',
  'NaN',
  'null',
  'true',
  '[]',
  '{}',
  '%',
  '%00',
  '%F0%9F%A6%8A',
  "'",
  '"',
  '\\',
  '../..',
  's1',
  's99',
  'r1',
  'r18',
  'r99999',
  'S1',
  's1,s2',
  'val/accuracy',
  'train/total',
  'val/accuracy@1',
  'last:val/accuracy',
  'beta',
  'loss.m',
  '__proto__',
  'constructor',
  '9007199254740993',
  '1.5',
  '٣',
  '\u202e',
  '😀',
  'x'.repeat(300),
  '<b>',
];

function makeRequest(random: Dice): Made {
  const from = random.of(Object.keys(paths));
  const described = random.of(Object.keys(paths[from]!));
  const operation = paths[from]![described]!;
  const method = random.chance(0.93)
    ? described.toUpperCase()
    : random.of(['HEAD', 'PUT', 'DELETE', 'OPTIONS', 'PATCH']);
  const parameters = operation.parameters ?? [];
  let path = `/api${from}`;
  for (const { name, schema } of parameters.filter((each) => each.in === 'path')) {
    const value = random.chance(0.85)
      ? random.of(name === 'id' && from.startsWith('/runs') ? RUNS : ['s1'])
      : makeText(random, schema);
    path = path.replace(`{${name}}`, encodeURIComponent(value));
  }
  const query = parameters
    .filter((each) => each.in === 'query' && random.chance(each.required ? 0.95 : 0.25))
    .flatMap(({ name, schema }) => {
      const times = random.chance(0.05) ? 3 : 1;
      return Array.from({ length: times }, () => [name, knownValue(random, name) ?? makeText(random, schema)]);
    });
  if (random.chance(0.03)) query.push([random.of(ODD), random.of(ODD)]);
  if (query.length > 0) path += `?${new URLSearchParams(query as [string, string][])}`;
  if (random.chance(0.02)) path = mangle(random, path);
  const schema = operation.requestBody?.content['application/json'].schema;
  const body = method === 'POST' || method === 'PUT' ? makeBody(random, schema) : null;
  return { method, path, body, from, headers: makeHeaders(random, body !== null) };
}

const RUNS = ['r1', 'r2', 'r9', 'r18'];

/** What a parameter of this name means here; null: as its schema says. */
function knownValue(random: Dice, name: string): string | null {
  if (random.chance(0.3)) return null;
  const known: Record<string, string[]> = {
    runs: ['r1', 'r1,r2,r3', 'r4'],
    metric: ['val/accuracy', 'train/total', 'val/crossEntropy'],
    rows: ['arm', 'beta'],
    cols: ['beta', 'alpha'],
    arm: ['0', '1', '2'],
    seed: ['0', '1'],
    sort: ['arm', 'beta', 'last:val/accuracy'],
    batch: ['0', '10', '40'],
  };
  return name in known ? random.of(known[name]!) : null;
}

function makeText(random: Dice, schema: Schema): string {
  if (schema.anyOf !== undefined) return makeText(random, random.of(schema.anyOf));
  if (random.chance(0.35)) return random.of(ODD);
  if (schema.enum !== undefined) return String(random.of(schema.enum));
  if (schema.default !== undefined && random.chance(0.5)) return String(schema.default);
  if (schema.pattern?.includes('\\d')) return String(random.below(1_000));
  if (schema.type === 'array')
    return [makeText(random, schema.items ?? {}), makeText(random, schema.items ?? {})].join(',');
  return random.of(ODD);
}

function makeBody(random: Dice, schema: Schema | undefined): string | null {
  if (random.chance(0.1))
    return random.of(['', '{', '[]', 'null', '"x"', '1', '{}', '{"a":1}', `[${'['.repeat(900)}`, '\u0000']);
  if (schema === undefined) return random.of([null, '{}']);
  const body: Record<string, unknown> = {};
  for (const [name, each] of Object.entries(schema.properties ?? {})) {
    if (random.chance(0.3)) continue;
    body[name] = name === 'definition' ? makeDefinition(random) : makeValue(random, each);
  }
  return JSON.stringify(body);
}

/** A definition with a part replaced. */
function makeDefinition(random: Dice): unknown {
  const made = structuredClone(definition) as Record<string, unknown>;
  if (random.chance(0.6)) {
    let target: Record<string, unknown> = made;
    while (random.chance(0.5)) {
      const inner = random.of(Object.values(target));
      if (typeof inner !== 'object' || inner === null || Object.keys(inner).length === 0) break;
      target = inner as Record<string, unknown>;
    }
    target[random.of([...Object.keys(target), random.of(ODD)])] = makeValue(random, {});
  }
  return random.chance(0.5) ? made : JSON.stringify(made);
}

function makeValue(random: Dice, schema: Schema): unknown {
  if (schema.anyOf !== undefined) return makeValue(random, random.of(schema.anyOf));
  if (random.chance(0.3))
    return random.of([null, true, 0, -1, 1e308, 0.1, '', [], {}, [[[]]], { a: { b: [1] } }, random.of(ODD)]);
  if (schema.enum !== undefined) return random.of(schema.enum);
  if (schema.type === 'boolean') return random.chance(0.5);
  if (schema.type === 'integer' || schema.type === 'number') return random.below(200);
  return random.of(ODD);
}

function makeHeaders(random: Dice, hasBody: boolean): Record<string, string> {
  const odd = random.chance(0.05)
    ? {
        [random.of(['accept', 'range', 'if-none-match', 'expect', 'x-forwarded-host', 'te'])]: random.of([
          '*',
          '"x"',
          'bytes=0-1',
          'text/html',
          'trailers',
          'evil.example',
        ]),
      }
    : {};
  const type = random.chance(0.95)
    ? 'application/json'
    : random.of(['text/plain', 'application/json; charset=utf-16', 'x', '']);
  return { ...auth(server.server.port), ...(hasBody ? { 'content-type': type } : {}), ...odd };
}

function mangle(random: Dice, path: string): string {
  const at = 1 + random.below(path.length);
  return `${path.slice(0, at)}${random.of(['%', '%zz', '//', '/../', '?', '&=', ';', '%2f', '%00'])}${path.slice(at)}`;
}

/** Of an event stream only the first piece. */
function send({ method, path, headers, body }: Made): Promise<{ status: number; type: string; text: string }> {
  return new Promise((resolve, reject) => {
    const asked = httpRequest(
      { host: '127.0.0.1', port: server.server.port, method, path, headers, agent: false },
      (response: IncomingMessage) => {
        const type = String(response.headers['content-type'] ?? '');
        let text = '';
        const done = (): void => resolve({ status: response.statusCode!, type, text });
        response.setEncoding('utf8').on('data', (chunk: string) => {
          text += chunk;
          if (!type.startsWith('text/event-stream')) return;
          done();
          response.destroy();
        });
        response.on('end', done).on('error', reject);
      },
    );
    asked.on('error', reject);
    asked.end(body ?? undefined);
  });
}
