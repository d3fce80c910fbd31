import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { routes } from '../../server/http/routes.ts';
import { ask, askAsStranger, startTestServer, type TestServer } from './running-server.ts';

/** Each test runs an attack against a running server. Each attack has worked on some experiment tracker. */

let local: TestServer;
let remote: TestServer;
const token = 'a-long-token-of-the-test';
const json = { 'content-type': 'application/json' };

beforeAll(async () => {
  local = await startTestServer();
  remote = await startTestServer({ token, allowHosts: ['lab.example.org'], basePath: '/lab' });
});
afterAll(async () => {
  await local.close();
  await remote.close();
});

const errorCode = (answer: { json: unknown }) => (answer.json as { error: { code: string } }).error.code;

test('a body that is nested deep is refused before anything is done with it', async () => {
  const deep = `{"definition":${'['.repeat(300_000)}${']'.repeat(300_000)}}`;
  for (const path of ['/api/plan', '/api/sweeps']) {
    const host = `localhost:${local.server.port}`;
    const answer = await ask(local.server.port, path, { method: 'POST', headers: { host, ...json }, body: deep });
    expect([answer.status, errorCode(answer)]).toEqual([400, 'bad-definition']);
  }
});

describe('a page of another site', () => {
  test.each([
    'evil.example',
    'evil.example:7070',
    'localhost.evil.example',
    '127.0.0.1.nip.io',
    'evil.example/localhost',
    'localhost@evil.example',
  ])('that points its own name at this machine (Host: %s) gets nothing, not even the page', async (host) => {
    for (const path of ['/', '/api/sweeps', '/api/openapi.json', '/assets/index-1a2b.js', '/nothing']) {
      const answer = await ask(local.server.port, path, { headers: { host } });
      expect(answer.status).toBe(403);
      expect(errorCode(answer)).toBe('forbidden');
    }
  });

  test('cannot lead a window to the API by another spelling of its path', async () => {
    const headers = {
      host: `localhost:${local.server.port}`,
      'sec-fetch-site': 'cross-site',
      'sec-fetch-mode': 'navigate',
    };
    for (const path of [
      '/API/sweeps',
      '/Api/doctor',
      '/api/Sweeps',
      '//api/sweeps',
      '/./API/sweeps',
      '/%61pi/sweeps',
    ]) {
      const answer = await ask(local.server.port, path, { headers });
      expect(answer.text, path).not.toContain('"items"');
      expect([200, 303, 403, 404], path).toContain(answer.status);
    }
  });

  test('is not served without a Host either', async () => {
    const answer = await raw(local.server.port, 'GET /api/sweeps HTTP/1.0\r\n\r\n');
    expect(answer).toMatch(/^HTTP\/1\.1 403 /);
  });

  test.each([
    { origin: 'https://evil.example' },
    { origin: 'null' },
    { origin: 'http://localhost:1' },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { origin: 'https://evil.example', 'sec-fetch-site': 'same-origin' },
  ])('cannot change anything: %o', async (headers) => {
    const host = `localhost:${local.server.port}`;
    for (const path of ['/api/sweeps', '/api/sweeps/s1/cancel', '/api/plan']) {
      const answer = await ask(local.server.port, path, {
        method: 'POST',
        headers: { host, ...json, ...(headers as Record<string, string>) },
        body: '{}',
      });
      expect(answer.status).toBe(403);
    }
    expect(local.started).toEqual([]);
  });

  test.each([
    { 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' },
    { 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty' },
    { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' },
    { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' },
  ])('reaches nothing of the API: %o', async (headers) => {
    for (const site of ['cross-site', 'same-site']) {
      for (const { path } of [{ path: '/events' }, { path: '/openapi.json' }, ...routes]) {
        const answer = await ask(local.server.port, `/api${path.replace(':id', 's1').replace(':arm', '0')}`, {
          headers: { 'sec-fetch-site': site, ...(headers as Record<string, string>) },
        });
        expect(answer.status).toBe(403);
      }
    }
    expect(local.measured()).toBe(0);
  });

  test('may lead a window to a page, and may not hold one in a frame or take parts of it', async () => {
    const go = (headers: Record<string, string>, path = '/sweeps/s1') =>
      ask(local.server.port, path, { headers: { 'sec-fetch-site': 'cross-site', ...headers } });
    expect((await go({ 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' })).status).toBe(200);
    for (const dest of ['iframe', 'frame', 'embed', 'object', 'fencedframe'])
      expect((await go({ 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': dest })).status).toBe(403);
    expect(
      (await go({ 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'script' }, '/assets/index-1a2b.js')).status,
    ).toBe(403);
  });

  test('that links here gets a page that asks again, since the cookie is not sent along with a link', async () => {
    const headers = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };
    const linked = await askAsStranger(local.server.port, '/sweeps/s1', { headers });
    expect([linked.status, linked.headers['cache-control']]).toEqual([200, 'no-store']);
    expect(linked.text).toContain('<meta http-equiv="refresh" content="0">');
    expect(linked.text).not.toContain('<script');
    // Asked by that page, the cookie must be there.
    const own = { ...headers, 'sec-fetch-site': 'same-origin' };
    expect((await askAsStranger(local.server.port, '/sweeps/s1', { headers: own })).status).toBe(401);
  });

  test('is never named in a CORS header', async () => {
    const answer = await ask(local.server.port, '/api/sweeps', { headers: { origin: 'https://evil.example' } });
    expect(answer.headers['access-control-allow-origin']).toBeUndefined();
    const preflight = await ask(local.server.port, '/api/sweeps', {
      method: 'OPTIONS',
      headers: { origin: 'https://evil.example', 'access-control-request-method': 'POST' },
    });
    expect(preflight.status).toBe(403);
    expect(preflight.headers['access-control-allow-origin']).toBeUndefined();
  });

  test.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/json-patch+json',
    'text/plain; application/json',
  ])('cannot send what needs no permission: %s', async (type) => {
    const answer = await ask(local.server.port, '/api/sweeps/s1/cancel', {
      method: 'POST',
      headers: { 'content-type': type },
      body: '{}',
    });
    expect(answer.status).toBe(415);
  });

  test('cannot send a body without a type, nor an empty form', async () => {
    const untyped = await ask(local.server.port, '/api/plan', { method: 'POST', body: '{}' });
    expect(untyped.status).toBe(415);
    const form = await ask(local.server.port, '/api/sweeps/s1/cancel', {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
    expect(form.status).toBe(415);
  });

  test.each([
    ['https://lab.example.org', 'lab.example.org:443'],
    ['https://lab.example.org:443', 'lab.example.org'],
    ['http://lab.example.org', 'LAB.example.org:80'],
  ])('the own page, %s, is told by its host %s', async (origin, host) => {
    const cancel = (headers: Record<string, string>) =>
      ask(remote.server.port, '/lab/api/sweeps/s999/cancel', {
        method: 'POST',
        headers: { ...json, ...headers },
        body: '{}',
      });
    expect((await cancel({ host, origin })).status).toBe(404);
    expect((await cancel({ host: `${host.split(':')[0]}:8443`, origin })).status).toBe(403);
  });

  test('a proxy that leaves the host out is told what it must pass', async () => {
    const host = `localhost:${local.server.port}`;
    const answer = await ask(local.server.port, '/api/plan', {
      method: 'POST',
      headers: { ...json, host, origin: 'https://lab.example.org' },
      body: '{}',
    });
    expect(answer.status).toBe(403);
    expect(answer.text).toContain(`it came for the host \\"${host}\\"`);
    expect(answer.text).toContain('proxy_set_header Host $http_host');
  });

  test('the own page may change something', async () => {
    const host = `localhost:${local.server.port}`;
    const answer = await ask(local.server.port, '/api/sweeps/s999/cancel', {
      method: 'POST',
      headers: { host, origin: `http://${host}`, 'sec-fetch-site': 'same-origin', ...json },
      body: '{}',
    });
    expect(answer.status).toBe(404);
  });
});

describe('a caller without the token', () => {
  test('gets nothing from any path, known or not', async () => {
    const paths = [
      '/lab/',
      '/lab/assets/index-1a2b.js',
      '/lab/api/events',
      '/lab/api/openapi.json',
      '/lab/api/nothing',
      '/',
      '/elsewhere',
    ];
    for (const path of paths) expect((await askAsStranger(remote.server.port, path)).status).toBe(401);
    for (const { method, path } of routes) {
      const answer = await askAsStranger(
        remote.server.port,
        `/lab/api${path.replace(':id', 's1').replace(':arm', '0')}`,
        {
          method: method.toUpperCase(),
          headers: json,
        },
      );
      expect(answer.status).toBe(401);
      expect(errorCode(answer)).toBe('unauthorized');
    }
  });

  test.each(['Bearer wrong', `Basic ${token}`, `Bearer ${token}x`, 'Bearer '])(
    'gets nothing with Authorization: %s',
    async (authorization) => {
      expect((await askAsStranger(remote.server.port, '/lab/api/sweeps', { headers: { authorization } })).status).toBe(
        401,
      );
    },
  );

  test('gets nothing with a guessed cookie or the token itself as cookie or query of the API', async () => {
    const cookie = `cosweep_${remote.server.port}=${token}`;
    expect((await askAsStranger(remote.server.port, '/lab/api/sweeps', { headers: { cookie } })).status).toBe(401);
    expect((await askAsStranger(remote.server.port, `/lab/api/sweeps?token=${token}`)).status).toBe(401);
    expect((await askAsStranger(remote.server.port, '/lab/?token=wrong')).status).toBe(401);
  });

  test('with the token all is well: as a header, or once in the address and from then on as a cookie', async () => {
    const bearer = await askAsStranger(remote.server.port, '/lab/api/sweeps', {
      headers: { authorization: `Bearer ${token}`, host: 'lab.example.org' },
    });
    expect(bearer.status).toBe(200);

    const first = await askAsStranger(remote.server.port, `/lab/?token=${token}&x=1`);
    expect(first.status).toBe(303);
    expect(first.headers.location).toBe('/lab/?x=1');
    const set = String(first.headers['set-cookie']);
    expect(set).toContain('HttpOnly');
    expect(set).toContain('SameSite=Strict');
    expect(set).toContain('Path=/lab/');
    expect(set).not.toContain(token);
    const cookie = set.split(';')[0]!;
    expect((await askAsStranger(remote.server.port, '/lab/', { headers: { cookie } })).status).toBe(200);
    expect((await askAsStranger(remote.server.port, '/lab/api/sweeps', { headers: { cookie } })).status).toBe(200);
    // Another program of this host can set a cookie of that name; the right one counts wherever it stands.
    const shadowed = `${cookie.split('=')[0]}=x; ${cookie}`;
    expect((await askAsStranger(remote.server.port, '/lab/', { headers: { cookie: shadowed } })).status).toBe(200);
    // A bookmark may carry the token of an earlier start.
    expect((await askAsStranger(remote.server.port, '/lab/?token=old', { headers: { cookie } })).status).toBe(200);
  });

  test('who opens a page reads a sentence', async () => {
    const answer = await askAsStranger(local.server.port, '/', { headers: { accept: 'text/html,*/*' } });
    expect([answer.status, answer.headers['content-type']]).toEqual([401, 'text/plain; charset=utf-8']);
    expect(answer.text).toMatch(/^Cannot answer without the token\. Open the address that `cosweep serve` printed/);
  });

  test('the token does not open the door to another host name', async () => {
    const answer = await askAsStranger(remote.server.port, `/lab/?token=${token}`, {
      headers: { host: 'evil.example' },
    });
    expect(answer.status).toBe(403);
    expect(answer.headers['set-cookie']).toBeUndefined();
  });

  test('the redirect never leaves this server', async () => {
    for (const { server, basePath } of [
      { server: local.server, basePath: '' },
      { server: remote.server, basePath: '/lab' },
    ]) {
      for (const path of ['//evil.example/', '/\\evil.example/', '///evil.example/', `${basePath}//evil.example/`]) {
        const answer = await askAsStranger(server.port, `${path}?token=${server.token}`);
        expect(answer.headers.location).toBe(`${basePath}/evil.example/`);
      }
    }
  });
});

describe('paths', () => {
  test.each([
    '/../secret.js',
    '/assets/../../secret.js',
    '/..%2fsecret.js',
    '/%2e%2e/secret.js',
    '/assets/..%5c..%5csecret.js',
    '/%252e%252e/secret.js',
    '/assets/%00.js',
    '//secret.js',
  ])('%s does not leave the dashboard', async (path) => {
    const answer = await ask(local.server.port, path);
    expect(answer.text).not.toContain('outside');
    expect(answer.status).toBe(404);
  });

  test.each(['name', 's0', 's-1', 's1.5', 's1%20', '..%2fs1', 's99999999999999999999', 'S1'])(
    'ids only: %s',
    async (id) => {
      const answer = await ask(local.server.port, `/api/sweeps/${id}`);
      expect(answer.status).toBe(400);
      expect(errorCode(answer)).toBe('bad-request');
    },
  );

  test("a broken percent code is the caller's mistake", async () => {
    expect((await ask(local.server.port, '/api/sweeps/%E0%A4%A')).status).toBe(400);
  });
});

describe('ceilings', () => {
  test('a body that is too large is refused, and so is a body that is not JSON', async () => {
    const large = await ask(local.server.port, '/api/plan', {
      method: 'POST',
      headers: json,
      body: JSON.stringify({ definition: 'x'.repeat(3_000_000) }),
    });
    expect(large.status).toBe(413);
    const broken = await ask(local.server.port, '/api/plan', { method: 'POST', headers: json, body: '{"a":' });
    expect(broken.status).toBe(400);
  });

  test('a compressed body is not unpacked', async () => {
    const answer = await ask(local.server.port, '/api/plan', {
      method: 'POST',
      headers: { ...json, 'content-encoding': 'gzip' },
      body: 'x',
    });
    expect(answer.status).toBe(415);
  });

  test('curves: runs × metrics × width', async () => {
    const runs = Array.from({ length: 500 }, (_, i) => `r${i + 1}`).join(',');
    const metrics = ['train/total', 'train/beta', 'val/accuracy', 'val/nc1'].join(',');
    const many = await ask(local.server.port, `/api/curves?runs=${runs}&metric=${metrics}&width=4000`);
    expect([many.status, errorCode(many)]).toEqual([413, 'too-large']);
    const wide = await ask(local.server.port, '/api/curves?runs=r1&metric=train/total&width=1000000');
    expect(wide.status).toBe(400);
  });

  test('a sort key is a name, nothing to be evaluated', async () => {
    for (const key of ['"', "a'b", 'a);DROP TABLE Run', '$[0]']) {
      expect((await ask(local.server.port, `/api/sweeps/s1/runs?sort=${encodeURIComponent(key)}`)).status).toBe(400);
    }
  });

  test('pages', async () => {
    expect((await ask(local.server.port, '/api/sweeps?size=100000')).status).toBe(400);
  });
});

describe('answers', () => {
  test('pages may run their own scripts only and not be framed', async () => {
    const page = await ask(local.server.port, '/');
    const policy = String(page.headers['content-security-policy']);
    expect(page.status).toBe(200);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain('unsafe');
    expect(page.headers['x-content-type-options']).toBe('nosniff');
    expect(page.headers['referrer-policy']).toBe('no-referrer');
    expect(page.headers['x-powered-by']).toBeUndefined();
  });

  test('errors are JSON with the guards of every answer, and quote nothing as HTML', async () => {
    const answer = await ask(local.server.port, '/api/%3Cscript%3Ealert(1)%3C/script%3E');
    expect(answer.status).toBe(404);
    expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
    expect(answer.headers['x-content-type-options']).toBe('nosniff');
    expect(answer.headers['content-security-policy']).toContain('sandbox');
  });

  test('a type is never taken from the request', async () => {
    const answer = await ask(local.server.port, '/api/sweeps?format=text/html', { headers: { accept: 'text/html' } });
    expect(answer.headers['content-type']).toMatch(/^application\/json/);
  });

  test('unknown paths and methods say what is wanted', async () => {
    const unknown = await ask(local.server.port, '/api/nothing');
    expect([unknown.status, errorCode(unknown)]).toEqual([404, 'not-found']);
    const method = await ask(local.server.port, '/api/sweeps', { method: 'DELETE' });
    expect([method.status, errorCode(method)]).toEqual([405, 'method-not-allowed']);
    expect((await ask(local.server.port, '/', { method: 'PUT' })).status).toBe(405);
  });

  test('nothing of this was taken for a failure of the server', () => {
    expect(local.reported).toEqual([]);
    expect(remote.reported).toEqual([]);
  });
});

/** Sends bytes that no HTTP client would. */
function raw(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let received = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(text));
    socket.on('data', (chunk) => (received += chunk.toString()));
    socket.on('end', () => resolve(received));
    socket.on('error', reject);
  });
}
