import type { ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { ProcessPool, type PoolOptions } from '../../server/http/processes/process-pool.ts';
import { startProgram } from './start-program.ts';
import type { ErrorResponse } from '../../server/http/schemas/error.ts';

/**
 * A process that answers with its own number and what it was asked. The name of the route says what it does besides:
 * `hang` computes for ever, `die` throws, `grow` takes more memory than it may, `call` asks the server.
 */
const PROGRAM = `
  const reply = (said) => {
    const body = Buffer.from(JSON.stringify({ process: process.pid, said }));
    process.send({ kind: 'reply', reply: { status: 200, type: 'application/json', body } });
  };
  process.on('message', (message) => {
    if (message.kind === 'done') return reply(message.value ?? 'done');
    if (message.kind === 'failed') return reply(message.error);
    if (message.route === 'parts') for (const part of ['{"process":1,', '"said":']) process.send({ kind: 'part', bytes: Buffer.from(part) });
    if (message.route === 'parts')
      return process.send({ kind: 'reply', reply: { status: 200, body: Buffer.from('"whole"}') } });
    if (message.route === 'hang') for (;;);
    if (message.route === 'die') throw new Error('a bug in a process');
    if (message.route === 'grow') for (const all = []; ; ) all.push(new Array(1000).fill({}));
    if (message.route === 'call') return process.send({ kind: 'call', call: 1, action: 'startRun', args: ['s7'] });
    reply(message.route);
  });
`;

const start = () => startProgram(PROGRAM);

function makePool(options: Partial<PoolOptions> = {}) {
  const reported: unknown[] = [];
  const started: string[] = [];
  const pool = new ProcessPool({
    start,
    most: 1,
    actions: {
      startRun: async (id) => void started.push(id),
      doctor: () => Promise.reject(new Error('not asked')),
    },
    report: (error) => void reported.push(error),
    ...options,
  });
  onTestFinished(() => pool.close());
  const ask = async (route: string, gone = new AbortController().signal) => {
    const { status, body } = await pool.answer({ route, request: { params: {}, query: {}, body: null } }, gone);
    const read: unknown = Buffer.isBuffer(body) ? JSON.parse(body.toString()) : body;
    return { status, body: read as ErrorResponse & { process: number; said: string } };
  };
  return { ask, reported, started };
}

test('one process answers request after request, in the order in which they came', async () => {
  const { ask } = makePool();
  const order: string[] = [];
  const answers = await Promise.all(
    ['a', 'b', 'c'].map((route) => ask(route).then((answer) => (order.push(route), answer))),
  );
  expect(answers.map(({ body }) => body.said)).toEqual(['a', 'b', 'c']);
  expect(order).toEqual(['a', 'b', 'c']);
  expect(new Set(answers.map(({ body }) => body.process)).size).toBe(1);
});

test('a body that comes in parts is put together, and the next one begins anew', async () => {
  const { ask } = makePool();
  expect((await ask('parts')).body.said).toBe('whole');
  expect((await ask('a')).body.said).toBe('a');
});

test('two processes: the second answers while the first computes', async () => {
  const { ask } = makePool({ most: 2, timeLimit: 3_000 });
  const never = ask('hang');
  expect((await ask('a')).body.said).toBe('a');
  expect((await never).status).toBe(503);
});

test('an answer that takes longer than the limit is given up: its process ends, the next request gets a new one', async () => {
  const { ask } = makePool({ timeLimit: 1_500 });
  const first = await ask('a');
  const { status, body } = await ask('hang');
  expect([status, body.error.message]).toEqual([503, 'Cannot answer: found no answer within 1.5 s']);
  const next = await ask('b');
  expect(next.body.said).toBe('b');
  expect(next.body.process).not.toBe(first.body.process);
});

test('a client that leaves is waited for a little, then its process ends; a request of it that waits is dropped', async () => {
  const { ask } = makePool({ grace: 50 });
  const client = new AbortController();
  const hanging = ask('hang', client.signal);
  const waiting = ask('a', client.signal);
  client.abort();
  expect([(await hanging).status, (await waiting).status]).toEqual([503, 503]);
  expect((await ask('b')).body.said).toBe('b');
});

test('a client that leaves after its answer ends nothing', async () => {
  const { ask } = makePool({ grace: 10 });
  const client = new AbortController();
  const first = await ask('a', client.signal);
  client.abort();
  await sleep(50);
  expect((await ask('b')).body.process).toBe(first.body.process);
});

test('what changes something is finished, whether or not the client is still there', async () => {
  const { ask, started } = makePool({ finishes: true, grace: 10 });
  const client = new AbortController();
  const answer = ask('call', client.signal);
  client.abort();
  expect((await answer).body.said).toBe('done');
  expect(started).toEqual(['s7']);
});

test('a process that throws ends alone: its request is answered, the operator is told, the next one is answered', async () => {
  const { ask, reported } = makePool();
  expect((await ask('die')).status).toBe(503);
  expect(String(reported[0])).toContain('a bug in a process');
  expect((await ask('a')).body.said).toBe('a');
});

test('a process that takes more memory than it may ends alone, and the client is told to ask for less', async () => {
  const { ask, reported } = makePool();
  const { status, body } = await ask('grow');
  expect([status, body.error.message]).toEqual([
    413,
    'Cannot answer: it takes more memory than one answer may; ask for less at once',
  ]);
  expect(reported).toEqual([]);
  expect((await ask('a')).body.said).toBe('a');
});

test('a process that the system kills is replaced, and the operator is told', async () => {
  let child: ChildProcess | undefined;
  const { ask, reported } = makePool({ start: () => (child = start()) });
  const hanging = ask('hang');
  child!.kill('SIGKILL');
  const { status, body } = await hanging;
  expect([status, body.error.message]).toEqual([
    503,
    'Cannot answer: the process that answers ended (killed by SIGKILL)',
  ]);
  expect(String(reported[0])).toContain('killed by SIGKILL');
  expect((await ask('a')).body.said).toBe('a');
});
