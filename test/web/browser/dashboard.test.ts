import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { ArmCurves } from '../../../server/http/schemas/arm-curves.ts';
import type { ComparisonResponse } from '../../../server/http/schemas/comparison.ts';
import type { AblationResponse } from '../../../server/http/schemas/ablation.ts';
import type { ShownFactors } from '../../../server/http/schemas/factors.ts';
import type { CurvesResponse } from '../../../server/http/schemas/curves.ts';
import type { PairCurves } from '../../../server/http/schemas/pairs.ts';
import type { ProbeReport } from '../../../server/http/schemas/probe.ts';
import type { RunDiff } from '../../../server/http/schemas/run-diff.ts';
import type { RunDetail, RunList } from '../../../server/http/schemas/run.ts';
import type { StageRow } from '../../../server/http/schemas/stage.ts';
import type { SweepDetail, SweepList } from '../../../server/http/schemas/sweep.ts';
import type { Verdict } from '../../../server/http/schemas/verdict.ts';
import { cosweep } from '../../helpers/cosweep.ts';
import { seriousFaults } from './accessibility.ts';
import { describeInBrowser, openBrowser } from './chromium.ts';
import { serve, type Served } from './served.ts';
import { openPage, overflow, type WatchedPage } from './watched-page.ts';

const hostile = '<img src=x onerror="document.title=\'owned\'"><b>text</b>';

/**
 * Two arms and their control, and all three again with a learning rate that must diverge; three seeds. Small enough to
 * train while the test watches.
 */
const definition = {
  name: 'walk',
  description: `Does the phase help? ${hostile}`,
  method: 'grid',
  metric: { name: 'val/accuracy', goal: 'maximize' },
  parameters: {
    alpha: { value: 0.5 },
    beta: { values: [0.2, 0.45] },
    epsilon: { value: 0.02 },
    N: { value: 0.5, unit: 'fraction' },
  },
  ablations: ['noIntra', { name: 'tooHot', set: { 'training.optimizer.learningRate': 1e30 } }],
  seeds: 3,
  training: {
    dataset: { name: 'glyphs', train: 300, validation: 0.4 },
    model: { name: 'mlp', embedding: 8 },
    batchSize: 16,
    batches: 40,
    evalEvery: 10,
  },
};

/** A busy machine may need one second, the usual limit, for a single answer. */
const patient = { timeout: 90_000 };

