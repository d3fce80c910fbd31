import { describe, expect, it } from 'vitest';
import { averageRanks } from '../../../server/report/compare/average-ranks.ts';
import { compareSweeps } from '../../../server/report/compare/compare-sweeps.ts';
import { comparisonToCsv } from '../../../server/report/formats/comparison-csv.ts';
import { comparisonToJson } from '../../../server/report/formats/comparison-json.ts';
import { toLatex } from '../../../server/report/formats/to-latex.ts';
import { toMarkdown } from '../../../server/report/formats/to-markdown.ts';
import { buildAblationTable } from '../../../server/report/table/ablation-table.ts';
import type { Arm } from '../../../server/sweep/arm.ts';
import type { Layer } from '../../../server/sweep/layers.ts';
import type { SweepResults } from '../../../server/sweep/results.ts';
import { UserError } from '../../../server/sweep/user-error.ts';
import { makeArm, makeControl, makeResults } from '../make-results.ts';
import { ownTraining } from '../../../server/sweep/settings.ts';

const SEEDS = 8;
const NOISE = [0, 0.004, -0.003, 0.002, -0.001, 0.003, -0.004, 0.001];
const EXTRA = [0.001, -0.001, 0.0005, 0, -0.0005, 0.001, 0.0002, -0.0008];

interface Given {
  id: string;
  name?: string;
  dataset?: 'glyphs' | 'mnist';
  batches?: number;
  /** β, N and the gain over the control of each arm. */
  arms: [beta: number, N: number, gain: number][];
}

function sweepOf({ id, name = id, dataset = 'glyphs', batches = 400, arms }: Given): SweepResults {
  const base = ownTraining(makeArm(0).training);
  const source = dataset === 'glyphs' ? base.dataset : { ...base.dataset, name: dataset };
  const training = { ...base, batches, dataset: source } as Arm['training'];
  const control = NOISE.map((noise) => 0.9 + noise);
  const results = makeResults(
    [
      makeControl(0, { training }),
      ...arms.map(([beta, N], k) => makeArm(k + 1, { beta, N, training, name: `β${beta} N${N}` })),
    ],
    [control, ...arms.map(([, , gain], k) => control.map((value, i) => value + gain + EXTRA[(i + k) % SEEDS]!))],
  );
  return { ...results, id, name };
}

/** The same with a network of layers. */
function withLayers(results: SweepResults, layers: readonly Layer[]): SweepResults {
  const arms = results.arms.map((arm): Arm => {
    const training = ownTraining(arm.training);
    return { ...arm, training: { ...training, model: { layers, embedding: 64, dropout: 0 } } };
  });
  return { ...results, arms };
}

const first = () =>
  sweepOf({
    id: 's3',
    name: 'small',
    arms: [
      [0.1, 100, 0.02],
      [0.1, 200, 0.01],
      [0.2, 100, -0.005],
      [0.2, 200, 0.001],
    ],
  });
const second = () =>
  sweepOf({
    id: 's7',
    name: 'large',
    dataset: 'mnist',
    arms: [
      [0.1, 100, 0.01],
      [0.2, 100, 0.015],
      [0.3, 100, 0.002],
    ],
  });

const lineOf = (comparison: ReturnType<typeof compareSweeps>, label: string) => {
  const line = comparison.lines.find((each) => each.label === label)!;
  return line.cells.map((row, k) => (row === null ? null : comparison.sweeps[k]!.table.rows[row]!));
};

