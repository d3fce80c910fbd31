import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { planDefinition } from '../../server/cli/plan-definition.ts';
import { toCsv } from '../../server/report/formats/to-csv.ts';
import { buildAblationTable } from '../../server/report/table/ablation-table.ts';
import { readResults } from '../../server/store/reading/read-results.ts';
import { readDefinition } from '../../server/sweep/definition/parse-definition.ts';
import { fault } from '../helpers/fault.ts';
import { definition } from '../http/plan-text.ts';
import { ask, askAsStranger, auth, startTestServer, type TestServer } from '../http/running-server.ts';
import { storeTrainedSweep } from '../http/trained-sweep.ts';

/** A busy machine may need more than a second, the usual limit. */
const patient = { timeout: 60_000 };

let served: TestServer;
const json = { 'content-type': 'application/json' };
const sockets: Socket[] = [];

beforeAll(async () => {
  served = await startTestServer({ basePath: '/lab', allowHosts: ['lab.example.org'] });
  storeTrainedSweep(served.storage);
});
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
});
afterAll(() => served.close());

const said = (answer: { json: unknown }) => (answer.json as { error: { message: string } }).error.message;

/** Writes requests and reads what comes. */
function write(method: string, path: string, times = 1): Socket {
  const headers = [
    `Host: localhost:${served.server.port}`,
    `Authorization: ${auth(served.server.port)['authorization']}`,
  ];
  const text = `${method} ${path} HTTP/1.1\r\n${headers.join('\r\n')}\r\n\r\n`.repeat(times);
  const socket = connect(served.server.port, '127.0.0.1', () => void socket.write(text));
  sockets.push(socket.on('error', () => {}));
  return socket;
}

fault('11', 'a frame of another site leads to /api/doctor', async ({ say }) => {
  const frame = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' };
  const answer = await ask(served.server.port, '/lab/api/doctor', { headers: frame });
  expect(answer.status).toBe(403);
  expect((await ask(served.server.port, '/lab/api/doctor')).json).toEqual({ measuredAt: null, report: null });
  expect(served.measured()).toBe(0);
  say(`403 ${said(answer)}; GET measures nothing`);
});

fault('12', 'another account of the machine asks the loopback port', async ({ say }) => {
  const { port } = served.server;
  const read = await askAsStranger(port, '/lab/api/sweeps');
  const start = await askAsStranger(port, '/lab/api/sweeps', { method: 'POST', headers: json, body: '{}' });
  expect([read.status, start.status, served.started]).toEqual([401, 401, []]);
  say(`401 ${said(read)}`);
});