describeInBrowser('the dashboard', () => {
  let folder: string;
  let server: Served;
  let base: string;
  let browser: Browser;
  let watched: WatchedPage;
  let page: Page;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'cosweep-web-'));
    writeFileSync(join(folder, 'walk.json'), JSON.stringify(definition, null, 2));
    server = await serve(folder, []);
    base = server.url;
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
    (await fetch(`${base}api/${path}`, { headers: server.auth })).json() as Promise<Body>;

  it('says how to start a sweep, then shows one that is started in a terminal without being loaded again', async () => {
    await page.goto('');
    await page.getByText('No sweeps yet').waitFor();
    expect(await page.locator('.message pre').innerText()).toContain('cosweep run sweeps/demo.json');
    await page.evaluate(() => void ((window as unknown as { kept: boolean }).kept = true));

    const run = cosweep(['run', 'walk.json', '--engine', 'wasm', '--workers', '1'], { cwd: folder });
    await page.getByRole('link', { name: 'walk', exact: true }).click();
    await page.getByRole('region', { name: 'Answer' }).waitFor();
    expect((await run).code).toBe(0);
    await page.locator('h1 .badge', { hasText: 'complete' }).waitFor();
    await page.getByRole('region', { name: 'Progress' }).waitFor({ state: 'detached' });
    expect(await page.evaluate(() => (window as unknown as { kept?: boolean }).kept)).toBe(true);
  });

  it('shows the answer first, then what it depends on, what diverged and why, and the definition as text', async () => {
    const answer = await api<Verdict>('sweeps/s1/verdict');
    const first = page.locator('.card').first();
    await first.getByText(answer.sentence).waitFor();
    expect(answer.sentence).toMatch(/^3 seeds: no p can be under 0.25. Largest: β0/);
    expect(await first.getByRole('button', { name: 'Train 12 seeds' }).isEnabled()).toBe(true);
    await page.getByRole('link', { name: 'Sweeps', exact: true }).first().click();
    await page.getByRole('row', { name: /walk/ }).getByText(answer.short).waitFor();
    await page.goBack();
    await first.getByText(answer.sentence).waitFor();
    const forest = first.getByRole('table');
    const rows = (await forest.getByRole('row').allInnerTexts()).slice(1).map((row) => row.split('\n'));
    const { overall, lines } = answer.forest;
    expect(rows.map((cells) => cells[0])).toEqual([overall!, ...lines].map(({ name }) => name));
    for (const { text, n } of lines) expect(rows.flat()).toEqual(expect.arrayContaining([text, String(n)]));
    const { slices } = await api<ShownFactors>('sweeps/s1/factors');
    const depends = page.getByRole('region', { name: 'What the difference depends on' });
    await depends.getByText(slices[0]!.contrast!).waitFor();
    expect(slices.map(({ factor, note }) => [factor, note])).toEqual([['beta', 'one setting of the others, 3 seeds']]);
    expect(await depends.innerText()).toContain('not estimable: this takes six seeds');
    const picture = depends.getByRole('img', { name: 'Difference to the control by β' });
    expect(await picture.getAttribute('aria-label')).toContain(`0.45: ${slices[0]!.levels[1]!.text}`);
    const failures = page.locator('.card', { has: page.getByRole('heading', { name: 'Failed and diverged' }) });
    expect(await failures.locator('tbody tr').count()).toBe(6);
    expect(await failures.locator('tbody tr').first().innerText()).toContain('not finite');
    expect(await page.locator('.lead').innerText()).toBe(definition.description);
    await page.getByText('Definition', { exact: true }).click();
    expect(await page.locator('pre.definition').innerText()).toBe(
      readFileSync(join(folder, 'walk.json'), 'utf8').trimEnd(),
    );
    expect(await page.locator('main img, main b').count()).toBe(0);
    expect(await page.title()).toBe('walk (s1) · Answer · Cosweep');
  });

  it('shows an arm: its difference seed by seed, beside its control, and what can be confirmed', async () => {
    const { forest } = await api<Verdict>('sweeps/s1/verdict');
    const { pairs } = await api<PairCurves>('sweeps/s1/pairs');
    const [line] = forest.lines;
    await page.goto('sweeps/s1');
    await page.getByRole('link', { name: line!.name, exact: true }).click();
    await page.waitForURL(`**/sweeps/s1/arms/${line!.arm}`);
    const card = page.locator('.card').first();
    await card.getByText(`${line!.text} points`).waitFor();
    await card.locator('tbody tr').first().waitFor();
    const own = pairs.filter(({ arm }) => arm === line!.arm);
    const shown = (await card.locator('tbody tr').allInnerTexts()).map((row) => row.split('\t'));
    expect(shown.map(([seed, , run, , control]) => [seed, run, control])).toEqual(
      own.map(({ seed, run, controlRun }) => [String(seed), run, controlRun]),
    );
    await page.getByRole('heading', { name: 'Beside its control' }).waitFor();
    const settings = page.getByRole('region', { name: 'Settings' });
    expect(await settings.locator('tbody').first().innerText()).toMatch(/^β\t0\.2\t0/);
    expect(await choice(page, 'Arm to confirm').inputValue()).toBe(String(line!.arm));
    await page.goto('sweeps/s1/arms/999');
    await page.getByText('Sweep s1 has no arm 999').waitFor();
  });

  it('explores: a range that is brushed is the filter, which Runs shares', async () => {
    await page.goto('sweeps/s1/explore');
    const axis = page.locator('.parallel-axis', { hasText: 'β' }).locator('.parallel-line');
    await axis.waitFor();
    expect(await page.locator('.parallel path').count()).toBe(15);
    const { x, y, width, height } = (await axis.boundingBox())!;
    await page.mouse.move(x + width / 2, y + 1);
    await page.mouse.down();
    await page.mouse.move(x + width / 2, y + height * 0.25, { steps: 4 });
    await page.mouse.up();
    const line = page.getByLabel('Filter of runs');
    await expect.poll(() => line.inputValue(), patient).toMatch(/^beta >= 0\.3\d* and beta <= 0\.4\d*$/);
    await page.getByText(/^\d+ runs of 15 pass\.$/).waitFor();
    await page.getByRole('link', { name: 'Runs', exact: true }).first().click();
    await page.waitForURL(/\/runs\?filter=beta/);
    await page.locator('table.runs tbody tr').first().waitFor();
    for (const row of await page.locator('table.runs tbody tr').allInnerTexts()) expect(row).toContain('β0.45');
    await page.goto('sweeps/s1');
  });

  it('follows keys: the list behind ?, tabs by number, up, and back to where a page was left', async () => {
    await page.goto('sweeps/s1');
    await page.locator('.forest').waitFor();
    await page.keyboard.press('?');
    const list = page.getByRole('dialog', { name: 'Keys' });
    expect(await list.locator('kbd').allInnerTexts()).toContain('?');
    await page.keyboard.press('2');
    expect(await list.isVisible()).toBe(true);
    await page.keyboard.press('Escape');
    expect(await list.isVisible()).toBe(false);
    await page.evaluate(() => scrollTo(0, 300));
    await page.keyboard.press('2');
    await page.waitForURL('**/sweeps/s1/runs');
    await page.waitForFunction(() => document.title.startsWith('walk (s1) · Runs'));
    await page.goBack();
    await page.waitForFunction(() => scrollY === 300);
    await page.keyboard.press('u');
    await page.waitForFunction(() => document.title === 'Sweeps · Cosweep');
    await page.goto('sweeps/s1');
  });

  it('shows the curves of chosen arms, and every choice is in the address', async () => {
    await page.getByRole('link', { name: 'Curves', exact: true }).click();
    const section = page.getByRole('region', { name: 'Chosen arms' });
    const { armList } = await api<SweepDetail>('sweeps/s1');
    const withPhase = armList.filter(({ control }) => !control);
    await section.locator('canvas').waitFor();
    const label = () => section.locator('canvas').first().getAttribute('aria-label');
    expect(await label()).toMatch(/^accuracy \(validation\) by batch, with and without the phase: /);
    await choice(page, 'Show').selectOption('difference');
    await choice(page, 'Horizontal axis').selectOption('switch');
    await choice(page, 'Band over seeds').selectOption('range');
    await expect.poll(label, patient).toContain('by batches since the phase began, with − without the phase');
    await section.getByLabel(withPhase[0]!.name, { exact: true }).uncheck();
    await expect.poll(label, patient).not.toContain(withPhase[0]!.name);
    expect(Object.fromEntries(new URL(page.url()).searchParams)).toMatchObject({
      view: 'difference',
      x: 'switch',
      band: 'range',
      arms: expect.not.stringMatching(/\b0\b/),
    });
    const shown = await label();
    const [chosen] = shown!.split(': ').at(-1)!.split(', ');
    const { index } = armList.find(({ name }) => name === chosen)!;
    const answer = await api<ArmCurves>(`sweeps/s1/curves?arms=${index}&x=switch&band=range`);
    const { difference } = answer.arms[0]!;
    const menu = section.locator('.picture-head .export');
    const csv = readFileSync(await exported(menu, 'CSV'), 'utf8').split('\n');
    const [end, last] = [difference!.x.at(-1)!, 100 * difference!.mean.at(-1)!];
    expect(csv.some((row) => row.endsWith(`,line,${end},${last},,,`))).toBe(true);
    await page.reload();
    await expect.poll(label, patient).toBe(shown);
    await page.goto('sweeps/s1');
  });

  it('compares: the answer, the final difference of every pair, and a pair with its switch batch', async () => {
    await page.getByRole('link', { name: 'Curves', exact: true }).click();
    const { picture, pairs } = await api<PairCurves>('sweeps/s1/pairs');
    await page.getByRole('heading', { name: picture!.title }).waitFor();
    expect(picture!.title).toContain('With 3 seeds no difference can be significant');

    const chart = page.locator('.picture canvas');
    await chart.waitFor(); // fails where there are several
    expect(await page.locator('.picture figcaption').allInnerTexts()).toEqual(['N = ½']);
    for (const group of picture!.panels[0]!.groups) {
      expect(await chart.getAttribute('aria-label')).toContain(
        `${group.label}: ${Number((group.finalMean! * 100).toPrecision(3))}`,
      );
    }
    expect(await inked(page, '.picture canvas')).toBeGreaterThan(500);

    const first = pairs.filter(({ arm }) => arm === 0);
    const rows = await page.getByRole('region', { name: 'Pair by pair' }).locator('tbody tr').allInnerTexts();
    expect(rows.map((row) => numbers(row)[1])).toEqual(
      first.map(({ difference }) => expect.closeTo(difference! * 100, 2)),
    );
    expect(rows.map((row) => row.split('\t')[2])).toEqual(first.map(({ run }) => run));

    await choice(page, 'Arm').selectOption('1');
    await choice(page, 'Seed').selectOption('1');
    await page.locator('canvas[aria-label*="seed 1"][aria-label*="switch batch 20"]').waitFor();
    const ofPairs = page.getByRole('region', { name: 'Pair by pair' }).locator('canvas');
    expect(await ofPairs.count()).toBe(1);
    expect(new URL(page.url()).search).toContain('pairSeed=1');

    // The choice stands beside the values that it decides. Whatever is chosen, the answer shows the last
    // evaluation.
    const values = page.getByRole('region', { name: 'Pair by pair' });
    await values.getByRole('combobox', { name: 'Value of a run' }).selectOption('best');
    const best = (await api<PairCurves>('sweeps/s1/pairs?at=best')).pairs.find(
      ({ arm, seed }) => arm === 1 && seed === 1,
    )!;
    await expect
      .poll(async () => numbers(await values.locator('tbody tr').innerText())[1], patient)
      .toBeCloseTo(best.difference! * 100, 2);
    expect(await page.locator('#answer').innerText()).toBe(picture!.title);

    await choice(page, 'Metric').selectOption('val/intraClassCosine');
    await page.locator('canvas[aria-label^="N = ½: val/intraClassCosine"]').waitFor();

    // From the page of a control, whose arm is in no pair.
    await page.goto(`runs/${first[0]!.controlRun}`);
    await page.getByRole('link', { name: 'Curves', exact: true }).click();
    await ofPairs.first().waitFor();
    expect(await choice(page, 'Arm').inputValue()).toBe('0');
  });

  it('exports the picture as SVG, PNG, PDF and CSV, for one column or two', async () => {
    await page.goto('sweeps/s1/compare'); // as links of older versions have it
    const title = await page.locator('#answer').innerText();
    const menu = page.locator('.picture > .picture-head .export');
    const svg = readFileSync(await exported(menu, 'SVG'), 'utf8');
    const drawn = await page.evaluate((text) => {
      const picture = new DOMParser().parseFromString(text, 'image/svg+xml');
      return {
        problem: picture.querySelector('parsererror')?.textContent ?? null,
        texts: [...picture.querySelectorAll('text')].map(({ textContent }) => textContent),
      };
    }, svg);
    expect(drawn.problem).toBe(null);
    expect(title.startsWith(drawn.texts[0]!)).toBe(true);
    expect(drawn.texts).toEqual(expect.arrayContaining(['same run', 'interval leaves zero for good']));
    const png = readFileSync(await exported(menu, 'PNG'));
    expect(png.subarray(1, 4).toString()).toBe('PNG');
    expect(png.readUInt32BE(16)).toBe(3 * 661);
    const pdf = readFileSync(await exported(menu, 'PDF', 'one column')).toString('latin1');
    expect(pdf).toContain(`/MediaBox [0 0 ${321 * 0.75} `);
    expect(pdf).toContain('/FontFile2');
    const { picture } = await api<PairCurves>('sweeps/s1/pairs');
    const group = picture!.panels[0]!.groups[0]!;
    const csv = readFileSync(await exported(menu, 'CSV'), 'utf8').split('\n');
    const last = picture!.scale * group.mean.at(-1)!;
    const end = `${picture!.panels[0]!.label},${group.label},line,${group.batches.at(-1)!},${last},,,`;
    expect(csv).toContain(end);
  });

  it('lists runs: sorted by a click, filtered, with the columns chosen', async () => {
    await page.getByRole('link', { name: 'Runs', exact: true }).click();
    await page.getByText('1 to 15 of 15').waitFor();
    const failures = page.getByLabel('Failures and divergences');
    expect(await failures.innerText()).toMatch(/6 diverged[^]*6 runs diverged at batch[^]*mostly [^]*not finite/);
    await page.getByRole('button', { name: 'accuracy (validation), last' }).click();
    await page.locator('th[aria-sort="ascending"]', { hasText: 'last' }).waitFor();
    await page.getByRole('button', { name: 'accuracy (validation), last' }).click();
    await page.locator('th[aria-sort="descending"]', { hasText: 'last' }).waitFor();
    const { items } = await api<RunList>('sweeps/s1/runs?sort=last:val/accuracy&order=desc');
    await expect
      .poll(() => page.locator('.runs tbody tr td:nth-child(2)').allInnerTexts(), patient)
      .toEqual(items.map(({ id }) => id));

    const line = page.getByRole('combobox', { name: 'Filter of runs' });
    await line.fill('divergd or failed');
    await line.press('Enter');
    await page.getByText('at character 1: found "divergd", wanted a word of runs — did you mean "diverged"?').waitFor();
    expect(watched.complaints.splice(0)).toEqual([expect.stringContaining('400')]);
    await line.fill('diverged and last(val/accuracy) < 1');
    await line.press('Enter');
    await page.getByText('No run passes this filter').waitFor();
    await failures.getByRole('button', { name: 'Show these runs' }).click();
    await page.getByText('1 to 6 of 6').waitFor();
    await page.locator('summary', { hasText: /^Columns/ }).click();
    await page.getByRole('checkbox', { name: 'Error', exact: true }).check();
    expect(await page.locator('.runs tbody tr').first().innerText()).toContain('not finite');
    await page.reload();
    await page.getByText('1 to 6 of 6').waitFor();
    // the filter goes along to the other pages of the sweep, and back
    await page.getByRole('link', { name: 'Table', exact: true }).click();
    await page.locator('.tabs a[aria-current]', { hasText: 'Table' }).waitFor();
    expect(new URL(page.url()).searchParams.get('filter')).toContain('run = "');
    await page.getByRole('link', { name: 'Runs', exact: true }).click();
    await page.getByText('1 to 6 of 6').waitFor();
    // to a run, and back to the runs
    await page.locator('.runs tbody a').first().click();
    await page.getByRole('heading', { name: 'Values', exact: true }).waitFor();
    await page.locator('.crumbs').getByRole('link', { name: 'Runs' }).click();
    await page.getByText('1 to 6 of 6').waitFor();
    await page.getByRole('button', { name: 'Clear the filter' }).click();
    await page.getByText('1 to 15 of 15').waitFor();
  });

  it('says what differs between two runs', async () => {
    await page.goto('sweeps/s1/runs?filter=complete');
    const [first, second] = (await api<RunList>('sweeps/s1/runs?filter=complete')).items;
    for (const { id } of [first!, second!])
      await page.getByRole('checkbox', { name: `Choose ${id}`, exact: true }).check();
    await page.getByRole('button', { name: 'Difference of two' }).click();
    const table = page.getByLabel('Difference of two runs');
    await table.waitFor();
    const { sections } = await api<RunDiff>(`runs/${first!.id}/diff?with=${second!.id}`);
    const differing = sections.flatMap(({ rows }) => rows.filter(({ differs }) => differs).map(({ name }) => name));
    expect(await table.locator('th[scope="row"]').allInnerTexts()).toEqual(differing);
    await page.getByRole('checkbox', { name: /that are the same/ }).check();
    await table.getByText('training.optimizer.learningRate').first().waitFor();
  });

  it('shows one run: its values, its confusion matrix at any evaluation, its configuration', async () => {
    await page.goto('sweeps/s1/runs');
    await page.getByRole('link', { name: 'r1', exact: true }).click();
    const run = await api<RunDetail>('runs/r1');
    await page.getByRole('heading', { name: `${run.arm!.name}, seed ${run.seed}` }).waitFor();
    const total = await page.locator('tr', { has: page.getByTitle('train/total', { exact: true }) }).innerText();
    expect(numbers(total)[0]).toBeCloseTo(run.metrics['train/total']!.last!, 3);
    expect(await page.locator('canvas[aria-label^="Terms of the loss"]').getAttribute('aria-label')).toContain(
      'switch batch 20',
    );
    await page.locator('canvas[aria-label^="Gradient norms"]').waitFor(); // it is drawn after the one above

    const open = page.waitForRequest((request) => request.url().includes('from=20') && !request.url().includes('to='));
    await page.getByLabel('From batch').fill('20');
    await page.getByLabel('From batch').press('Enter');
    await open;
    await page.getByRole('button', { name: 'All batches' }).click();
    expect(await page.getByLabel('From batch').inputValue()).toBe('');

    const cells = async (): Promise<number[]> =>
      (await page.locator('.confusion tbody td').allInnerTexts()).map(Number);
    await page.locator('.confusion').waitFor();
    expect(await cells()).toEqual(run.confusion!.counts.flat());
    expect(await page.locator('canvas[aria-label^="Projection"]').getAttribute('aria-label')).toContain('batch 40');
    await page.getByRole('slider', { name: 'Evaluation 5 of 5' }).fill('0');
    await page.getByRole('heading', { name: 'Confusion matrix at batch 0' }).waitFor();
    const early = await api<{ counts: number[][] }>('runs/r1/confusion?batch=0');
    await expect.poll(cells, patient).toEqual(early.counts.flat());
    expect(JSON.parse(await page.locator('pre.definition').innerText())).toEqual(run.config);
  });

  it('shows the ablation table with the numbers that the raw points give', async () => {
    await page.goto('sweeps/s1/table');
    await page.locator('.ablation').waitFor();
    const { table } = await api<AblationResponse>('sweeps/s1/ablation?format=page');
    const rows = await page.locator('.ablation tbody tr').all();
    expect(rows.length).toBe(table.body.length);
    expect(await page.locator('.note').isVisible()).toBe(false);
    await page.getByText('Note: what the numbers and marks mean').click();
    expect(await page.locator('.note').innerText()).toBe(table.note);
    expect(table.note).toMatch(/3 seeds/);

    const sweep = await api<SweepDetail>('sweeps/s1');
    for (const arm of sweep.armList.filter(({ ablation }) => ablation !== 'tooHot')) {
      const finals = await finalAccuracies(api, sweep, arm.index);
      const mean = finals.reduce((sum, value) => sum + value, 0) / finals.length;
      const sd = Math.sqrt(finals.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (finals.length - 1));
      const row = page.locator('.ablation tbody tr', {
        has: page.getByRole('rowheader', { name: arm.name, exact: true }),
      });
      const [, shownMean, shownSd] = /([\d.]+) ± ([\d.]+)/.exec(await row.innerText())!;
      const decimals = shownSd!.split('.')[1]?.length ?? 0;
      expect([arm.name, shownMean, shownSd]).toEqual([
        arm.name,
        (mean * 100).toFixed(decimals),
        (sd * 100).toFixed(decimals),
      ]);
    }

    // Controls stay first, whatever the lines are sorted by; the cell leads to its runs.
    const names = () => page.locator('.ablation tbody th').allInnerTexts();
    await page.getByRole('button', { name: 'mean ± sd' }).click();
    const [first] = await names();
    expect(sweep.armList.find(({ name }) => name === first)!.control).toBe(true);
    const means = (await page.locator('.ablation tbody .line-search td:nth-child(3)').allInnerTexts()).map(parseFloat);
    expect(means).toEqual([...means].sort((a, b) => b - a));
    await page.getByLabel('Rows with the text').fill('0.45');
    await expect.poll(names).toEqual(['β0.45', 'tooHot β0.45']);
    expect(await page.locator('.ablation tbody .line-search a').first().getAttribute('href')).toMatch(
      /^sweeps\/s1\/runs\?arm=\d$/,
    );
    await page.getByLabel('Rows with the text').fill('');

    await page.evaluate(() => {
      Object.assign(navigator.clipboard, { writeText: async (text: string) => void (document.title = text) });
    });
    await page.getByRole('button', { name: 'LaTeX' }).click();
    await page.getByText('Copied as LaTeX.').waitFor();
    expect(await page.title()).toContain('\\begin{tabular}');

    await page.setViewportSize({ width: 390, height: 844 });
    const place = async () => (await page.getByRole('columnheader', { name: 'difference' }).boundingBox())!;
    await expect.poll(async () => (await place()).x + (await place()).width).toBeLessThanOrEqual(390);
    await page.setViewportSize({ width: 1440, height: 900 });

    await choice(page, 'Rows').selectOption('beta');
    await page.locator('.ablation thead', { hasText: 'β' }).waitFor();
    expect(await page.locator('.ablation tbody th').allInnerTexts()).toEqual(expect.arrayContaining(['0.20', '0.45']));
    const latex = await page.getByRole('link', { name: 'LaTeX' }).getAttribute('href');
    expect(latex).toContain('rows=beta');
    expect(await (await fetch(new URL(latex!, base), { headers: server.auth })).text()).toContain('\\begin{tabular}');

    await page.locator('.menu summary').click();
    await page.locator('.menu').getByRole('checkbox').nth(1).check();
    await page.getByText('Metrics', { exact: true }).click();
    expect(new URL(page.url()).searchParams.get('metrics')!.split(',')).toHaveLength(2);
  });

  it('shows the stage tree: what was saved, every bar, and the runs that share it', async () => {
    await page.getByRole('link', { name: 'Training', exact: true }).click();
    await page.locator('.lanes').waitFor();
    const { rows } = await api<{ rows: { states: string[]; runs: string[] }[] }>('sweeps/s1/matrix');
    const cells = rows.flatMap(({ states, runs }) => runs.map((run, i) => `${run} ${states[i]}`));
    expect(
      await page
        .locator('.matrix td a')
        .evaluateAll((all) =>
          all.map(
            (cell) => `${cell.getAttribute('href')!.split('/').at(-1)} ${cell.getAttribute('title')!.split(': ')[1]}`,
          ),
        ),
    ).toEqual(cells);
    await page.getByLabel('Further values').fill('beta = 0.3');
    await page.getByRole('button', { name: 'What would it take?' }).click();
    await page.getByRole('button', { name: /^Train \d+ new runs$/ }).waitFor();
    const { stages } = await api<{ stages: StageRow[] }>('sweeps/s1/stages');
    const sum = (count: (stage: StageRow) => number): number =>
      stages.reduce((total, stage) => total + count(stage), 0);
    const [trained, batches] = [sum(({ from, batch }) => batch - from), sum(({ from, to }) => to - from)];
    expect(await page.locator('.saved').innerText()).toContain(`${(100 * (1 - batches / 600)).toFixed(1)} %`);
    expect(numbers(await page.locator('.saved p.numbers').last().innerText())).toEqual([trained, batches, 600]);

    const own = stages.filter(({ seed }) => seed === stages[0]!.seed);
    const bars = (list: StageRow[]): string[] =>
      list.map(({ from, to, runs }) => `${from} to ${to}, ${runs.length > 1 ? 'shared' : 'alone'}`).sort();
    const drawn = page.locator('.lanes .stage');
    expect(
      await drawn.evaluateAll((all) =>
        all
          .map((bar) => {
            const [, batches] = /batches (\d+ to \d+)/.exec(bar.getAttribute('title')!)!;
            return `${batches}, ${bar.classList.contains('stage-shared') ? 'shared' : 'alone'}`;
          })
          .sort(),
      ),
    ).toEqual(bars(own));
    const forks = page.locator('.lanes .stage:not(.stage-shared)');
    await forks.first().click();
    expect(await page.locator('.stage-path').count()).toBe(2);
    await page.locator('.stage-shared').first().click();
    expect(await page.locator('.stage-path').count()).toBe(1);
    expect(await page.locator('.stage-words a').allInnerTexts()).toEqual(own.find(({ runs }) => runs.length > 1)!.runs);
    await page.locator('summary', { hasText: 'Seed 1' }).click();
    await expect.poll(() => drawn.count(), patient).toBe(stages.filter(({ seed }) => seed < 2).length);
  });

  it('shows what the trunks say: the gradient ratio of every β, and what every ε does', async () => {
    await page.getByRole('link', { name: 'Probe', exact: true }).click();
    const { trunks, arms } = await api<ProbeReport>('sweeps/s1/probe');
    await page.getByText(`Of ${arms.length} arms with the intra-class phase`).waitFor();
    const trained = trunks.filter(({ seeds }) => seeds.length > 0);
    const ratios = await page
      .locator('canvas[aria-label^="Gradient ratio"]')
      .evaluateAll((all) => all.map((canvas) => canvas.getAttribute('aria-label')!));
    expect(
      ratios.map((label) =>
        [...label.matchAll(/N = (\d+), β = ([\d.]+): ([\d.e−]+)/g)].map((found) =>
          found.slice(1).map((digits) => Number(digits.replace('−', '-'))),
        ),
      ),
    ).toEqual(
      trained.map(({ candidates }) =>
        candidates.flatMap(({ N, ratios: own }) =>
          own.map(({ beta, ratio }) => [N, beta, Number(ratio!.mean.toPrecision(3))]),
        ),
      ),
    );
    const verdicts = { dead: /^dead/, live: /^always live/, between: /^live at times/ };
    const words = await page
      .locator('.card', { has: page.getByRole('heading', { name: /^Trunk/ }) })
      .locator('.findings tbody td:nth-child(3)')
      .allInnerTexts();
    expect(words).toEqual(
      trained.flatMap(({ candidates }) =>
        candidates.flatMap(({ epsilons }) => epsilons.map(({ verdict }) => expect.stringMatching(verdicts[verdict]))),
      ),
    );
    expect(words.length).toBeGreaterThan(0);
  });

  it('plans a pasted definition, names every mistake with its place, starts, cancels', async () => {
    await page.goto('new');
    const text = page.getByLabel('Definition (JSON)');
    await text.fill(JSON.stringify({ ...definition, metod: 'grid', seeds: 0 }));
    await page.getByRole('button', { name: 'Show the plan' }).click();
    await page.locator('.problems li').first().waitFor();
    const problems = await page.locator('.problems li').allInnerTexts();
    expect(problems.some((problem) => problem.includes('metod'))).toBe(true);
    expect(problems.some((problem) => problem.startsWith('seeds'))).toBe(true);
    expect(watched.complaints.splice(0).every((complaint) => complaint.includes('400'))).toBe(true);

    // A plan that arrives after the text was edited is not the plan of the text in the field.
    let release = (): void => {};
    const edited = new Promise<void>((resolve) => (release = resolve));
    await page.route('**/api/plan', async (route) => {
      await edited;
      await route.continue();
    });
    const late = page.waitForResponse('**/api/plan');
    await text.fill(JSON.stringify(definition));
    await page.getByRole('button', { name: 'Show the plan' }).click();
    await page.getByText('Checking …').waitFor();
    await text.fill(JSON.stringify({ ...definition, seeds: 4 }));
    release();
    await (await late).finished();
    await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => setTimeout(drawn, 100))));
    await page.unroute('**/api/plan');
    await page.getByText('Nothing checked yet').waitFor();
    expect(await page.getByRole('button', { name: 'Start the sweep' }).isDisabled()).toBe(true);

    await text.fill(
      JSON.stringify({
        ...definition,
        name: 'long',
        training: { ...definition.training, batches: 4000, evalEvery: 50 },
      }),
    );
    await page.getByRole('button', { name: 'Show the plan' }).click();
    await page.getByText('With so few seeds').waitFor();
    await choice(page, 'Engine').selectOption('wasm');
    await choice(page, 'Final weights to keep').selectOption('none');
    const sent = page.waitForRequest((request) => request.method() === 'POST' && request.url().endsWith('/api/sweeps'));
    await page.getByRole('button', { name: 'Start the sweep' }).click();
    expect((await sent).postDataJSON()).toMatchObject({ engine: 'wasm', keepWeights: 'none', probe: false });
    await page.locator('h1 .badge', { hasText: 'running' }).waitFor();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
    await page.locator('h1 .badge', { hasText: 'cancelled' }).waitFor();

    await page.getByRole('button', { name: 'Resume' }).click();
    await page.locator('h1 .badge', { hasText: 'running' }).waitFor();
    await page.getByRole('button', { name: 'Kill now' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Kill now' }).click();
    await page.locator('h1 .badge', { hasText: 'cancelled' }).waitFor();
    await page.getByRole('button', { name: 'Resume' }).waitFor();
  });

  it('probes a pasted definition: waits its turn, fills as trunks train, goes on with the whole sweep', async () => {
    await page.goto('sweeps/s2');
    await page.getByRole('button', { name: 'Resume' }).click();
    await page.locator('h1 .badge', { hasText: 'running' }).waitFor();
    await page.goto('new');
    await page.getByText('s2 long is being trained. One sweep trains at a time').waitFor();
    await page
      .getByLabel('Definition (JSON)')
      .fill(JSON.stringify({ ...definition, name: 'looked at', training: { ...definition.training, batches: 60 } }));
    expect(await page.getByRole('button', { name: 'Probe first' }).isDisabled()).toBe(true);
    await page.getByRole('button', { name: 'Show the plan' }).click();
    await choice(page, 'Engine').selectOption('wasm');
    await page.getByRole('button', { name: 'Probe first' }).click();
    await page.waitForURL(/\/probe$/);
    const id = /sweeps\/(s\d+)\/probe$/.exec(page.url())![1]!;
    await page.locator('.probe-standing').getByText('s2 long is being trained').waitFor();
    await page.getByRole('link', { name: 'Answer', exact: true }).click();
    await page.getByRole('region', { name: 'Progress' }).getByText('s2 long is being trained').waitFor();
    await page.getByRole('link', { name: 'Probe', exact: true }).click();
    expect(
      (
        await fetch(`${base}api/sweeps/s2/cancel`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', ...server.auth },
          body: '{}',
        })
      ).status,
    ).toBe(202);
    await page.getByRole('heading', { name: 'The trunks of 2 seeds are trained' }).waitFor();

    const { trunks } = await api<ProbeReport>(`sweeps/${id}/probe`);
    expect(trunks[0]!.seeds).toEqual([0, 1]);
    await page.getByRole('heading', { name: 'Trunk', exact: false }).first().waitFor();
    await page.locator('canvas[aria-label^="Gradient ratio"]').waitFor();
    expect(await api<SweepDetail>(`sweeps/${id}`)).toMatchObject({ state: 'interrupted', probeSeeds: 2 });

    await page.getByRole('button', { name: 'Train the whole sweep' }).click();
    await page.locator('h1 .badge', { hasText: 'complete' }).waitFor();
    await expect.poll(() => page.locator('.probe-standing').count(), patient).toBe(0);
    expect(await api<SweepDetail>(`sweeps/${id}`)).toMatchObject({
      state: 'complete',
      probeSeeds: null,
      counts: { waiting: 0 },
    });
  });

  it('confirms an arm of a complete sweep on fresh seeds: from its table to the sweep that confirms it', async () => {
    await page.goto('sweeps/s1/table');
    const form = page.getByRole('region', { name: 'Confirm an arm' });
    await form.getByText('With 12 seeds the smallest possible p is 0.00049.').waitFor();
    const { best, armList } = await api<SweepDetail>('sweeps/s1');
    const chosen = best.find(({ control }) => !control)!;
    expect(await choice(page, 'Arm to confirm').inputValue()).toBe(String(chosen.arm));
    expect(await choice(page, 'Arm to confirm').locator('option').allInnerTexts()).not.toContain(
      armList.find(({ control }) => control)!.name,
    );
    await form.getByLabel('Fresh seeds').fill('0');
    expect(await form.getByRole('button').isDisabled()).toBe(true);
    await form.getByLabel('Fresh seeds').fill('2');
    await form.getByText('Six seeds are the least').waitFor();
    await form.getByRole('button', { name: 'Confirm on fresh seeds' }).click();

    await page.getByRole('heading', { name: 'Confirms an arm of s1 on fresh seeds' }).waitFor();
    const id = /sweeps\/(s\d+)$/.exec(page.url())![1]!;
    await page.locator('h1 .badge', { hasText: 'complete' }).waitFor();
    expect(await api<SweepDetail>(`sweeps/${id}`)).toMatchObject({
      confirms: { sweep: 's1', arm: chosen.arm },
      seedList: [3, 4],
      counts: { complete: 4 },
    });
    await page.getByRole('link', { name: 'Table', exact: true }).click();
    await page.locator('.ablation').waitFor();
    expect(await page.getByRole('region', { name: 'Confirm an arm' }).count()).toBe(0);
    await page.goto('sweeps/s1');
    await page.getByRole('heading', { name: 'Sweeps on fresh seeds' }).waitFor();
    await page.getByText('fresh seeds: undecided').waitFor();
  });

  it('compares sweeps: selected in the list, one table with a column for each, and what each answers', async () => {
    await page.goto('');
    await page.getByRole('row', { name: /walk/ }).first().waitFor();
    const boxes = page.locator('tbody').getByRole('checkbox');
    const last = (await api<SweepList>('sweeps')).items.findIndex(({ id }) => id === 's1');
    await boxes.nth(0).check();
    await boxes.nth(last).check();
    await page.getByRole('link', { name: 'Compare', exact: true }).click();
    const chosen = new URL(page.url()).searchParams.get('sweeps')!;
    const { data, table } = await api<ComparisonResponse>(`comparison?sweeps=${chosen}&format=page`);
    const card = page.getByRole('region', { name: 'Table over the sweeps' });
    await card.getByText(table.caption).waitFor();
    const rows = (await card.locator('tbody tr').allInnerTexts()).map((row) => row.split('\t'));
    expect(rows.map(([label]) => label)).toEqual(data.lines.map(({ label }) => label));
    expect(rows.map((row) => row.map((cell) => cell === '–').slice(1, 3))).toEqual(
      data.lines.map(({ cells }) => cells.map((cell) => cell === null)),
    );
    // A sweep on fresh seeds has one arm and its control.
    expect(data.lines.filter(({ cells }) => !cells.includes(null))).toHaveLength(2);
    for (const [k, { id, label }] of data.sweeps.entries()) {
      const answer = page.getByRole('region', { name: `Answer of ${label}` });
      const { confirms } = await api<SweepDetail>(`sweeps/${id}`);
      if (confirms === null) await answer.getByText((await api<Verdict>(`sweeps/${id}/verdict`)).sentence).waitFor();
      else await answer.getByText('two-sided exact sign-flip test').first().waitFor();
      const filled = data.lines.findIndex(({ cells }) => cells[k] !== null);
      const link = card.locator('tbody tr').nth(filled).locator('td').nth(k).getByRole('link');
      expect(await link.getAttribute('href')).toContain(`sweeps/${id}/runs`);
    }
    const exported = await cosweep(['export', ...chosen.split(','), '--format', 'json'], { cwd: folder });
    expect(JSON.parse(exported.stdout)).toEqual(data);
    await page.getByRole('button', { name: 'Leave out s1' }).click();
    await page.getByText('Two sweeps or more are compared: add another.').waitFor();
    await page.getByLabel('Add a sweep').fill('s1');
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await card.locator('tbody tr').first().waitFor();
  });

  it('says what works on this machine', async () => {
    await page.getByRole('link', { name: 'Doctor' }).click();
    await page.getByRole('button', { name: 'Examine this machine' }).click();
    await page.getByRole('heading', { name: 'wasm ✓ works' }).waitFor();
    expect(await page.locator('main').innerText()).toContain(join(folder, 'cosweep.db'));
    expect(await page.getByRole('heading', { name: 'glyphs ✓ works' }).count()).toBe(1);
  });

  it('says so where a sweep, a run or a page is not there', async () => {
    await page.goto('sweeps/s99');
    await page.getByRole('alert').getByText('Cannot show sweep s99').waitFor();
    await page.goto('runs/r9999');
    await page.getByRole('alert').getByText('Cannot show run r9999').waitFor();
    await page.goto('else/where');
    await page.getByText('There is no such page').waitFor();
    expect(watched.complaints.splice(0).every((complaint) => complaint.includes('404'))).toBe(true);
  });

  it('loads a tab however many are hidden behind it; a tab that is seen again reads everything anew', async () => {
    const other = await openPage(browser, server);
    const show = (tab: Page, seen: boolean): Promise<void> =>
      tab.evaluate((hidden) => {
        Object.defineProperty(document, 'hidden', { configurable: true, value: hidden });
        document.dispatchEvent(new Event('visibilitychange'));
      }, !seen);
    const tabs = [other.page];
    // As many as a browser has connections to one server.
    for (let count = 1; count <= 6; count++) {
      const tab = tabs.at(-1)!;
      await tab.goto('sweeps/s1');
      await tab.locator('.live-live').waitFor();
      await show(tab, false);
      tabs.push(await other.page.context().newPage());
    }
    await tabs.at(-1)!.goto('sweeps/s1');
    await tabs.at(-1)!.locator('.live-live').waitFor();

    await tabs[0]!.getByRole('region', { name: 'Answer' }).waitFor();
    const anew = tabs[0]!.waitForRequest('**/api/sweeps/s1');
    await show(tabs[0]!, true);
    await anew;
    expect(other.complaints).toEqual([]);
    await other.page.context().close();
  });

  const places = [
    '',
    'new',
    'sweeps/s1',
    'sweeps/s1/runs',
    'sweeps/s1/curves',
    'sweeps/s1/explore',
    'sweeps/s1/table',
    'sweeps/s1/stages',
    'sweeps/s1/probe',
    'sweeps/s1/arms/0',
    'runs/r1',
    'compare?sweeps=s1,s2',
    'doctor',
    'else/where',
  ];

  it.each([
    ['390 px, dark', 390, 'dark', 'rgb(16, 21, 28)'],
    ['1920 px, light', 1920, 'light', 'rgb(244, 246, 249)'],
  ] as const)(
    'no page is wider than its window, and axe finds nothing serious: %s',
    async (_name, width, colorScheme, background) => {
      const other = await openPage(browser, server, { viewport: { width, height: 900 }, colorScheme });
      for (const place of places) {
        await other.page.goto(place);
        await other.page.locator('main :is(canvas, table, form, .card, .facts, .message-error)').first().waitFor();
        await other.page.waitForFunction(() => document.querySelector('.message-loading') === null);
        expect(await seriousFaults(other.page), place).toEqual([]);
        expect(await other.page.locator('h1').count(), place).toBe(1);
        await expect.poll(() => other.page.locator('.message-loading').count(), patient).toBe(0);
        expect([place, await overflow(other.page)]).toEqual([place, 0]);
        expect(await other.page.evaluate(() => getComputedStyle(document.body).backgroundColor)).toBe(background);
      }
      // The reader's choice goes before the system's, and stays.
      await other.page.getByRole('button', { name: /^Colours: auto/ }).click();
      if (colorScheme === 'light') await other.page.getByRole('button', { name: /^Colours: light/ }).click();
      await other.page.reload();
      await other.page.locator('h1').waitFor();
      expect(await other.page.evaluate(() => getComputedStyle(document.body).backgroundColor)).not.toBe(background);
      expect(other.complaints).toEqual([]);
      await other.page.context().close();
    },
  );

  it('works under a base path, from a link into the middle', async () => {
    const second = await serve(folder, ['--base-path', '/lab/cosweep']);
    const other = await openPage(browser, second);
    await other.page.goto('sweeps/s1/curves');
    await other.page.locator('.picture canvas').waitFor();
    await other.page.getByRole('link', { name: 'Answer' }).click();
    await other.page.locator('.live-live').waitFor();
    expect(new URL(other.page.url()).pathname).toBe('/lab/cosweep/sweeps/s1');
    expect(other.complaints).toEqual([]);
    await other.page.context().close();
    await second.stop();
  });
});

