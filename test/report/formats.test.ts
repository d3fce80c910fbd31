import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';
import { buildAblationTable } from '../../server/report/table/ablation-table.ts';
import type { AblationTable } from '../../server/report/table/table.ts';
import { toCsv } from '../../server/report/formats/to-csv.ts';
import { toHtml } from '../../server/report/formats/to-html.ts';
import { toJson } from '../../server/report/formats/to-json.ts';
import { toLatex } from '../../server/report/formats/to-latex.ts';
import { toLatexText } from '../../server/report/formats/latex-text.ts';
import { toMarkdown } from '../../server/report/formats/to-markdown.ts';
import { makeArm, makeResults } from './make-results.ts';
import { betaBySwitch, hostileSweep, measuredSweep, troubledSweep } from './sample-sweeps.ts';

const writers: Record<string, (table: AblationTable) => string> = {
  md: toMarkdown,
  csv: toCsv,
  html: toHtml,
  tex: toLatex,
  json: (table) => `${JSON.stringify(toJson(table), null, 2)}\n`,
};

const tables: Record<string, AblationTable> = {
  arms: buildAblationTable(betaBySwitch()),
  'beta-by-switch': buildAblationTable(betaBySwitch(), { rows: 'beta', cols: 'N' }),
  troubled: buildAblationTable(troubledSweep(), { ids: true }),
  'two-metrics': buildAblationTable(troubledSweep(), {
    metrics: ['val/accuracy', 'val/crossEntropy'],
    rows: 'epsilon',
    cols: 'N',
  }),
  hostile: buildAblationTable(hostileSweep()),
  measured: buildAblationTable(measuredSweep(), { rows: 'beta', cols: 'N' }),
};

/** Golden tables are files, looked at by a person before they were committed; `npx vitest -u` writes them anew. */
describe.each(Object.keys(tables))('table %s', (name) => {
  it.each(Object.keys(writers))('as %s', async (format) => {
    await expect(writers[format]!(tables[name]!)).toMatchFileSnapshot(`../fixtures/report/${name}.${format}`);
  });
});

it('a line or column of arms in which the parameter is not in force has a name too', () => {
  const updated = (index: number, centerUpdate: 'cumulative' | 'ema') => {
    const arm = makeArm(index, { controlIndex: null, swept: { 'loss.centerRate': 0.1 } });
    return { ...arm, loss: { ...arm.loss, centerUpdate } };
  };
  const results = makeResults([updated(0, 'cumulative'), updated(1, 'ema')], [[0.5], [0.6]]);
  expect(toMarkdown(buildAblationTable(results, { rows: 'loss.centerRate' }))).toMatch(/^\| – \| 50/m);
  expect(toMarkdown(buildAblationTable(results, { rows: 'beta', cols: 'loss.centerRate' }))).toMatch(
    /^\| β \| .* 0\.1 \| .* – \|$/m,
  );
});

describe('LaTeX', () => {
  it('is laid out as a paper has it, line for line', () => {
    expect(toLatex(tables['beta-by-switch']!)).toContain(String.raw`
\begin{tabular}{lccc} \toprule
& \multicolumn{3}{c}{Switch $N/T$} \\ \cmidrule(lr){2-4}
$\beta$ & $1/4$ & $1/2$ & $3/4$ \\ \midrule
0 (noIntra) & \multicolumn{3}{c}{$97.21 \pm 0.13$} \\ \addlinespace
0.10 & $96.99 \pm 0.21$ & $\mathbf{97.48 \pm 0.18}$ & $97.30 \pm 0.18$ \\
 & \scriptsize $-0.213\;[-0.288,-0.138]^*$ & \scriptsize $+0.273\;[0.188,0.358]^*$ & \scriptsize $+0.091\;[0.041,0.142]^*$ \\ \bottomrule \end{tabular}
`);
  });

  it('sets no ligature that the text does not have', () => {
    expect(toLatexText("--no-share a---b ``x'' ?`!` ,, -")).toBe("-{}-no-share a-{}-{}-b `{}`x'{}' ?{}`!{}` ,{}, -");
  });

  it('says all of the footnote in the caption', () => {
    const caption = /\\caption\{(.*)\}/.exec(toLatex(tables['beta-by-switch']!))![1]!;
    for (const part of [
      'made by hand',
      'val/accuracy',
      'n = 10 seeds',
      'paired by seed',
      '95 \\% interval',
      '$2^{10}$ patterns',
      'max-T',
      'Bold',
      'Training took',
      'SHA-256',
    ])
      expect(caption).toContain(part);
  });
});

