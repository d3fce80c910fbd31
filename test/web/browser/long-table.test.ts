import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { storeLargeSweep } from '../../../bench/dashboard/large-sweep.ts';
import { openStorage } from '../../../server/store/database/storage.ts';
import { seriousFaults } from './accessibility.ts';
import { describeInBrowser, openBrowser } from './chromium.ts';
import { serve, type Served } from './served.ts';
import { openPage, overflow, type WatchedPage } from './watched-page.ts';

/** The control and 150 arms. */
const ROWS = 151;

/** In sight when half of the table is above, wherever the rows in sight begin. */
const MIDDLE = 80;

describeInBrowser('the table of a sweep of many arms', () => {
  let folder: string;
  let server: Served;
  let browser: Browser;
  let watched: WatchedPage;
  let page: Page;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'cosweep-long-'));
    const storage = await openStorage({ file: join(folder, 'cosweep.db'), create: true });
    const sizes = { betas: 30, epsilons: 5, seeds: 3, batches: 40, evalEvery: 20, perBatch: ['train/total'] };
    storeLargeSweep(storage, { name: 'many', ...sizes });
    await storage.close();
    server = await serve(folder, []);
    browser = await openBrowser();
    watched = await openPage(browser, server);
    page = watched.page;
    await page.goto('sweeps/s1/table');
    await rows().first().waitFor();
  });

  afterAll(async () => {
    await browser?.close();
    await server?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  afterEach(() => {
    expect(watched.complaints.splice(0)).toEqual([]);
  });

  const rows = () => page.locator('.ablation tr[data-index]');
  const region = () => page.getByRole('region', { name: 'Ablation table' });
  const drawn = () => rows().evaluateAll((all) => all.map((row) => Number((row as HTMLElement).dataset['index'])));
  /** What a reader sees of it: the rows within the part that scrolls. */
  const seen = () =>
    region().evaluate((scroller) => {
      const [top, bottom] = [
        scroller.querySelector('thead')!.getBoundingClientRect().bottom,
        scroller.getBoundingClientRect().bottom,
      ];
      return [...scroller.querySelectorAll<HTMLElement>('tr[data-index]')]
        .filter((row) => row.getBoundingClientRect().bottom > top && row.getBoundingClientRect().top < bottom)
        .map((row) => Number(row.dataset['index']));
    });
  const scrollTo = (share: number) =>
    region().evaluate((scroller, at) => scroller.scrollTo(0, at * scroller.scrollHeight), share);
  const widths = () =>
    page
      .locator('.ablation thead tr:last-child th')
      .evaluateAll((all) => all.map((cell) => cell.getBoundingClientRect().width));
  /** Rows without a hole between them, drawn wherever the reader looks. */
  const expectSeen = async (row: number) => {
    await expect.poll(seen).toContain(row);
    const now = await seen();
    expect(now).toEqual(now.map((_, i) => now[0]! + i));
    expect((await drawn()).length).toBeLessThan(80);
  };

  it('draws the rows in sight, wherever that is, under a head that stays, in columns that keep their widths', async () => {
    await expectSeen(0);
    const before = await widths();
    await scrollTo(0.5);
    await expectSeen(MIDDLE);
    await scrollTo(1);
    await expectSeen(ROWS - 1);
    expect(await widths()).toEqual(before);
    const [head, scroller] = [await page.locator('.ablation thead').boundingBox(), await region().boundingBox()];
    expect(Math.abs(head!.y - scroller!.y)).toBeLessThan(2);
    await scrollTo(0);
    await expectSeen(0);
  });

  it('tells assistive technology how long it is, and has no serious fault', async () => {
    await scrollTo(0.5);
    await expectSeen(MIDDLE);
    const heads = await page.locator('.ablation thead tr').count();
    expect(await page.getByRole('table').first().getAttribute('aria-rowcount')).toBe(String(heads + ROWS));
    const places = await rows().evaluateAll((all) =>
      all.map((row) => [Number((row as HTMLElement).dataset['index']), Number(row.getAttribute('aria-rowindex'))]),
    );
    expect(places.every(([index, place]) => place === heads + index! + 1)).toBe(true);
    expect(await seriousFaults(page)).toEqual([]);
  });

  it('is gone through by keyboard, and the row with the focus stays', async () => {
    await scrollTo(0);
    await expectSeen(0);
    await rows().first().getByRole('link').first().focus();
    const focused = () => page.evaluate(() => (document.activeElement?.closest('tr') as HTMLElement)?.dataset['index']);
    while (Number(await focused()) < 70) await page.keyboard.press('Tab');
    await expectSeen(70);
    await scrollTo(0);
    await expectSeen(0);
    expect(await focused()).toBe('70');
    await region().focus();
    // Rows that were never drawn may be higher than was guessed: then there is more to go.
    await expect
      .poll(async () => {
        await page.keyboard.press('End');
        return seen();
      })
      .toContain(ROWS - 1);
    expect(await drawn()).not.toContain(70);
  });

  it('sorts and filters all rows, not the drawn ones alone; one press draws all of them', async () => {
    await scrollTo(0);
    const first = () => page.locator('.ablation tr[data-index="1"] td:nth-child(3)').innerText();
    const sort = page.locator('.ablation thead button.sort').nth(2);
    await sort.click();
    await page.locator('[aria-sort=descending]').waitFor();
    const largest = parseFloat(await first());
    await sort.click();
    await page.locator('[aria-sort=ascending]').waitFor();
    const smallest = parseFloat(await first());
    expect(largest).toBeGreaterThan(smallest);
    await page.getByRole('searchbox', { name: 'Rows with the text' }).fill('β0.4 ');
    await page.getByText(/^\d+ of 151 rows have this text$/).waitFor();
    expect(await page.getByRole('button', { name: 'Draw all' }).count()).toBe(0);
    await page.getByRole('searchbox', { name: 'Rows with the text' }).fill('');
    await page.getByRole('button', { name: 'Draw all 151' }).click();
    await expect.poll(() => rows().count()).toBe(ROWS);
    const means = await page.locator('.ablation .line-search td:nth-child(3)').allInnerTexts();
    const values = means.map(parseFloat);
    expect(values).toEqual(values.toSorted((a, b) => a - b));
    expect([values[0], values.at(-1)]).toEqual([smallest, largest]);
  });

  it('fits a phone', async () => {
    await page.setViewportSize({ width: 390, height: 844 });
    await page.goto('sweeps/s1/table');
    await expectSeen(0);
    await scrollTo(0.5);
    await expectSeen(MIDDLE);
    expect(await overflow(page)).toBeLessThanOrEqual(0);
    expect(await seriousFaults(page)).toEqual([]);
  });
});
