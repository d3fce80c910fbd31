import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  doctorKept,
  type CardReport,
  type DoctorKept,
  type EngineReport,
} from '../../../server/http/schemas/doctor.ts';
import { seriousFaults } from './accessibility.ts';
import { describeInBrowser, openBrowser } from './chromium.ts';
import { serve, type Served } from './served.ts';
import { openPage, overflow } from './watched-page.ts';

const card = (device: string, stepMs: number | null, reason: string | null = null): CardReport => ({
  device,
  works: reason === null,
  stepMs,
  bits: null,
  reason,
  remedy: reason === null ? null : 'Bring it back.',
});

const engine = (name: string, device: string, cards: CardReport[]): EngineReport => ({
  name,
  works: true,
  device,
  versions: {},
  stepMs: 3.21,
  bits: null,
  cards,
  hint: null,
  reason: null,
  remedy: null,
  lossCases: null,
});

const hostile = '<img src=x onerror="document.title=\'owned\'">';
const answer: DoctorKept = {
  measuredAt: '2026-11-29T12:00:00.000Z',
  report: {
    engines: [
      engine('tensorflow', 'GPU, CUDA', [
        card('NVIDIA H100 (GPU-aaaaaaaa)', 3.214),
        card('NVIDIA H100 (GPU-bbbbbbbb)', 3.3),
        card(`GPU 7 ${hostile}`, null, 'it fell off the bus'),
      ]),
      engine('webgpu', 'NVIDIA L4', [card('NVIDIA L4', 3.21)]),
      engine('wasm', 'CPU', []),
    ],
    datasets: [],
    database: {
      path: '/x',
      exists: true,
      works: true,
      schema: null,
      bytes: null,
      sweeps: null,
      runs: null,
      reason: null,
      remedy: null,
    },
  },
};

describeInBrowser('the page of the doctor', () => {
  let folder: string;
  let server: Served;
  let browser: Browser;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'cosweep-doctor-'));
    server = await serve(folder, []);
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('numbers the cards of an engine as --device does, each with its step or its trouble', async () => {
    expect(doctorKept.parse(answer)).toEqual(answer);
    const { page, complaints } = await openPage(browser, server, { viewport: { width: 390, height: 900 } });
    await page.route('**/api/doctor', (route) => route.fulfill({ json: answer }));
    await page.goto('doctor');
    const cards = page.locator('ol[start="0"] > li');
    await cards.first().waitFor();
    expect(await page.locator('ol[start="0"]').count()).toBe(1); // an only card is the engine's device
    const shown = (await cards.allInnerTexts()).map((text) => text.replace(/\s+/g, ' '));
    expect(shown).toEqual([
      'NVIDIA H100 (GPU-aaaaaaaa) ✓ works 3.21 ms a training step',
      'NVIDIA H100 (GPU-bbbbbbbb) ✓ works 3.3 ms a training step',
      `GPU 7 ${hostile} ✕ not here it fell off the bus What to do: Bring it back.`,
    ]);
    expect(await page.title()).not.toBe('owned');
    expect(await seriousFaults(page)).toEqual([]);
    expect(await overflow(page)).toBe(0);
    expect(complaints).toEqual([]);
  });
});