function choice(page: Page, name: string): Locator {
  return page.getByRole('combobox', { name, exact: true });
}

async function finalAccuracies(
  api: <Body>(path: string) => Promise<Body>,
  sweep: SweepDetail,
  arm: number,
): Promise<number[]> {
  const { items } = await api<RunList>(`sweeps/${sweep.id}/runs?arm=${arm}`);
  const { curves } = await api<CurvesResponse>(
    `curves?runs=${items.map(({ id }) => id).join(',')}&metric=val/accuracy&width=1000`,
  );
  return curves.map(({ values }) => values.at(-1)!);
}

/** The file that an export menu saves. */
async function exported(menu: Locator, format: string, width = 'two columns'): Promise<string> {
  await menu.locator('summary').click();
  await menu.getByLabel(width).check();
  const [file] = await Promise.all([
    menu.page().waitForEvent('download'),
    menu.getByRole('button', { name: format, exact: true }).click(),
  ]);
  await expect.poll(() => menu.getAttribute('open')).toBe(null);
  return file.path();
}

/** Pixels of a canvas that are neither transparent nor grey: what is drawn in the colours of the series. */
function inked(page: Page, selector: string): Promise<number> {
  return page
    .locator(selector)
    .first()
    .evaluate((canvas) => {
      const { width, height } = canvas as HTMLCanvasElement;
      const { data } = (canvas as HTMLCanvasElement).getContext('2d')!.getImageData(0, 0, width, height);
      let count = 0;
      for (let i = 0; i < data.length; i += 4) if (data[i + 3]! > 0 && Math.abs(data[i]! - data[i + 2]!) > 60) count++;
      return count;
    });
}

function numbers(text: string): number[] {
  return [...text.replaceAll('−', '-').matchAll(/(?<![\w.])[-+]?\d+(?:\.\d+)?/g)].map(([digits]) => Number(digits));
}
