import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openStorage, type Storage } from '../../../server/store/database/storage.ts';
import { queueSweep } from '../../../server/store/sweeps/queue-sweep.ts';
import { makePlan } from '../../store/support.ts';
import { describeInBrowser, openBrowser } from './chromium.ts';
import { serve, type Served } from './served.ts';
import { openPage } from './watched-page.ts';

/** As many tabs, all in sight, as leave a browser no connection where each has a stream of its own. */
const TABS = 7;
const MOST_KB = 150;

describeInBrowser('tabs of the dashboard', () => {
  let folder: string;
  let storage: Storage;
  let server: Served;
  let browser: Browser;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'cosweep-tabs-'));
    storage = await openStorage({ file: join(folder, 'cosweep.db'), create: true });
    queue('first');
    server = await serve(folder, []);
    browser = await openBrowser();
  });

  afterAll(async () => {
    await browser?.close();
    await server?.stop();
    await storage?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const queue = (name: string): void => {
    const plan = makePlan([{ beta: 0.2 }], [1], name);
    queueSweep(storage, { definition: '{}', definitionPath: null, folder: '/', plan, engine: 'wasm', share: true });
  };

  const shows = (tab: Page, name: string): Promise<void> =>
    tab.getByRole('link', { name, exact: true }).first().waitFor();

  it('all follow what happens, in sight at once, by one stream that passes on when its tab is closed', async () => {
    const { page, complaints } = await openPage(browser, server);
    const context = page.context();
    const tabs = [page];
    await page.locator('.live-live').waitFor();
    let more = 0; // streams besides that of the first tab
    context.on('request', (request) => void (request.url().endsWith('api/events') && more++));
    for (let tab = 1; tab < TABS; tab++) {
      tabs.push(await context.newPage());
      await tabs.at(-1)!.goto('');
      await tabs.at(-1)!.locator('.live-live').waitFor();
    }
    expect(more).toBe(0);
    for (const tab of tabs) await shows(tab, 'first');

    queue('second');
    for (const tab of tabs) await shows(tab, 'second');

    await page.close();
    queue('third');
    for (const tab of tabs.slice(1)) await shows(tab, 'third');
    expect(more).toBe(1);
    expect(complaints).toEqual([]);
    await context.close();
  });

  it(`loads every page with less than ${MOST_KB} kB, compressed`, async () => {
    for (const path of ['', 'sweeps/s1', 'sweeps/s1/runs', 'sweeps/s1/table', 'new']) {
      const { page } = await openPage(browser, server);
      await page.goto(path);
      await page.locator('h1').waitFor();
      await page.waitForLoadState('networkidle', { timeout: 5_000 }).catch(() => {}); // the stream of events stays open
      const sizes = await page.evaluate(() =>
        performance
          .getEntriesByType('resource')
          .map((entry) => entry as PerformanceResourceTiming)
          .map(({ name, encodedBodySize, decodedBodySize }) => ({ name, encodedBodySize, decodedBodySize })),
      );
      const code = sizes.filter(({ name }) => name.includes('/assets/'));
      expect(code.some(({ encodedBodySize, decodedBodySize }) => encodedBodySize < decodedBodySize / 2)).toBe(true);
      expect(code.reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0)).toBeLessThan(MOST_KB * 1_000);
      await page.context().close();
    }
  });
});
