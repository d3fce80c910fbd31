import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { connect as connectSocket, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { blobToken } from '../../../server/remote/blobs/blob-token.ts';
import { OutsideError, UserError } from '../../../server/sweep/user-error.ts';
import { temporaryFolder } from '../../runner/study.ts';
import { blobOf, readAll } from './bytes.ts';
import { certificate, connect, filesIn, serve, TOKEN } from './stores.ts';

const { pieces, bytes, ...blob } = blobOf(3_000_000);

test('the token is made of the secret, which it does not tell', () => {
  expect(blobToken('a secret')).toMatch(/^[\w-]{43}$/);
  expect(blobToken('a secret')).toBe(blobToken('a secret'));
  expect(blobToken('another')).not.toBe(blobToken('a secret'));
});

test('another token reads nothing, writes nothing and is told what to do', async () => {
  const folder = temporaryFolder();
  const { url } = await serve(folder);
  await connect(url).write(blob, pieces);
  const other = blobOf(10);
  for (const token of ['', 'wrong', `${TOKEN}.`, TOKEN.slice(1)]) {
    const store = connect(url, { token });
    for (const asks of [
      () => store.has(blob.hash),
      () => store.read(blob.hash),
      () => store.write(other, other.pieces),
    ]) {
      await expect(asks()).rejects.toThrow(UserError);
      await expect(asks()).rejects.toThrow(/does not accept the token; wanted: the join file/);
    }
  }
  expect(filesIn(folder)).toEqual([`${blob.hash}.checkpoint`]);
});

test.each([
  ['expired', 'expired', /its certificate has expired; wanted: the join file/],
  ['another one', 'other', /shows another certificate than the one in the join file .*; wanted: the join file/],
  ['for another address', 'elsewhere', /its certificate is for another address; wanted: the join file/],
])('a certificate that is %s is not accepted, whatever the environment says', async (_, served, message) => {
  process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';
  onTestFinished(() => void delete process.env['NODE_TLS_REJECT_UNAUTHORIZED']);
  const { url } = await serve(temporaryFolder(), { tls: certificate(served) });
  const pinned = served === 'other' ? 'head' : served;
  const store = connect(url, { certificate: certificate(pinned).cert });
  for (const asks of [() => store.has(blob.hash), () => store.read(blob.hash), () => store.write(blob, pieces)]) {
    await expect(asks()).rejects.toThrow(message);
    await expect(asks()).rejects.toThrow(UserError);
  }
});

test('TLS and no TLS are not mixed up', async () => {
  expect(() => connect('http://127.0.0.1:1', { certificate: certificate('head').cert })).toThrow('with a certificate');
  expect(() => connect('https://127.0.0.1:1')).toThrow('without a certificate');
});

interface Asked {
  status: number;
  text: string;
}

/** Asks without the client; the path goes out as it is. */
async function ask(url: string, method: string, path: string, headers: Record<string, string> = {}): Promise<Asked> {
  const asking = request(url, { method, path, headers: { authorization: `Bearer ${TOKEN}`, ...headers } });
  asking.end(headers['transfer-encoding'] ? 'x' : undefined);
  const [answer] = (await once(asking, 'response')) as [NodeJS.ReadableStream & { statusCode: number }];
  let text = '';
  for await (const chunk of answer) text += String(chunk);
  return { status: answer.statusCode, text };
}

test('no other address and no other method gets more than a status', async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'secret'), 'secret');
  const { url } = await serve(folder);
  const path = `/blobs/${blob.hash}`;
  const others = ['/', '/blobs', '/blobs/', '/blobs/secret', '/blobs/../secret', '/blobs/..%2fsecret', `/${path}`];
  const alike = [`${path}?a=b`, `${path}/`, `${path}0`, path.slice(0, -1), path.toUpperCase(), `/x/..${path}`];
  for (const each of [...others, ...alike])
    for (const method of ['GET', 'PUT', 'DELETE'])
      expect(await ask(url, method, each), each).toEqual({ status: 404, text: '' });
  for (const method of ['POST', 'DELETE', 'OPTIONS', 'PATCH', 'TRACE'])
    expect(await ask(url, method, path), method).toEqual({ status: 405, text: '' });
  expect(await ask(url, 'GET', path)).toEqual({ status: 404, text: '' });
  for (const each of [path, '/', '/blobs/../secret'])
    expect(await ask(url, 'GET', each, { authorization: '' })).toEqual({ status: 401, text: '' });
  expect(await ask(url, 'PUT', path, { 'transfer-encoding': 'chunked' })).toEqual({ status: 411, text: '' });
  expect(filesIn(folder)).toEqual(['secret']);
});

