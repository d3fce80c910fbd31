import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { claimLogFolder, logFolderOf, stageLogName } from '../../../server/store/database/log-folder.ts';
import { runName } from '../../../server/store/database/ids.ts';
import { openStorage, type Storage } from '../../../server/store/database/storage.ts';
import { storeTrainedSweep } from '../../http/trained-sweep.ts';
import { lease } from '../../store/support.ts';
import { describeInBrowser, openBrowser } from './chromium.ts';
import { serve, type Served } from './served.ts';
import { openPage, type WatchedPage } from './watched-page.ts';

const TIME = '2026-11-30T04:39:29.123Z';
const HOSTILE = `<img src=x onerror="document.title='owned'">`;

describeInBrowser('logs', () => {
  let folder: string;
  let storage: Storage;
  let server: Served;
  let browser: Browser;
  let watched: WatchedPage;
  let page: Page;
  let failed: number;
  let log: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'cosweep-logs-'));
    storage = await openStorage({ file: join(folder, 'cosweep.db'), create: true });
    storeTrainedSweep(storage);
    const { token } = lease(storage);
    failed = storage.prepare(`SELECT id FROM "Run" WHERE state = 'failed'`).pluck().get() as number;
    const stage = storage.prepare('SELECT stageId FROM "RunStage" WHERE runId = ?').pluck().get(failed) as number;
    claimLogFolder(storage);
    const logs = logFolderOf(storage);
    const begin = `${TIME} begin: batches [0, 40), worker 0, lease ${token}, process 7, fresh\n`;
    writeFileSync(join(logs, stageLogName(stage, 1)), `${begin}${TIME} end: failed: an earlier reason\n`);
    writeFileSync(join(logs, 'worker-0.log'), `${TIME} begin: process 7\n${TIME} stdout: at the start\n`);
    log = join(logs, stageLogName(stage, 2));
    writeFileSync(log, `${begin}${TIME} stderr: ${HOSTILE}\n`);
    server = await serve(folder, []);
    browser = await openBrowser();
    watched = await openPage(browser, server);
    page = watched.page;
  });

  afterAll(async () => {
    await browser?.close();
    await server?.stop();
    await storage?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  afterEach(() => {
    expect(watched.complaints.splice(0)).toEqual([]);
  });

  it('of a failed run are open at its newest attempt, as text, and grow with it', async () => {
    await page.goto(`runs/${runName(failed)}`);
    await page.getByText(HOSTILE).waitFor();
    expect(await page.title()).not.toBe('owned');
    await page.getByText('attempt 2, batches 0 to 40, being trained').waitFor();
    appendFileSync(log, `${TIME} evaluation at batch 10: val/accuracy 0.5\n`);
    await page.getByText('evaluation at batch 10').waitFor();
    expect(await page.getByText('an earlier reason').count()).toBe(0);
    await page.getByText('attempt 1, batches 0 to 40').click();
    await page.getByText('an earlier reason').waitFor();
  });

  it('are saved whole', async () => {
    const downloading = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Download' }).first().click();
    const download = await downloading;
    expect(download.suggestedFilename()).toMatch(/^r\d+-g\d+-2\.log$/);
    expect(readFileSync(await download.path(), 'utf8')).toBe(readFileSync(log, 'utf8'));
  });

  it('of a run that did not fail are closed', async () => {
    await page.goto('runs/r1');
    await page.getByText('Log', { exact: true }).waitFor();
    expect(await page.getByText('There is no log').count()).toBe(0);
    await page.getByText('Log', { exact: true }).click();
    await page.getByText('There is no log').waitFor();
  });

  it('of workers are on the training page', async () => {
    await page.goto('sweeps/s1/stages');
    await page.getByText('Worker 1, at work').click();
    await page.getByText('stdout: at the start').waitFor();
  });
});