describe('lines and columns', () => {
  it('matches arms by what varies within the sweeps, and leaves a dash where an arm was not run', () => {
    const comparison = compareSweeps([first(), second()]);
    expect(comparison.lines.map(({ label }) => label)).toEqual([
      'noIntra',
      'β0.1 N100',
      'β0.1 N200',
      'β0.2 N100',
      'β0.2 N200',
      'β0.3 N100',
    ]);
    const [here, there] = lineOf(comparison, 'β0.1 N100');
    expect(here!.mean).toBeCloseTo(0.9 + 0.02 + 0.00025 + 0.00005, 3);
    expect(there!.difference!.mean).toBeCloseTo(0.01 + EXTRA.reduce((sum, extra) => sum + extra, 0) / SEEDS, 12);
    expect(lineOf(comparison, 'β0.3 N100')[0]).toBeNull();
    expect(lineOf(comparison, 'β0.2 N200')[1]).toBeNull();
    expect(toMarkdown(comparison)).toContain('–: not run in that sweep.');
    expect(comparison.differing).toEqual([{ name: 'training.dataset.name', values: ['glyphs', 'mnist'] }]);
  });

  it('calls columns by a setting, with the id where two sweeps share its value', () => {
    const labels = (cols: string, ...all: SweepResults[]) =>
      compareSweeps(all, { cols }).sweeps.map(({ label }) => label);
    expect(labels('dataset', first(), second())).toEqual(['glyphs', 'mnist']);
    expect(labels('dataset', first(), { ...first(), id: 's9' })).toEqual(['glyphs (s3)', 'glyphs (s9)']);
    expect(labels('sweep', first(), second())).toEqual(['small', 'large']);
  });

  it('compares N as a share of the run where runs are of different lengths', () => {
    const short = sweepOf({
      id: 's1',
      arms: [
        [0.1, 100, 0.01],
        [0.1, 200, 0.02],
      ],
    });
    const long = sweepOf({
      id: 's2',
      batches: 4000,
      arms: [
        [0.1, 1000, 0.02],
        [0.1, 3000, 0.01],
      ],
    });
    const comparison = compareSweeps([short, long]);
    expect(comparison.lines.map(({ label }) => label)).toEqual(['noIntra', 'N/T=0.25', 'N/T=0.5', 'N/T=0.75']);
    expect(lineOf(comparison, 'N/T=0.25').map((row) => row!.n)).toEqual([SEEDS, SEEDS]);
    expect(toMarkdown(compareSweeps([short, long], { rows: 'N' }))).toMatch(/^\| 1\/4 \|/m);
  });

  it('averages a line of a parameter over the same settings in every sweep, within each seed', () => {
    const comparison = compareSweeps([first(), second()], { rows: 'beta' });
    const row = comparison.lines.findIndex(({ value }) => value === 0.1);
    const cells = comparison.lines[row]!.cells.map((cell, k) => comparison.sweeps[k]!.table.rows[cell!]!);
    // The second sweep has N = 100 alone, so the first one's arms at N = 200 are left out.
    expect(cells.map(({ arms }) => arms)).toEqual([[1], [1]]);
    expect(comparison.balance).toMatchObject({ isBalanced: true, leftOut: ['β0.1 N200', 'β0.2 N200'] });
  });
});

describe('one family over all sweeps', () => {
  it('multiplies the p of each sweep by the number of sweeps, and marks by that', () => {
    const all = [first(), second()];
    const comparison = compareSweeps(all);
    comparison.sweeps.forEach(({ table }, k) => {
      const alone = buildAblationTable(all[k]!).tables[0]!.rows;
      for (const row of table.rows) {
        const own = alone.find(({ name, ablation }) => (row.ablation ?? row.name) === (ablation ?? name))!;
        expect(row.mean).toBe(own.mean);
        expect(row.difference?.pMaxT ?? null).toBe(own.difference?.pMaxT ?? null);
        expect(row.difference?.shown ?? null).toBe(
          own.difference === null ? null : Math.min(1, 2 * own.difference.pMaxT!),
        );
      }
    });
    expect(comparison.family).toEqual({ differences: 7, sweeps: 2 });
    expect(comparison.note.join(' ')).toContain('corrected over one family of all 7 differences of 2 sweeps');
  });

  it('does not count a sweep that has not ended, and says so', () => {
    const unfinished = second();
    unfinished.runs = unfinished.runs.slice(0, -1);
    const comparison = compareSweeps([first(), unfinished]);
    expect(comparison.family).toEqual({ differences: 4, sweeps: 1 });
    expect(comparison.note.join(' ')).toContain('Not tested, since planned runs have not ended: large.');
    expect(lineOf(comparison, 'β0.1 N100')[1]!.difference).toMatchObject({ untested: 'unfinished', shown: null });
  });

  it('leaves p alone where nothing is to be corrected', () => {
    const { difference } = lineOf(compareSweeps([first(), second()], { correction: 'none' }), 'β0.1 N100')[0]!;
    expect(difference!.shown).toBe(difference!.p);
  });
});

