import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { openStorage } from '../../../server/store/database/storage.ts';
import { storeTrainedSweep } from '../../http/trained-sweep.ts';
import { seriousFaults } from './accessibility.ts';
import { describeInBrowser, openBrowser } from './chromium.ts';
import { serve, type Served } from './served.ts';
import { openPage, overflow, type WatchedPage } from './watched-page.ts';

/** A busy machine may need one second, the usual limit, for a single answer. */
const patient = { timeout: 90_000 };

/** What the record says that training used. */
const used: [string, string][] = [
  ['Processor time', '3 s'],
  ['Peak memory', '312 MB'],
  ['GPU', '80 % on average, 95 % at most'],
  ['GPU memory', '4 GB'],
  ['Energy of the card', '0.069 Wh by nvidia-smi'],
];

describeInBrowser('the page of a run, and runs together', () => {
  let folder: string;
  let server: Served;
  let browser: Browser;
  let watched: WatchedPage;
  let page: Page;
  let run: number;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'cosweep-run-page-'));
    const storage = await openStorage({ file: join(folder, 'cosweep.db'), create: true });
    run = storeTrainedSweep(storage).run(1, 1);
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

  const cells = async (): Promise<number[]> => (await page.locator('.confusion tbody td').allInnerTexts()).map(Number);
  const fact = (name: string): Promise<string> =>
    page
      .locator('dt', { hasText: new RegExp(`^${name}$`) })
      .locator('+ dd')
      .innerText();
  const pair = (text: string): Locator => page.locator('.confused li', { hasText: text });

  it('shows what the classes were taken for, in the validation and in the test part', async () => {
    await page.goto(`runs/r${run}`);
    await expect.poll(cells, patient).toEqual([40, 1, 2, 3]);
    for (const [name, text] of used) expect(await fact(name)).toBe(text);
    await page.getByRole('combobox', { name: 'Part' }).selectOption('test');
    await expect.poll(cells, patient).toEqual([5, 4, 0, 6]);
    await pair('a → b').getByText('(4 images)').waitFor();
    await page.getByRole('combobox', { name: 'Part' }).selectOption('validation');
    await page.getByRole('slider', { name: 'Evaluation 5 of 5' }).fill('1');
    await page.getByRole('heading', { name: 'Confusion matrix at batch 10' }).waitFor();
    await expect.poll(cells, patient).toEqual([10, 1, 2, 3]);
    await page.getByText('Images are kept at the end of a run').waitFor();
    await page.getByRole('slider', { name: 'Projection 5 of 5' }).fill('3');
    await page.locator('canvas[aria-label*="at batch 30"]').waitFor();
    await page.getByRole('heading', { name: 'Features in two dimensions at batch 30' }).waitFor();
  });

  it('draws images of the most confused pairs as they are stored, with words for them', async () => {
    await page.goto(`runs/r${run}`);
    const image = pair('b → a').getByRole('img', { name: 'validation image 7: b → a' });
    await image.waitFor();
    const drawn = await image.evaluate((canvas: HTMLCanvasElement) => [
      ...canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height).data,
    ]);
    expect(drawn).toEqual([0, 0, 0, 255, 255, 255, 255, 255]);
    expect(await page.locator('.confused li').allInnerTexts()).toEqual(['b → a (2 images)', 'a → b (1 image)']);
    expect(await seriousFaults(page)).toEqual([]);
    await page.setViewportSize({ width: 390, height: 844 });
    // Charts follow the width of the window a moment later.
    await expect.poll(() => overflow(page), patient).toBe(0);
    await page.setViewportSize({ width: 1280, height: 900 });
  });

  it('tags and stars the ticked runs with one press, and says so', async () => {
    await page.goto('sweeps/s1/runs');
    for (const id of [run, run + 1]) await page.getByRole('checkbox', { name: `Choose r${id}`, exact: true }).check();
    const chosen = page.getByRole('region', { name: 'Chosen runs' });
    await chosen.getByText('2 runs chosen').waitFor();
    const tag = chosen.getByRole('textbox', { name: 'Tag for the chosen runs' });
    await tag.fill('paper');
    // Keys reach the field wherever it is. A click is lost where the page above it grows between down and up.
    await tag.press('Enter');
    await chosen.getByText('2 runs tagged “paper”.').waitFor();
    await chosen.getByRole('button', { name: 'Star', exact: true }).click();
    await chosen.getByText('2 runs starred.').waitFor();
    expect(await tag.inputValue()).toBe('');
    await page.goto(`runs/r${run + 1}`);
    await page.getByRole('button', { name: `Take the tag paper away from run r${run + 1}` }).waitFor();
    await page.getByRole('button', { name: `Star run r${run + 1}`, pressed: true }).waitFor();
  });
});
