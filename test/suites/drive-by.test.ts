import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { routes } from '../../server/http/routes.ts';
import { currentRevision } from '../../server/store/database/changes.ts';
import { FULL_SIZE, size } from '../helpers/size.ts';
import { definition } from '../http/plan-text.ts';
import { startTestServer, type TestServer } from '../http/running-server.ts';
import { storeTrainedSweep } from '../http/trained-sweep.ts';
import { describeInBrowser, openBrowser } from '../web/browser/chromium.ts';

/** What the victim answered, as it is seen from inside. */
interface Seen {
  method: string;
  url: string;
  status: number;
}

/** Pages that the owner of a dashboard visits. Each is of another origin; the second is of this machine's own address. */
const HOSTILE = ['evil.example', '127.0.0.1', 'localhost', 'sub.localhost'].slice(0, size(2, 4));
// A window, a frame and ten elements for each address: on a small machine that takes a while.
const GETS = addresses('/', '/api/doctor', '/api/sweeps', '/api/events', '/api/openapi.json');
const POSTS = addresses('/api/doctor', '/api/sweeps');

/** These first, and at full size those of all routes. */
function addresses(...first: string[]): string[] {
  const method = first.includes('/') ? 'get' : 'post';
  const all = routes
    .filter((route) => route.method === method)
    .map(({ path }) => `/api${path.replace(':id', 's1').replace(':arm', '0')}`);
  return [...new Set([...first, ...all])].slice(0, size(3, Infinity));
}

describeInBrowser('a page that the owner of a dashboard visits', () => {
  let browser: Browser;
  let hostile: Server;
  let hostilePort: number;
  let victim: TestServer;
  let context: BrowserContext;
  let page: Page;
  let seen: Seen[];

  const note = (message: unknown): void => {
    const { request, response } = message as { request: IncomingMessage; response: ServerResponse };
    if (request.socket.localPort !== victim.server.port) return;
    seen.push({ method: request.method!, url: request.url!, status: response.statusCode });
  };

  beforeAll(async () => {
    browser = await openBrowser(['--host-resolver-rules=MAP *.example 127.0.0.1', '--disable-popup-blocking']);
    hostile = createServer((_request, response) => {
      response.setHeader('Content-Type', 'text/html').end('<!doctype html><title>win a prize</title><body></body>');
    });
    await once(hostile.listen(0, '127.0.0.1'), 'listening');
    hostilePort = (hostile.address() as AddressInfo).port;
    subscribe('http.server.response.finish', note);
  });

  afterAll(async () => {
    unsubscribe('http.server.response.finish', note);
    await browser?.close();
    hostile.closeAllConnections();
    hostile.close();
  });

  beforeEach(() => {
    seen = [];
  });

  afterEach(async () => {
    await context.close();
    await victim.close();
  });

  /** The owner has the dashboard open in the browser. */
  async function open(options: Parameters<typeof startTestServer>[0]): Promise<number> {
    victim = await startTestServer(options);
    storeTrainedSweep(victim.storage);
    context = await browser.newContext();
    page = await context.newPage();
    await page.goto(victim.server.url);
    expect(await page.title()).toBe('Cosweep');
    seen = [];
    return currentRevision(victim.storage);
  }

  function expectNothingHappened(revision: number): void {
    expect(victim.started).toEqual([]);
    expect(victim.measured()).toBe(0);
    expect(currentRevision(victim.storage)).toBe(revision);
    expect(victim.reported).toEqual([]);
    // Of the API nothing was answered; of the pages nothing was changed.
    expect(seen.filter(({ url, status }) => url.startsWith('/api') && status < 400)).toEqual([]);
    expect(seen.filter(({ method, status }) => method !== 'GET' && status < 400)).toEqual([]);
  }

  const cases = HOSTILE.flatMap((host, index) =>
    [false, true].filter((noToken) => FULL_SIZE || noToken === (index === 1)).map((noToken) => ({ host, noToken })),
  );

  it.each(cases)('of $host, no token: $noToken, reads and changes nothing', async ({ host, noToken }) => {
    const revision = await open({ noToken });
    await page.goto(`http://${host}:${hostilePort}/`);
    const base = `http://127.0.0.1:${victim.server.port}`;
    const read = await page.evaluate(attack, { base, gets: GETS, posts: POSTS, body: JSON.stringify({ definition }) });
    expect(read).toEqual([]);
    expect(seen.length).toBeGreaterThan(GETS.length + POSTS.length);
    expectNothingHappened(revision);

    // The owner goes on, and a link leads to a page.
    await page.evaluate((url) => (location.href = url), `${base}/sweeps/s1`);
    await page.waitForURL(`${base}/sweeps/s1`, { waitUntil: 'commit' });
    // The page that only asks again has no such element.
    await page.locator('base').waitFor({ state: 'attached' });
    expect(await page.evaluate(async () => (await fetch('/api/sweeps')).status)).toBe(200);
    expect(seen.filter(({ url }) => url === '/sweeps/s1').length).toBeLessThan(20);
  });

  it('that points its name at this machine is refused whatever it asks for', async () => {
    const revision = await open({ noToken: true });
    const base = `http://rebound.example:${victim.server.port}`;
    expect((await page.goto(`${base}/`))!.status()).toBe(403);
    const statuses = await page.evaluate(
      async ({ gets, posts, body }) => {
        const asked = [
          ...gets.map((path) => fetch(path)),
          ...posts.map((path) =>
            fetch(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body }),
          ),
        ];
        return (await Promise.all(asked)).map(({ status }) => status);
      },
      { gets: GETS, posts: POSTS, body: JSON.stringify({ definition }) },
    );
    expect(new Set(statuses)).toEqual(new Set([403]));
    expectNothingHappened(revision);
  });
});

