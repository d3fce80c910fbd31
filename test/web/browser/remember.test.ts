import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { RunDetail } from '../../../server/http/schemas/run.ts';
import type { SweepDetail, SweepList } from '../../../server/http/schemas/sweep.ts';
import { openStorage } from '../../../server/store/database/storage.ts';
import { queueSweep } from '../../../server/store/sweeps/queue-sweep.ts';
import { writeMark } from '../../../server/store/sweeps/write-mark.ts';
import { definition } from '../../http/plan-text.ts';
import { storeTrainedSweep } from '../../http/trained-sweep.ts';
import { makePlan, request } from '../../store/support.ts';
import { describeInBrowser, openBrowser } from './chromium.ts';
import { serve, type Served } from './served.ts';
import { openPage, overflow, type WatchedPage } from './watched-page.ts';

const hostile = '<img src=x onerror="document.title=\'owned\'">\n\u202e<b>second</b> line';

describeInBrowser('what is remembered', () => {
  let folder: string;
  let server: Served;
  let browser: Browser;
  let watched: WatchedPage;
  let page: Page;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'cosweep-marks-'));
    const storage = await openStorage({ file: join(folder, 'cosweep.db'), create: true });
    storeTrainedSweep(storage);
    for (let i = 2; i <= 130; i++)
      queueSweep(storage, request(makePlan([{}], [1], `study ${i}`), { definitionPath: `/${i}.json` }));
    storage.raw.prepare(`UPDATE "Sweep" SET state = 'cancelled' WHERE id > 1`).run();
    writeMark(storage, { sweep: 7 }, { star: true, add: ['draft'] });
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

  const api = async <Body>(path: string): Promise<Body> =>
    (await fetch(`${server.url}api/${path}`, { headers: server.auth })).json() as Promise<Body>;
  const row = (id: string) => page.getByRole('row').filter({ has: page.getByText(id, { exact: true }) });

  it('lists sweeps a page at a time; asks for the answers of those that are seen alone', async () => {
    const asked: string[] = [];
    page.on('request', (sent) => void (sent.url().includes('/verdict') && asked.push(sent.url())));
    await page.goto('?q=study&sort=name&order=asc');
    await row('s2').waitFor();
    expect(await page.getByRole('row').count()).toBe(101);
    await page.getByRole('button', { name: 'Next' }).click();
    await row('s130').waitFor();
    expect(asked).toEqual([]); // none of them has a complete run
    await page.getByRole('searchbox').fill('two-betas');
    await row('s1').getByText('complete, 1 failed, 1 diverged').waitFor();
    await page.waitForFunction(() => document.querySelector('.sweeps-answer')?.textContent !== '');
    expect(asked.every((url) => url.includes('s1/verdict'))).toBe(true);
    await page.getByRole('combobox', { name: 'Tag' }).selectOption('draft');
    await page.getByText('No sweep fits these filters').waitFor();
    await page.getByRole('button', { name: 'Clear the filters' }).click();
    await page.getByRole('button', { name: 'Star', exact: true }).click();
    await page.getByRole('row').nth(1).getByText('s7', { exact: true }).waitFor();
  });

  it('stars, tags, archives and deletes what is selected, and says first what is lost', async () => {
    await page.goto('?q=study+12');
    await row('s12').getByRole('button', { name: 'Star sweep s12' }).click();
    await row('s12').getByRole('button', { name: 'Star sweep s12', pressed: true }).waitFor();
    for (const id of ['s12', 's120']) await page.getByRole('checkbox', { name: `Select ${id}`, exact: true }).check();
    await page.getByRole('textbox', { name: 'Tag for the selected sweeps' }).fill('paper <i>');
    await page.getByRole('button', { name: 'Tag', exact: true }).click();
    await row('s120').getByText('paper <i>').waitFor();
    expect(await page.locator('main i').count()).toBe(0);
    await page.getByRole('checkbox', { name: 'Select s12', exact: true }).uncheck();
    await page.getByRole('button', { name: 'Archive', exact: true }).click();
    await row('s120').waitFor({ state: 'detached' });
    expect((await api<SweepList>('sweeps?tag=paper%20%3Ci%3E&archived=with')).items.map(({ id }) => id)).toEqual([
      's120',
      's12',
    ]);
    await page.getByRole('combobox', { name: 'Archived' }).selectOption('only');
    await row('s120').waitFor();
    await page.getByRole('checkbox', { name: 'Select s120', exact: true }).check();
    await page.getByRole('button', { name: 'Delete …' }).click();
    const dialog = page.getByRole('dialog', { name: 'Delete this sweep?' });
    await dialog.getByText('with 1 run, 0 of them complete').waitFor();
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    expect((await api<SweepDetail>('sweeps/s120')).id).toBe('s120');
    await page.getByRole('button', { name: 'Delete …' }).click();
    await dialog.getByRole('button', { name: 'Delete' }).click();
    await page.getByText('No sweep fits these filters').waitFor();
    expect((await api<SweepList>('sweeps?q=study+120&archived=with')).total).toBe(0);
  });

  it("keeps a sweep's name, tags and note on its page; a hostile note stays text and shows elsewhere live", async () => {
    await page.goto('sweeps/s1');
    const other = await openPage(browser, server);
    await other.page.goto('sweeps/s1/table');
    await page.getByRole('button', { name: 'Add a note' }).click();
    await page.getByRole('textbox', { name: 'Note on sweep s1' }).fill(hostile);
    await page.getByRole('button', { name: 'Save' }).click();
    for (const each of [page, other.page]) {
      await each.locator('p.own-note').waitFor();
      expect(await each.locator('p.own-note').innerText()).toBe(hostile);
      expect(await each.locator('main img, main b').count()).toBe(0);
    }
    expect(other.complaints.filter((text) => !text.includes('Failed to load'))).toEqual([]); // a busy server may ask to wait
    await other.page.context().close();
    await page.getByRole('button', { name: 'Add a tag' }).click();
    await page.getByRole('combobox', { name: 'New tag of sweep s1' }).fill('paper');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Take the tag paper away from sweep s1' }).waitFor();
    await page.getByRole('button', { name: 'Rename' }).click();
    await page.getByRole('textbox', { name: 'Name of s1' }).fill('s2');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('alert').getByText('Cannot rename s1: found "s2"').waitFor();
    await page.getByRole('textbox', { name: 'Name of s1' }).fill('for the paper');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('heading', { name: 'for the paper' }).waitFor();
    expect(await api<SweepDetail>('sweeps/s1')).toMatchObject({
      name: 'for the paper',
      mark: { tags: ['paper'], note: hostile },
    });
    expect(watched.complaints.splice(0)).toEqual([expect.stringContaining('400')]); // the refused name
    await page.goto('sweeps/s1/arms/1');
    await page.getByRole('button', { name: 'Star arm 1', exact: true }).click();
    await page.getByRole('button', { name: 'Star arm 1', exact: true, pressed: true }).waitFor();
    expect((await api<SweepDetail>('sweeps/s1')).armMarks).toMatchObject([{ arm: 1, mark: { star: true } }]);
    await page.goto('runs/r1');
    await page.getByRole('button', { name: 'Star run r1' }).click();
    await page.getByRole('button', { name: 'Star run r1', pressed: true }).waitFor();
    expect((await api<RunDetail>('runs/r1')).mark.star).toBe(true);
  });

  it('begins a new sweep as a clone; its draft outlives a reload and is given up on request', async () => {
    await page.goto('sweeps/s1');
    await page.getByRole('link', { name: 'Clone', exact: true }).click();
    const field = page.getByRole('textbox', { name: 'Definition (JSON)' });
    await page.getByText('The definition of s1.').waitFor();
    await page.waitForFunction(() => document.querySelector('textarea')?.value !== '');
    expect(JSON.parse(await field.inputValue())).toEqual(definition);
    await field.fill('{"name": "edited"}');
    await page.getByLabel('Final weights to keep').selectOption('best');
    await page.reload(); // as a clone it is the draft of that clone
    await page.waitForFunction(() => document.querySelector('textarea')?.value === '{"name": "edited"}');
    expect(await page.getByLabel('Final weights to keep').inputValue()).toBe('best');
    await page.getByRole('button', { name: 'Undo all edits' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Go back' }).click();
    await page.waitForFunction(() => document.querySelector('textarea')?.value.includes('two-betas'));
    expect(await page.getByLabel('Final weights to keep').inputValue()).toBe('all');
    await field.fill('{"name": "edited"}');
    await page.goto('new?from=s2'); // another sweep begins with its own definition
    await page.waitForFunction(() => !['', '{"name": "edited"}'].includes(document.querySelector('textarea')!.value));
    await page.getByRole('link', { name: 'New sweep' }).click(); // and so does one that is nobody's clone
    await page.waitForFunction(() => document.querySelector('textarea')?.value === '');
    await field.fill('{"name": "new"}');
    await page.reload();
    expect(await field.inputValue()).toBe('{"name": "new"}');
    await page.getByRole('button', { name: 'Clear' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Clear' }).click();
    await page.waitForFunction(() => document.querySelector('textarea')?.value === '');
    await page.reload();
    expect(await field.inputValue()).toBe('');
  });

  it('fits a narrow page, with name, answer and state in sight', async () => {
    const narrow = await openPage(browser, server, { viewport: { width: 390, height: 844 } });
    await narrow.page.goto('?q=paper&archived=with');
    const line = narrow.page.getByRole('row').filter({ has: narrow.page.getByText('s1', { exact: true }) });
    await line.locator('.sweeps-answer').filter({ hasText: /\S/ }).waitFor();
    for (const part of ['.sweeps-name a', '.sweeps-state .badge', '.sweeps-answer']) {
      const box = (await line.locator(part).boundingBox())!;
      expect(box.x >= 0 && box.x + box.width <= 390, part).toBe(true);
    }
    expect(await overflow(narrow.page)).toBeLessThanOrEqual(0);
    expect(narrow.complaints).toEqual([]);
    await narrow.page.context().close();
  });
});