describe('CSV', () => {
  it('reads back with every number in full', () => {
    const rows = parse(toCsv(tables['arms']!), { columns: true }) as Record<string, string>[];
    const expected = tables['arms']!.tables[0]!.rows;
    expect(rows).toHaveLength(4);
    rows.forEach((row, index) => {
      expect(Number(row['mean'])).toBe(expected[index]!.mean);
      expect(row['p_max_t'] === '' ? null : Number(row['p_max_t'])).toBe(expected[index]!.difference?.pMaxT ?? null);
    });
    expect(rows[0]!['note']).toBe(tables['arms']!.tables[0]!.note.join(' '));
  });

  it('has no cell that a spreadsheet takes for a formula, and keeps negative numbers numbers', () => {
    const rows = parse(toCsv(tables['hostile']!), { columns: true }) as Record<string, string>[];
    for (const cell of rows.flatMap((row) => Object.values(row)))
      expect(cell === '' || !/^[=+\-@\t\r\n]/.test(cell) || Number.isFinite(Number(cell))).toBe(true);
    expect(rows.map((row) => row['name'])).toEqual([
      '\'=HYPERLINK("http://evil","x")',
      "'+1+cmd|' /C calc'!A0",
      "'@SUM(A1)",
      "'-2+3",
      '<img src=x onerror=alert(1)>',
      '| a | `b` | [c](http://d) **e** $f$',
      '\\input{/etc/passwd} % & _ # ^ ~ é ß 中 α−β',
    ]);
    expect(Number(rows[3]!['difference_mean'])).toBeLessThan(0);
  });
});

describe('HTML and Markdown', () => {
  it('show names as text', () => {
    expect(toHtml(tables['hostile']!)).not.toMatch(/<(?!\/?(table|caption|thead|tbody|tr|th|td|strong|br|small|p)\b)/);
    const markdown = toMarkdown(tables['hostile']!);
    expect(markdown).toContain('\\| a \\| \\`b\\` \\| \\[c\\](http\\://d) \\*\\*e\\*\\* \\$f\\$');
    expect(markdown).not.toContain('<img');
    const widths = markdown
      .split('\n')
      .filter((line) => line.startsWith('| '))
      .map((line) => line.replaceAll('\\|', '').split('|').length);
    expect(new Set(widths).size).toBe(1);
  });
});

describe('JSON', () => {
  it('has the documented keys, and nothing that JSON cannot hold', () => {
    const json = JSON.parse(JSON.stringify(toJson(tables['arms']!)));
    expect(Object.keys(json)).toEqual([
      'sweepId',
      'name',
      'metric',
      'goal',
      'at',
      'baseline',
      'test',
      'correction',
      'dataHash',
      'trainedOn',
      'rows',
      'missing',
      'note',
    ]);
    const seeds = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
    expect(json.trainedOn).toEqual([
      { engine: 'wasm', device: 'CPU, 1 thread', versions: {}, bits: null, seeds: expect.arrayContaining(seeds) },
    ]);
    expect(json.rows[2]).toMatchObject({
      arm: 2,
      name: 'β0.1 N200',
      control: false,
      ablation: null,
      diverged: 0,
      params: { alpha: 0.5, beta: 0.1, gamma: 1, epsilon: 0.02, N: 200 },
      n: 10,
      best: true,
      difference: { control: 0, n: 10, p: 2 / 1024, pHolm: 6 / 1024, pMaxT: 2 / 1024 },
      batchesToTarget: { median: 400, reached: 10 },
    });
    expect(Object.keys(json.rows[2].difference)).toEqual([
      'control',
      'references',
      'n',
      'mean',
      'low',
      'high',
      'untested',
      'p',
      'pHolm',
      'pMaxT',
    ]);
    expect(json.rows[0].params).toEqual({ alpha: 0.5, beta: 0, gamma: 1, epsilon: null, N: null });
  });

  it('puts several metrics side by side', () => {
    const json = JSON.parse(JSON.stringify(toJson(tables['two-metrics']!)));
    expect(json.tables.map((each: { metric: string }) => each.metric)).toEqual(['val/accuracy', 'val/crossEntropy']);
    expect(Object.keys(json)).toEqual(['sweepId', 'name', 'at', 'baseline', 'dataHash', 'trainedOn', 'tables']);
  });
});
