import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { storeLargeSweep } from '../../../bench/dashboard/large-sweep.ts';
import { openStorage } from '../../../server/store/database/storage.ts';
import { describeInBrowser, openBrowser } from './chromium.ts';
import { serve, type Served } from './served.ts';
import { openPage, type WatchedPage } from './watched-page.ts';

const BATCHES = 6_000;

describeInBrowser('charts of long curves', () => {
  let folder: string;
  let server: Served;
  let browser: Browser;
  let watched: WatchedPage;
  let page: Page;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'cosweep-thinned-'));
    const storage = await openStorage({ file: join(folder, 'cosweep.db'), create: true });
    const perBatch = ['train/total', 'train/crossEntropy', 'train/interClass', 'train/truncated'];
    storeLargeSweep(storage, {
      name: 'long',
      betas: 2,
      epsilons: 1,
      seeds: 2,
      batches: BATCHES,
      evalEvery: 500,
      perBatch,
    });
    await storage.close();
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

  /** How many points of how many are drawn, as a part of the page says. */
  const said = async (part: Locator): Promise<{ drawn: number; recorded: number }> => {
    const text = await part.getByText(/^[\d,]+ of [\d,]+ points drawn\.$/).innerText();
    const [drawn, recorded] = text.match(/[\d,]+/g)!.map((digits) => Number(digits.replaceAll(',', '')));
    return { drawn: drawn!, recorded: recorded! };
  };

  it('say under means and bands how many of their points are drawn', async () => {
    await page.goto('sweeps/s1/compare?metric=train/total&arms=0');
    const chosen = page.getByRole('region', { name: 'Chosen arms' });
    const one = await said(chosen);
    // An arm, its control, and the other arm behind them.
    expect(one.recorded).toBe(3 * BATCHES);
    expect(one.drawn).toBeLessThan(one.recorded / 2);
    await page.goto('sweeps/s1/compare?metric=train/total&arms=0&view=difference');
    await expect.poll(async () => (await said(chosen)).recorded).toBe(BATCHES);

    // For each arm the line of each seed and their mean.
    const picture = await said(page.locator('.picture'));
    expect(picture.recorded).toBe(2 * 3 * BATCHES);
    await page.goto('sweeps/s1/arms/0?metric=train/total');
    expect((await said(page.getByRole('region', { name: 'Beside its control' }))).recorded).toBe(2 * BATCHES);
  });

  it('say nothing where all points are drawn', async () => {
    await page.goto('sweeps/s1/compare?metric=val/accuracy&arms=0');
    await page.getByText(/^Mean over seeds, band/).waitFor();
    expect(await page.getByText(/points drawn/).count()).toBe(0);
  });

  it('say it under the stacked terms of a run', async () => {
    await page.goto('runs/r1');
    const panel = page.locator('.panel', { has: page.getByRole('heading', { name: 'Weighted terms, stacked' }) });
    const whole = await said(panel);
    expect(whole.recorded % BATCHES).toBe(0);
    expect(whole.drawn).toBeLessThan(whole.recorded / 2);
  });
});