describe('average ranks', () => {
  it('are over lines that every sweep has; equal values share theirs', () => {
    const values = [
      [0.9, 0.8],
      [0.95, 0.8],
      [0.7, null],
      [0.85, 0.9],
    ];
    expect(averageRanks(values, 'maximize')).toEqual([2.25, 1.75, null, 2]);
    expect(averageRanks(values, 'minimize')).toEqual([1.75, 2.25, null, 2]);
  });

  it('stand in a column, with a dash for a line that one sweep lacks', () => {
    const comparison = compareSweeps([first(), second()]);
    const ranks = Object.fromEntries(comparison.lines.map(({ label, averageRank }) => [label, averageRank]));
    // glyphs: 0.1, then the control, then 0.2; mnist: 0.2, 0.1, control.
    expect(ranks).toMatchObject({ 'β0.1 N100': 1.5, 'β0.2 N100': 2, noIntra: 2.5, 'β0.3 N100': null });
    expect(comparison.ranked).toBe(3);
  });
});

describe('formats', () => {
  it('has every cell in each of them', () => {
    const comparison = compareSweeps([first(), second()], { cols: 'dataset' });
    expect(toMarkdown(comparison)).toMatch(/^\| arm \| dataset glyphs \|/m);
    expect(toLatex(comparison)).toContain('\\multicolumn{2}{c}{dataset}');
    const csv = comparisonToCsv(comparison).trim().split('\n');
    expect(csv).toHaveLength(1 + 5 + 4);
    const { lines } = comparisonToJson(comparison);
    expect(lines.at(-1)!.cells[0]).toBeNull();
    expect(lines[1]!.cells[0]!.corrected).toBe(comparison.sweeps[0]!.table.rows[1]!.difference!.shown);
  });
});

describe('what cannot be compared', () => {
  const refuses = (wanted: RegExp, ...args: Parameters<typeof compareSweeps>) => {
    expect(() => compareSweeps(...args)).toThrow(UserError);
    expect(() => compareSweeps(...args)).toThrow(wanted);
  };
  it('is refused with what is wanted', () => {
    refuses(/found 1, wanted 2 to 20 sweeps/, [first()]);
    refuses(/found s3 twice/, [first(), first()]);
    refuses(/found "N", which has \d values in s3/, [first(), second()], { cols: 'N' });
    refuses(/found "bta", wanted arm, or a parameter/, [first(), second()], { rows: 'bta' });
    refuses(/cols: found "colour", which s3 does not have/, [first(), second()], { cols: 'colour' });
    const other = { ...second(), metric: { name: 'val/crossEntropy', goal: 'minimize' as const } };
    refuses(/s3 decides by val\/accuracy, s7 decides by val\/crossEntropy; wanted the metric/, [first(), other]);
  });
});

describe('networks of layers', () => {
  const base: Layer[] = ['flatten', { dense: 64, bias: true }, 'relu'];
  const of = (second: Layer[], options = {}) =>
    compareSweeps([withLayers(first(), base), withLayers({ ...first(), id: 's9', name: 'wide' }, second)], options);

  it('are said by what differs from the first of them', () => {
    const { differing, note } = of([...base, { dense: 32, bias: true }, 'relu']);
    const more = 'layers[– → 3] {"dense":32,"bias":true} for none, layers[– → 4] relu for none';
    expect(differing).toEqual([{ name: 'training.model.layers', values: ['3 layers', more] }]);
    expect(note).toContain(`The sweeps (small, wide) differ in: training.model.layers 3 layers, ${more}.`);
    expect(of(base.with(1, { dense: 65, bias: true })).differing[0]!.values[1]).toBe(
      'layers[1] {"dense":65,"bias":true} for {"dense":64,"bias":true}',
    );
    const many = Array.from({ length: 6 }, (): Layer => 'relu');
    expect(of([...base, ...many]).differing[0]!.values[1]).toMatch(/layers\[– → 6\] relu for none and 2 more$/);
  });

  it('are called so where they are the columns', () => {
    const { sweeps } = of(base.slice(0, 2), { cols: 'training.model.layers' });
    expect(sweeps.map(({ label }) => label)).toEqual(['3 layers', 'layers[2 → –] none for relu']);
  });
});