test('what goes wrong at the head is reported there, and nobody else sees it', async () => {
  const reported: unknown[] = [];
  const folder = temporaryFolder();
  const { url } = await serve(folder, {
    take: async () => {
      throw new Error('of the inside');
    },
    report: (error) => reported.push(error),
  });
  await expect(connect(url).write(blob, pieces)).rejects.toThrow(/it answered 500; its log says why/);
  expect(reported.map(String)).toEqual(Array.from({ length: 3 }, () => 'Error: of the inside'));
  const { hash } = blob;
  const failing = await serve(folder, {
    find: async () => {
      throw new Error('of the inside');
    },
    report: () => {},
  });
  expect(await ask(failing.url, 'GET', `/blobs/${hash}`)).toEqual({ status: 500, text: '' });
  expect(filesIn(folder)).toEqual([]);
});

test('a head that fails for a moment is asked again', async () => {
  const folder = temporaryFolder();
  let failures = 0;
  const path = join(folder, `${blob.hash}.checkpoint`);
  writeFileSync(path, bytes);
  const { url } = await serve(folder, {
    find: async () => {
      if (++failures < 3) throw new Error('a moment');
      return path;
    },
    report: () => {},
  });
  expect(Buffer.compare((await readAll(connect(url), blob.hash))!, bytes)).toBe(0);
});

test('more bytes than the head takes are not sent', async () => {
  const folder = temporaryFolder();
  const { url } = await serve(folder, { largest: blob.size - 1 });
  const asked = connect(url).write(blob, () => {
    throw new Error('they were asked for');
  });
  await expect(asked).rejects.toThrow(/3000000 bytes.* more bytes than the head takes/);
  expect(filesIn(folder)).toEqual([]);
});

test('more uploads at once than the head takes wait for each other', async () => {
  const folder = temporaryFolder();
  const { url } = await serve(folder, { uploads: 1 });
  let letGo = (): void => {};
  const first = connect(url).write(blob, async function* () {
    yield bytes.subarray(0, 2_000_000);
    await new Promise<void>((resolve) => (letGo = resolve));
    yield bytes.subarray(2_000_000);
  });
  await expect.poll(() => filesIn(folder)).toHaveLength(1);
  const other = blobOf(100, 1);
  expect((await ask(url, 'PUT', `/blobs/${other.hash}`, { 'content-length': '0' })).status).toBe(503);
  const second = connect(url).write(other, other.pieces);
  letGo();
  await Promise.all([first, second]);
  expect(filesIn(folder)).toHaveLength(2);
});

test('whoever sends nothing for a while is not waited for', async () => {
  const folder = temporaryFolder();
  const { url } = await serve(folder, { patience: 300 });
  const headers = `Host: x\r\nAuthorization: Bearer ${TOKEN}\r\nContent-Length: 1000\r\n\r\nabc`;
  for (const sent of ['', 'PUT /blobs', `PUT /blobs/${blob.hash} HTTP/1.1\r\n${headers}`]) {
    const socket = connectSocket(Number(new URL(url).port), '127.0.0.1');
    onTestFinished(() => void socket.destroy());
    socket
      .on('error', () => {})
      .resume()
      .write(sent);
    const trickling = setInterval(() => sent.startsWith('PUT /blobs/') && socket.write('d'), 20);
    await once(socket, 'close');
    clearInterval(trickling);
  }
  await expect.poll(() => filesIn(folder)).toEqual([]);
});