/**
 * Runs in the hostile page: asks for everything in every way that a page has.
 *
 * @returns what it could read
 */
async function attack({ base, gets, posts, body }: { base: string; gets: string[]; posts: string[]; body: string }) {
  const read: string[] = [];
  const tries: Promise<void>[] = [];
  /** Waits for one of the events, or long enough for it to have come. */
  const settle = (target: EventTarget, what: string, good: string[], bad: string[]): Promise<void> =>
    new Promise((resolve) => {
      for (const name of good) target.addEventListener(name, () => (read.push(what), resolve()));
      for (const name of bad) target.addEventListener(name, () => resolve());
      setTimeout(resolve, 1_500);
    });
  const element = (tag: string, attributes: Record<string, string>): HTMLElement => {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    document.body.append(made);
    return made;
  };
  const frame = async (attributes: Record<string, string>, what: string): Promise<void> => {
    const made = element('iframe', attributes) as HTMLIFrameElement;
    await new Promise((resolve) => {
      made.addEventListener('load', resolve);
      setTimeout(resolve, 1_500);
    });
    try {
      if (made.contentDocument!.body.innerText.length > 0) read.push(what);
    } catch {
      // what it should be: another origin
    }
  };

  for (const path of gets) {
    const url = base + path;
    for (const credentials of ['include', 'omit'] as const) {
      const fetched = fetch(url, { credentials });
      tries.push(
        fetched.then(async (answer) => void read.push(`fetch ${path}: ${await answer.text()}`)).catch(() => {}),
      );
      tries.push(
        fetch(url, { credentials, mode: 'no-cors' }).then(
          () => {},
          () => {},
        ),
      );
    }
    tries.push(settle(element('img', { src: url }), `img ${path}`, ['load'], ['error']));
    tries.push(settle(element('script', { src: url }), `script ${path}`, ['load'], ['error']));
    tries.push(settle(element('link', { rel: 'stylesheet', href: url }), `style ${path}`, ['load'], ['error']));
    tries.push(settle(element('video', { src: url }), `video ${path}`, ['loadeddata'], ['error']));
    tries.push(frame({ src: url }, `iframe ${path}`));
    tries.push(frame({ src: url, sandbox: 'allow-scripts allow-forms' }, `sandbox ${path}`));
    element('object', { data: url });
    element('embed', { src: url });
    element('link', { rel: 'prefetch', href: url });
  }
  tries.push(
    settle(new EventSource(`${base}/api/events`, { withCredentials: true }), 'events', ['open', 'message'], []),
  );
  tries.push(settle(new WebSocket(`${base.replace('http', 'ws')}/api/events`), 'socket', ['open'], ['error']));
  for (const path of posts) {
    const url = base + path;
    navigator.sendBeacon(url, body);
    navigator.sendBeacon(url, new Blob([body], { type: 'text/plain' }));
    for (const headers of [{}, { 'content-type': 'application/json' }])
      for (const mode of ['no-cors', 'cors'] as const) {
        const sent = fetch(url, { method: 'POST', mode, credentials: 'include', headers, body });
        tries.push(
          sent
            .then(async (answer) => {
              if (answer.type !== 'opaque') read.push(`post ${path}: ${await answer.text()}`);
            })
            .catch(() => {}),
        );
      }
    for (const enctype of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data']) {
      const name = `form-${path}-${enctype}`;
      tries.push(frame({ name }, `form ${path}`));
      const form = element('form', { method: 'post', action: url, target: name, enctype }) as HTMLFormElement;
      const field = document.createElement('input');
      [field.name, field.value] = [body.slice(0, -1), body.slice(-1)];
      form.append(field);
      form.submit();
    }
  }
  const windows = gets.slice(0, 4).map((path) => window.open(base + path));
  await Promise.all(tries);
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  for (const [index, opened] of windows.entries()) {
    try {
      if (opened!.document.body.innerText.length > 0) read.push(`window ${gets[index]}`);
    } catch {
      // what it should be: another origin
    }
    opened?.close();
  }
  return read;
}
