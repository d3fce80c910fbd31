import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { inProcess } from '../../helpers/in-process.ts';
import { describeInBrowser, openBrowser } from './chromium.ts';
import { serve, type Served } from './served.ts';
import { openPage, type WatchedPage } from './watched-page.ts';

const hostile = '<img src=x onerror=alert(1)>';

/** Two arms and six seeds; the phase gains 2 points, and one run is missing. */
function results(): string {
  const rows = [0, 0.2].flatMap((beta) =>
    Array.from({ length: 6 }, (_, seed) =>
      [0, 50, 100].map(
        (batch) =>
          `${beta},${hostile},${seed},val/acc,${batch},${0.5 + (beta > 0 && batch > 50 ? 0.02 : 0) + seed / 100}`,
      ),
    ).flat(),
  );
  const third = [0, 1, 2, 3, 4].map((seed) => `0.3,${hostile},${seed},val/acc,100,0.6`);
  return ['beta,note,seed,metric,batch,value', ...rows, ...third].join('\n');
}

describeInBrowser('results that were trained elsewhere', () => {
  let folder: string;
  let server: Served;
  let browser: Browser;
  let watched: WatchedPage;
  let page: Page;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'cosweep-imported-'));
    writeFileSync(join(folder, 'runs.csv'), results());
    expect((await inProcess(['import', 'runs.csv'], folder)).code).toBe(0);
    server = await serve(folder, []);
    browser = await openBrowser();
    watched = await openPage(browser, server);
    page = watched.page;
  });

  afterAll(async () => {
    await browser?.close();
    await server?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  afterEach(() => {
    expect(watched.complaints.splice(0)).toEqual([]);
  });

  it('have the answer first, and a next step that nobody can click', async () => {
    await page.goto('sweeps/s1');
    await page.getByText(/^Next: .* where the others were trained, and import the results again$/).waitFor();
    await page.getByText('+2.00', { exact: false }).first().waitFor();
    expect(await page.getByRole('button', { name: /confirm|extend|retry|train/i }).count()).toBe(0);
  });

  it.each(['runs', 'stages', 'curves', 'arms/1'])('offer nothing to train on %s', async (tab) => {
    await page.goto(`sweeps/s1/${tab}`);
    await page.locator('main').getByText('β0.2', { exact: false }).first().waitFor();
    await page.waitForLoadState('networkidle');
    expect(await page.getByRole('button', { name: /retry|resume|confirm|extend|train the/i }).allInnerTexts()).toEqual(
      [],
    );
    expect(await page.locator('main img[src="x"]').count()).toBe(0);
  });

  it('are refused where a page that is older asks for it', async () => {
    for (const [action, body] of [
      ['retry', {}],
      ['confirm', { arm: 1, seeds: 3, metric: 'val/acc' }],
      ['extend', { seeds: 8 }],
      ['promote', { seeds: 3 }],
    ] as const) {
      const answer = await fetch(`${server.url}api/sweeps/s1/${action}`, {
        method: 'POST',
        headers: { ...server.auth, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      expect([action, answer.status, await answer.text()]).toEqual([
        action,
        400,
        expect.stringContaining('trained elsewhere'),
      ]);
    }
  });

  it('show a run with its settings and its curve', async () => {
    await page.goto('runs/r2');
    await page.getByRole('heading', { name: /β0\.2/ }).waitFor();
    await page.getByRole('cell', { name: 'val/acc' }).waitFor();
    await page.getByText(hostile, { exact: false }).first().waitFor({ state: 'attached' });
  });
});