test('a head that says nothing is not waited for', async () => {
  const silent = createServer(() => {}).listen(0, '127.0.0.1');
  await once(silent, 'listening');
  onTestFinished(() => void silent.close());
  const { port } = silent.address() as { port: number };
  const store = connect(`http://127.0.0.1:${port}`, { patience: 200 });
  await expect(store.has(blob.hash)).rejects.toThrow(/nothing came for 0.2 s; wanted: a head that runs/);
  await expect(store.has(blob.hash)).rejects.toThrow(OutsideError);
});

test('what ends in the middle of an upload leaves nothing', async () => {
  const folder = temporaryFolder();
  const server = await serve(folder);
  const writing = connect(server.url).write(blob, async function* () {
    yield bytes.subarray(0, 2_000_000);
    await new Promise(() => {});
  });
  writing.catch(() => {});
  await expect.poll(() => filesIn(folder)).toHaveLength(1);
  await server.close();
  expect(filesIn(folder)).toEqual([]);
  await expect(writing).rejects.toThrow(/wanted: a head that runs and is reachable there/);
});

/** A network between worker and head that passes so many bytes on, and is cut then, as often as this says. */
async function network(url: string, cuts: { up: number; down: number }[]): Promise<{ url: string; left(): number }> {
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const cut = cuts.shift() ?? { up: Infinity, down: Infinity };
    const far = connectSocket(Number(new URL(url).port), '127.0.0.1');
    const end = (): void => {
      near.destroy();
      far.destroy();
    };
    for (const [from, to, most] of [
      [near, far, cut.up],
      [far, near, cut.down],
    ] as const) {
      let passed = 0;
      sockets.add(from);
      from.on('error', end).on('close', end);
      from.on('data', (chunk: Buffer) => {
        passed += chunk.length;
        if (passed > most) end();
        else to.write(chunk);
      });
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  const { port } = server.address() as { port: number };
  return { url: `${new URL(url).protocol}//127.0.0.1:${port}`, left: () => cuts.length };
}

test.each(['http', 'https'])('what the network cuts off is begun anew, by %s', async (protocol) => {
  const folder = temporaryFolder();
  const tls = protocol === 'https' ? certificate('head') : null;
  const { url } = await serve(folder, { tls });
  const far = { certificate: tls?.cert ?? null };
  const up = await network(url, [
    { up: 0, down: 0 },
    { up: 1_000_000, down: Infinity },
  ]);
  await connect(up.url, far).write(blob, pieces);
  expect(up.left()).toBe(0);
  expect(filesIn(folder)).toEqual([`${blob.hash}.checkpoint`]);
  const down = await network(url, [
    { up: Infinity, down: 2_500_000 },
    { up: Infinity, down: 100_000 },
    { up: Infinity, down: 2_600_000 },
  ]);
  const told: number[] = [];
  const read = await connect(down.url, far).read(blob.hash, { progress: (done) => told.push(done) });
  const chunks: Uint8Array[] = [];
  for await (const piece of read!) chunks.push(piece);
  expect(Buffer.compare(Buffer.concat(chunks), bytes)).toBe(0);
  expect(down.left()).toBe(0);
  expect(told.at(-1)).toBe(blob.size);
});

test('a network that stays cut is told, and what to do', async () => {
  const { url } = await serve(temporaryFolder());
  await connect(url).write(blob, pieces);
  const always = Array.from({ length: 20 }, () => ({ up: Infinity, down: 1_000_000 }));
  const store = connect((await network(url, always)).url);
  const reading = readAll(store, blob.hash);
  await expect(reading).rejects.toThrow(OutsideError);
  await expect(reading).rejects.toThrow(/^Cannot read blob [0-9a-f]{64} at http.*; wanted: a head that runs/);
});

test('a head that cannot listen says where', async () => {
  const { url } = await serve(temporaryFolder());
  const port = Number(new URL(url).port);
  await expect(serve(temporaryFolder(), { port })).rejects.toThrow(
    /^Cannot serve blobs on 127.0.0.1, port \d+: .*EADDRINUSE.*; wanted: an address of this machine/,
  );
});