fault('12', 'a definition names a file of the owner as its data set', async ({ say, onTestFinished }) => {
  const folder = mkdtempSync(join(tmpdir(), 'cosweep-secret-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const secret = 'owner:$6$do-not-show:19000:0:99999';
  writeFileSync(join(folder, 'shadow'), `${secret}\nsecond:line-not-shown\n`);
  const messages: string[] = [];
  for (const dataset of [
    { name: 'csv', file: 'shadow', label: 0, shape: [1, 2, 1], validation: 0.5 },
    { name: 'csv', file: 'shadow', label: 'first', shape: [1, 2, 1], validation: 0.5 },
    { name: 'idx', images: 'shadow', labels: 'shadow', validation: 0.5 },
    { name: 'images', folder: '.', validation: 0.5 },
    { name: 'images', folder: 'shadow', validation: 0.5 },
  ]) {
    const { batches: _, ...training } = definition.training;
    const text = JSON.stringify({ ...definition, training: { ...training, epochs: 1, dataset } });
    const context = {
      storage: served.storage,
      actions: {
        startRun: async () => {},
        plan: (given: string, base: string) => planDefinition(readDefinition(given, 'of the test'), base),
        doctor: () => Promise.reject(new Error('not asked')),
        lastDoctor: () => null,
      },
    };
    const second = await startTestServer({ context });
    const answer = await ask(second.server.port, '/api/plan', {
      method: 'POST',
      headers: json,
      body: JSON.stringify({ definition: text, baseFolder: folder }),
    });
    await second.close();
    messages.push(`${answer.status} ${answer.text}`);
  }
  // In hexadecimal, too: the first four bytes.
  for (const word of ['owner', 'do-not-show', '19000', 'not-shown', '6f776e65'])
    expect(messages.join('\n')).not.toContain(word);
  for (const message of messages) expect(message).toMatch(/^400 .*Cannot (read|use) /);
  say(messages.join('\n'));
});

fault('12', 'tokens are guessed', async ({ say }) => {
  const guess = (token: string) =>
    askAsStranger(served.server.port, '/lab/api/sweeps', { headers: { authorization: `Bearer ${token}` } });
  let answered = 0;
  const guesses = Array.from({ length: 15 }, async (_, count) => {
    expect((await guess(`guess-${count}`)).status).toBe(401);
    answered++;
  });
  // The later ones wait for three seconds each.
  await expect.poll(() => answered, patient).toBeGreaterThanOrEqual(5);
  expect((await guess(served.token)).status).toBe(200);
  expect(answered).toBeLessThan(15);
  await Promise.all(guesses);
  say('after five wrong tokens each further one waits for its answer, up to 3 s; the right one does not');
});

fault('16', 'HEAD /api/events', async ({ say }) => {
  const [chunk] = (await once(write('HEAD', '/lab/api/events'), 'data')) as [Buffer];
  expect(String(chunk)).toMatch(/^HTTP\/1\.1 200 OK/);
  say('answered at once: 200, no stream is opened');
});

fault('16', '200 pipelined streams on one connection', async ({ say }) => {
  await once(write('GET', '/lab/api/events', 200).resume(), 'close');
  const [chunk] = (await once(write('GET', '/lab/api/events'), 'data')) as [Buffer];
  expect(String(chunk)).toMatch(/^HTTP\/1\.1 200 OK/);
  say('the connection is ended and holds no place; the next stream is opened');
});

fault('S', 'a proxy that strips the prefix', async ({ say }) => {
  const page = await ask(served.server.port, '/sweeps/s1');
  expect(page.text).toContain('<base href="/lab/">');
  expect((await ask(served.server.port, '/api/sweeps/s1')).status).toBe(200);
  expect((await ask(served.server.port, '/lab/api/sweeps/s1')).status).toBe(200);
  say('/api/sweeps/s1 and /lab/api/sweeps/s1 are both answered; pages begin their addresses at /lab/');
});

fault('S', 'Host: name:443 with Origin: https://name', async ({ say }) => {
  const cancel = (host: string) =>
    ask(served.server.port, '/lab/api/sweeps/s99/cancel', {
      method: 'POST',
      headers: { ...json, host, origin: 'https://lab.example.org' },
      body: '{}',
    });
  expect((await cancel('lab.example.org:443')).status).toBe(404);
  const other = await cancel('127.0.0.1:7070');
  expect(other.status).toBe(403);
  say(`let in; with another Host: 403 ${said(other)}`);
});

fault('Small', 'the filter "beta" finds β', async ({ say }) => {
  const { json: found } = await ask(served.server.port, '/lab/api/sweeps/s1/runs?q=beta');
  const names = (found as { items: { armName: string }[] }).items.map(({ armName }) => armName);
  expect([...new Set(names)]).toEqual(['β0.2', 'β0.4']);
  say(`finds ${[...new Set(names)].join(', ')}`);
});

fault('Small', 'β in a CSV file that Excel opens', async ({ say }) => {
  const file = await ask(served.server.port, '/lab/api/sweeps/s1/ablation?format=csv');
  const table = toCsv(
    buildAblationTable(readResults(served.storage, 1, ['val/accuracy'])!, { at: 'last', ids: false }),
  );
  expect(file.text).toBe(`\ufeff${table}`);
  expect(table).toContain('β0.2');
  say('a file begins with a byte order mark; what goes to a pipe does not');
});
