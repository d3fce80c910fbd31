import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { Lease } from '../../../server/store/database/lease.ts';
import { openStorage, type Storage } from '../../../server/store/database/storage.ts';
import { commitSegment } from '../../../server/store/training/commit-segment.ts';
import { clearWorkers, noteWorkers, type NotedWorkers } from '../../../server/store/training/note-workers.ts';
import { startRun } from '../../../server/store/training/run-state.ts';
import { begin, lease, makePlan, makeSegment, RECORD } from '../../store/support.ts';
import { seriousFaults } from './accessibility.ts';
import { describeInBrowser, openBrowser } from './chromium.ts';
import { serve, type Served } from './served.ts';
import { openPage, overflow, type WatchedPage } from './watched-page.ts';

const HOSTILE = `<img src=x onerror="document.title='owned'">`;

describeInBrowser('machines', () => {
  let folder: string;
  let storage: Storage;
  let token: Lease;
  let server: Served;
  let browser: Browser;
  let watched: WatchedPage;
  let page: Page;
  let present: NotedWorkers;
  let run: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'cosweep-machines-'));
    storage = await openStorage({ file: join(folder, 'cosweep.db'), create: true });
    token = lease(storage);
    const { sweepId, tasks } = begin(storage, token, makePlan([{ name: 'β0.3 N30', beta: 0.3 }, {}], [1, 2]));
    const [first, , third] = tasks;
    startRun(storage, token, first!.runId, RECORD);
    for (const task of [first!, third!])
      commitSegment(storage, token, makeSegment(task.stages[0]!.stageId, 0, 50, { checkpoint: null }));
    run = `r${first!.runId}`;
    const worker = { pid: 812, slots: 1, engine: 'wasm', cameAt: 1_000, heardAt: 58_000, reason: null, stages: [] };
    const machine = { device: 'CPU, 1 thread', versions: { tfjs: '4.22.0', cosweep: '0.2.0' } };
    const state = 'ready';
    present = {
      sweepId,
      workers: [
        {
          ...worker,
          ...{ id: 'a', host: 'gpu-1', machine, bits: 'a1b2c3d4e5f6' },
          ...{ state: 'training', stages: [first!.stages[0]!.stageId] },
        },
        { ...worker, id: 'b', host: HOSTILE, machine: { ...machine, device: 'AVX2' }, bits: '99aabbccddee', state },
        { ...worker, id: 'c', host: 'gpu-3', machine: null, bits: null, state: 'opening' },
        { ...worker, id: 'd', host: 'gpu-4', machine, bits: null, state: 'gone', reason: 'nothing was heard of it' },
      ],
      waiting: [{ seed: 2, bits: '0123456789ab' }],
    };
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

  const heading = () => page.getByRole('heading', { name: 'Machines' });

  it('are nowhere where nobody lets them train, and appear by themselves once somebody does', async () => {
    await page.goto('sweeps/s1/stages');
    await page.getByRole('heading', { name: 'Stage tree' }).waitFor();
    expect(await heading().count()).toBe(0);
    noteWorkers(storage, token, { ...present, workers: [] }, 60_000);
    await heading().waitFor();
    await page.getByText('No worker is there.').waitFor();
    noteWorkers(storage, token, present, 60_000);
    await page.getByRole('heading', { name: 'Class a1b2c3d4e5f6' }).waitFor();
  });

  it('are shown by class, with what each trains and who waits for whom', async () => {
    const machine = page.getByRole('listitem').filter({ hasText: 'gpu-1' });
    await machine.getByRole('link', { name: run }).waitFor();
    expect(await machine.innerText()).toMatch(/trains\s+heard 2 s ago[^]*β0\.3 N30, seed 1[^]*50 of 100/);
    for (const name of ['Class 99aabbccddee', 'Bits not measured yet']) await page.getByText(name).waitFor();
    await page.getByText('tfjs 4.22.0').first().waitFor();
    const words = 'Seed 2 waits for a machine of the class 0123456789ab; with --move-seeds it is trained anew';
    await page.getByText(words).waitFor();
    await page.getByText(HOSTILE).waitFor();
    expect(await page.title()).not.toBe('owned');
    await page.getByText('1 is gone').click();
    await page.getByText('gpu-4 (process 812), 2 s ago: nothing was heard of it').waitFor();
    expect(await seriousFaults(page)).toEqual([]);
  });

  it('fit a phone', async () => {
    await page.setViewportSize({ width: 390, height: 844 });
    expect(await overflow(page)).toBeLessThanOrEqual(0);
    await page.setViewportSize({ width: 1280, height: 900 });
  });

  it('are gone with whoever let them train', async () => {
    clearWorkers(storage, token);
    await heading().waitFor({ state: 'detached' });
  });
});
