import { describe, expect, it } from 'vitest';
import { buildAblationTable } from '../../server/report/table/ablation-table.ts';
import type { TableRow } from '../../server/report/table/table.ts';
import { Stream } from '../../server/sweep/random.ts';
import { toLatex } from '../../server/report/formats/to-latex.ts';
import { toMarkdown } from '../../server/report/formats/to-markdown.ts';
import { UserError } from '../../server/sweep/user-error.ts';
import { makeArm, makeControl, makeResults, makeRun, withFailures } from './make-results.ts';
import type { SweepResults } from '../../server/sweep/results.ts';
import { betaBySwitch, measuredSweep } from './sample-sweeps.ts';
import { slowMaxT } from './slow-max-t.ts';

const rowsOf = (...args: Parameters<typeof buildAblationTable>): TableRow[] =>
  buildAblationTable(...args).tables[0]!.rows;
const noteOf = (...args: Parameters<typeof buildAblationTable>): string =>
  buildAblationTable(...args).tables[0]!.note.join(' ');

describe('differences to the control', () => {
  // SciPy 1.17.1 on a = finals[arm], b = finals[0]: np.mean(a - b); scipy.stats.ttest_rel(a,
  // b).confidence_interval(0.95); and scipy.stats.permutation_test((a - b,), lambda x, axis: np.abs(np.mean(x,
  // axis=axis)), permutation_type='samples',
  //   n_resamples=np.inf, alternative='greater').pvalue
  it.each([
    [1, -0.00213, -0.002881125082218193, -0.0013788749177817818, 0.001953125],
    [2, 0.00273, 0.0018801557432110334, 0.003579844256788943, 0.001953125],
    [3, 0.000914999, 0.0004142489526391185, 0.001415749047360892, 0.001953125],
  ])('arm %d as SciPy', (arm, mean, low, high, p) => {
    const { difference, n } = rowsOf(betaBySwitch())[arm]!;
    expect(n).toBe(10);
    expect(difference!.control).toBe(0);
    expect(difference!.mean).toBeCloseTo(mean, 12);
    expect(difference!.low).toBeCloseTo(low, 12);
    expect(difference!.high).toBeCloseTo(high, 12);
    expect(difference!.p).toBe(p);
    expect(difference!.pHolm).toBe(3 * p);
    expect(difference!.pMaxT).toBe(p);
  });

  it('pairs by seed, whatever the order of the runs and whoever is missing', () => {
    const results = makeResults(
      [makeControl(0), makeArm(1)],
      [
        [0.9, 0.8, 0.7, 0.6],
        [null, 0.81, 0.72, 0.65],
      ],
    );
    results.runs.reverse();
    const [control, arm] = rowsOf(results);
    expect(control!.n).toBe(4);
    expect(control!.difference).toBeNull();
    expect(arm!.n).toBe(3);
    expect(arm!.difference).toMatchObject({ n: 3 });
    expect(arm!.difference!.mean).toBeCloseTo((0.01 + 0.02 + 0.05) / 3, 12);
    expect(buildAblationTable(results).tables[0]!.missing).toEqual([{ arm: 1, seed: 0, state: 'waiting' }]);
  });

  it('is to the baseline for every other arm where one is named, by index or name', () => {
    for (const baseline of [2, '2', 'β0.1 N200']) {
      const rows = rowsOf(betaBySwitch(), { baseline });
      expect(rows.map((row) => row.difference?.control ?? null)).toEqual([2, 2, null, 2]);
      // SciPy: scipy.stats.ttest_rel(finals[3], finals[2]).statistic = -4.210853569997851
      const { mean, low, high } = rows[3]!.difference!;
      expect(mean / ((high! - low!) / 2 / 2.262157162798205)).toBeCloseTo(-4.210853569997851, 9);
    }
  });

  it('has neither interval nor p for one seed, and nothing is bold', () => {
    const [control, arm] = rowsOf(makeResults([makeControl(0), makeArm(1)], [[0.9], [0.95]]));
    expect(control).toMatchObject({ n: 1, sd: null, best: false });
    expect(arm).toMatchObject({
      n: 1,
      sd: null,
      best: false,
      difference: { n: 1, low: null, high: null, untested: 'tooFew', p: null, pHolm: null, pMaxT: null },
    });
  });

  it('marks and bolds what differs, whatever a row has that is one pair so far', () => {
    const control = [0.9, 0.91, 0.9, 0.92, 0.9, 0.91];
    const better = control.map((value, seed) => value + 0.02 + seed / 1000);
    const results = makeResults(
      [makeControl(0), makeArm(1), makeArm(2)],
      [control, better, [0.95, null, null, null, null, null]],
    );
    const waiting = rowsOf(results).map((row) => row.difference);
    expect(waiting[1]).toMatchObject({ n: 6, untested: 'unfinished', p: null, pHolm: null, pMaxT: null });
    expect(noteOf(results)).toContain('Nothing is tested before every planned run has ended.');
    const [worse, best, begun] = rowsOf(withFailures(results));
    expect(best).toMatchObject({ best: true, difference: { p: 2 / 64, pHolm: 2 / 64, pMaxT: 2 / 64 } });
    expect(begun).toMatchObject({ best: false, difference: { n: 1, untested: 'tooFew', pMaxT: null } });
    expect(worse!.best).toBe(false);
  });

  it('multiplies every p by the looks, at most to 1, and says so and how the family grew', () => {
    const control = [0.9, 0.91, 0.9, 0.92, 0.9, 0.91, 0.9];
    const better = control.map((value, seed) => value + 0.02 + seed / 1000);
    const mixed = control.map((value, seed) => value + (seed % 2 === 0 ? 0.01 : -0.011));
    const results = makeResults([makeControl(0), makeArm(1), makeArm(2)], [control, better, mixed]);
    const once = rowsOf(results).map((row) => row.difference);
    const grown = { ...results, looks: 3, armsBefore: [2] };
    const again = rowsOf(grown).map((row) => row.difference);
    for (const test of ['p', 'pHolm', 'pMaxT'] as const) {
      expect(again[1]![test]).toBe(3 * once[1]![test]!);
      expect(once[2]![test]).toBeGreaterThan(1 / 3);
      expect(again[2]![test]).toBe(1);
    }
    expect(again[1]!.mean).toBe(once[1]!.mean);
    expect(noteOf(grown)).toContain('All p are corrected for 3 looks (p × 3).');
    expect(noteOf(grown)).toContain('Arms were added: family 1 → 2.');
    expect(noteOf(results)).not.toContain('look');
  });

  it('survives arms without any spread', () => {
    const [control, arm] = rowsOf(makeResults([makeControl(0), makeArm(1)], [Array(6).fill(0.5), Array(6).fill(0.75)]));
    expect(control).toMatchObject({ sd: 0, best: false });
    expect(arm).toMatchObject({
      sd: 0,
      best: true,
      difference: { mean: 0.25, low: 0.25, high: 0.25, p: 2 / 64, pMaxT: 2 / 64 },
    });
  });
});

describe('what may not count', () => {
  it('keeps diverged runs out of every mean, counts them, and withholds p where their numbers differ', () => {
    const results = makeResults(
      [makeControl(0), makeArm(1), makeArm(2)],
      [
        [0.9, 0.91, 0.92, 0.9, 0.91, 0.92, 0.9],
        [0.95, 0.5, 0.96, 0.95, 0.95, 0.96, 0.95],
        [0.93, 0.94, 0.95, 0.94, 0.96, 0.97, 0.93],
      ],
    );
    results.runs.find((run) => run.arm === 1 && run.seed === 1)!.state = 'diverged';
    const [, diverged, whole] = rowsOf(results);
    expect(diverged).toMatchObject({
      n: 6,
      diverged: 1,
      planned: 7,
      best: false,
      difference: { n: 6, untested: 'diverged', p: null, pHolm: null, pMaxT: null },
    });
    expect(diverged!.mean).toBeCloseTo(5.72 / 6, 12);
    expect(whole!.difference!.p).toBe(2 / 128);
    expect(buildAblationTable(results).tables[0]!.missing).toEqual([{ arm: 1, seed: 1, state: 'diverged' }]);
    expect(noteOf(results)).toContain('Missing of 21 runs: 1 diverged (in no mean).');
    expect(noteOf(results)).toContain('p is withheld');
  });

  it('tests again where both sides diverged on the same seeds, not on as many others', () => {
    const control = [0.9, 0.91, 0.92, 0.9, 0.91, 0.92, 0.9, 0.91];
    const better = control.map((value, seed) => value + 0.02 + seed / 1000);
    const divergedOn = (...seeds: [number, number]) => {
      const results = makeResults([makeControl(0), makeArm(1)], [control, better]);
      seeds.forEach((seed, arm) => {
        results.runs.find((run) => run.arm === arm && run.seed === seed)!.state = 'diverged';
      });
      return rowsOf(results)[1]!.difference;
    };
    expect(divergedOn(1, 1)).toMatchObject({ n: 7, untested: null, p: 2 / 128 });
    expect(divergedOn(1, 4)).toMatchObject({ n: 6, untested: 'diverged', p: null });
  });

  it('gives a row of a few near-equal seeds no p, and leaves the family as it is without that row', () => {
    const stream = new Stream(3, 'test');
    const control = Array.from({ length: 12 }, () => 0.9 + 0.01 * stream.normal());
    const arms = Array.from({ length: 5 }, (_, k) => control.map((value) => value + 0.004 * (k + stream.normal())));
    const short = control.map((value, seed) => (seed < 2 ? value + [0.1, 0.1005][seed]! : null));
    const table = (finals: (number | null)[][]) =>
      rowsOf(withFailures(makeResults([makeControl(0), ...finals.slice(1).map((_, k) => makeArm(k + 1))], finals)));
    const without = table([control, ...arms]);
    const with_ = table([control, ...arms, short]);
    expect(with_.slice(0, 6).map((row) => row.difference)).toEqual(without.map((row) => row.difference));
    expect(without.filter((row) => row.difference !== null && row.difference.pMaxT! < 0.05).length).toBeGreaterThan(1);
    expect(with_[6]!.difference).toMatchObject({ n: 2, untested: 'tooFew', pMaxT: null });
    expect(with_[6]!.difference!.low).not.toBeNull();
    const text = toMarkdown(
      buildAblationTable(
        withFailures(
          makeResults([makeControl(0), ...[...arms, short].map((_, k) => makeArm(k + 1))], [control, ...arms, short]),
        ),
      ),
    );
    expect(text).toContain('p –: n too small');
    expect(text).toContain('Not in the family: 1 row with an n too small for any p under 0.05.');
  });

  it('takes a run that ended at NaN as one without a value, not as its value before', () => {
    const results = makeResults(
      [makeControl(0), makeArm(1)],
      [
        [0.9, 0.91],
        [0.95, 0.96],
      ],
    );
    results.runs[2]!.curves['val/accuracy']!.values[4] = null;
    expect(rowsOf(results)[1]).toMatchObject({ n: 1, mean: 0.96 });
    expect(noteOf(results)).toContain('1 complete without a finite value');
  });

  it('names what is missing by cause', () => {
    const results = makeResults(
      [makeControl(0), makeArm(1)],
      [
        [0.9, 0.91, 0.92],
        [0.95, null, null],
      ],
    );
    results.runs.push(makeRun(1, 1, { state: 'failed' }), makeRun(1, 2, { state: 'cancelled' }));
    expect(noteOf(results)).toContain('Missing of 6 runs: 1 failed, 1 cancelled.');
  });

  it('is a table before anything has trained', () => {
    const rows = rowsOf({
      ...makeResults(
        [makeControl(0), makeArm(1)],
        [
          [null, null],
          [null, null],
        ],
      ),
    });
    expect(
      rows.map(({ n, mean, sd, best, difference, batchesToTarget }) => ({
        n,
        mean,
        sd,
        best,
        difference,
        batchesToTarget,
      })),
    ).toEqual(Array(2).fill({ n: 0, mean: null, sd: null, best: false, difference: null, batchesToTarget: null }));
  });
});

describe('bold', () => {
  const best = [0.95, 0.96, 0.97, 0.95, 0.96, 0.97, 0.95, 0.96];
  const worse = best.map((value) => value - 0.02);
  const like = best.map((value, seed) => value + (seed % 2 === 0 ? -0.011 : 0.01));
  const standing = (finals: (number | null)[][]) =>
    rowsOf(makeResults([makeControl(0), ...finals.slice(1).map((_, k) => makeArm(k + 1))], finals)).map((row) =>
      row.best ? 'best' : row.likeBest ? 'like' : '',
    );

  it('is the best mean alone; a dot marks what is tested against it and not shown to differ', () => {
    expect(standing([worse, best, like])).toEqual(['', 'best', 'like']);
    const results = makeResults([makeControl(0), makeArm(1), makeArm(2)], [worse, best, like]);
    const note = noteOf(results);
    expect(note).toContain('Bold: the best mean. ° not shown to differ from the best (same test), which was itself');
    expect(toMarkdown(buildAblationTable(results))).toMatch(/95\.8\d ± 1\.\d+°/);
    expect(toLatex(buildAblationTable(results))).toMatch(/\$95\.8\d \\pm 1\.\d+\^\{\\circ\}\$/);
  });

  it('is every mean that equals the best at twelve digits, whatever the last bits are', () => {
    const tie = best.map((value) => value + 1e-15);
    expect(standing([worse, best, tie])).toEqual(['', 'best', 'best']);
  });

  it('goes to rows with the largest n alone, and no dot to a row that could not be shown to differ', () => {
    const few = best.map((value, seed) => (seed < 5 ? value + 0.01 : null));
    const fewer = best.map((value, seed) => (seed < 7 ? value + 0.01 * (seed % 2 === 0 ? 1 : -1) : null));
    expect(standing([worse, best, few, fewer])).toEqual(['', 'best', '', 'like']);
    expect(standing([[0.9], [0.95]])).toEqual(['', '']);
  });

  it('and dots agree with the test of every difference to the best, one by one', () => {
    const stream = new Stream(5, 'test');
    const finals = Array.from({ length: 6 }, (_, k) => best.map((value) => value + 0.002 * k + 0.01 * stream.normal()));
    const marks = standing(finals);
    const means = finals.map((values) => values.reduce((sum, value) => sum + value, 0));
    const top = means.indexOf(Math.max(...means));
    const others = finals.map((_, k) => k).filter((k) => k !== top);
    const p = slowMaxT(others.map((k) => finals[k]!.map((value, seed) => value - finals[top]![seed]!)));
    expect(marks[top]).toBe('best');
    others.forEach((k, i) => expect([k, marks[k]]).toEqual([k, p[i]! < 0.05 ? '' : 'like']));
    expect(new Set(marks).size).toBeGreaterThan(1);
  });

  it('goes to the lowest mean of a metric to minimise, and to none where neither direction is better', () => {
    const results = makeResults(
      [makeControl(0), makeArm(1)],
      [
        [1, 2, 3, 4, 5, 6],
        [2, 3, 4, 5, 6, 7],
      ],
    );
    for (const run of results.runs)
      run.curves = {
        'val/crossEntropy': run.curves['val/accuracy']!,
        'train/learningRate': run.curves['val/accuracy']!,
      };
    expect(rowsOf(results, { metrics: ['val/crossEntropy'] }).map((row) => row.best)).toEqual([true, false]);
    expect(rowsOf(results, { metrics: ['train/learningRate'] }).map((row) => row.best)).toEqual([false, false]);
  });
});

describe('rows × columns', () => {
  it('averages over the arms of a cell within each seed first', () => {
    const arms = [
      makeControl(0, { alpha: 0.5 }),
      makeControl(1, { alpha: 0.9 }),
      makeArm(2, { alpha: 0.5, controlIndex: 0 }),
      makeArm(3, { alpha: 0.9, controlIndex: 1 }),
    ];
    const results = makeResults(arms, [
      [0.5, 0.6, 0.7],
      [0.9, 0.8, 0.9],
      [0.6, 0.8, 0.8],
      [0.92, 0.84, null],
    ]);
    const { matrix, tables } = buildAblationTable(results, { rows: 'β', cols: 'N' });
    expect(matrix).toEqual({
      balance: { averaged: ['alpha'], isBalanced: true, settings: 2, leftOut: [] },
      columns: [200],
      lines: [
        { value: 0, ablation: 'noIntra', cells: [{ row: 0, span: 1 }] },
        { value: 0.1, ablation: null, cells: [{ row: 1, span: 1 }] },
      ],
    });
    const [control, cell] = tables[0]!.rows;
    expect(control).toMatchObject({ arm: null, arms: [0, 1], n: 3 });
    expect(control!.mean).toBeCloseTo((0.7 + 0.7 + 0.8) / 3, 12);
    // Seed 2 has no run of arm 3: averaging the other alone would compare different mixtures.
    expect(cell).toMatchObject({
      arm: null,
      arms: [2, 3],
      n: 2,
      params: { alpha: null, beta: 0.1, N: 200 },
      difference: { control: null, n: 2 },
    });
    expect(cell!.mean).toBeCloseTo(((0.6 + 0.92) / 2 + (0.8 + 0.84) / 2) / 2, 12);
    expect(cell!.difference!.mean).toBeCloseTo(((0.1 + 0.02) / 2 + (0.2 + 0.04) / 2) / 2, 12);
  });

  it('gives controls that differ in the row parameter a line each, in the column parameter a cell each', () => {
    const arms = [
      makeControl(0, { alpha: 0.5 }),
      makeControl(1, { alpha: 0.9 }),
      makeArm(2, { alpha: 0.5, controlIndex: 0 }),
      makeArm(3, { alpha: 0.9, controlIndex: 1 }),
    ];
    const results = makeResults(arms, [[0.5], [0.9], [0.6], [0.92]]);
    expect(buildAblationTable(results, { rows: 'alpha', cols: 'N' }).matrix!.lines).toEqual([
      { value: 0.5, ablation: 'noIntra', cells: [{ row: 0, span: 1 }] },
      { value: 0.9, ablation: 'noIntra', cells: [{ row: 1, span: 1 }] },
      { value: 0.5, ablation: null, cells: [{ row: 2, span: 1 }] },
      { value: 0.9, ablation: null, cells: [{ row: 3, span: 1 }] },
    ]);
    expect(buildAblationTable(results, { rows: 'beta', cols: 'alpha' }).matrix!.lines[0]).toEqual({
      value: 0,
      ablation: 'noIntra',
      cells: [
        { row: 0, span: 1 },
        { row: 1, span: 1 },
      ],
    });
  });

  it('has a column for a value that only a control has', () => {
    const arms = [makeControl(0), makeArm(1), makeControl(2, { alpha: 0.7 })];
    const { matrix } = buildAblationTable(
      makeResults(
        arms,
        arms.map(() => [0.9, 0.8]),
      ),
      { rows: 'beta', cols: 'alpha' },
    );
    expect(matrix!.columns).toEqual([0.5, 0.7]);
    expect(matrix!.lines[0]).toEqual({
      value: 0,
      ablation: 'noIntra',
      cells: [
        { row: 0, span: 1 },
        { row: 1, span: 1 },
      ],
    });
    expect(matrix!.lines[1]!.cells).toEqual([
      { row: 2, span: 1 },
      { row: null, span: 1 },
    ]);
  });

  it('refuses parameters drawn at random, whose every value is its own row and column', () => {
    const arms = Array.from({ length: 120 }, (_, index) =>
      makeArm(index, { controlIndex: null, alpha: 0.5 + index / 1000, beta: 0.1 + index / 1000 }),
    );
    expect(() =>
      buildAblationTable(
        makeResults(
          arms,
          arms.map(() => [0.9]),
        ),
        { rows: 'alpha', cols: 'beta' },
      ),
    ).toThrow(
      'Cannot make the table: found 120 rows by alpha × 120 columns by beta, wanted at most 10000 cells; ' +
        'one row per arm has room for all',
    );
  });

  it('leaves a hole where no arm is, and sets other ablations below', () => {
    const arms = [
      makeControl(0),
      makeArm(1, { beta: 0.1, N: 100 }),
      makeArm(2, { beta: 0.2, N: 200 }),
      makeArm(3, { name: 'noWarmup', ablation: 'noWarmup', N: 0 }),
      makeArm(4, { name: 'crossEntropyOnly', ablation: 'crossEntropyOnly', alpha: 0, beta: 0, controlIndex: null }),
    ];
    const { matrix } = buildAblationTable(
      makeResults(
        arms,
        arms.map(() => [0.9, 0.8]),
      ),
      { rows: 'beta', cols: 'N' },
    );
    expect(matrix!.columns).toEqual([100, 200]);
    expect(
      matrix!.lines.map(({ value, ablation, cells }) => [
        value,
        ablation,
        cells.map(({ row, span }) => (row === null ? null : span)),
      ]),
    ).toEqual([
      [0, 'noIntra', [2]],
      [0.1, null, [1, null]],
      [0.2, null, [null, 1]],
      [0.1, 'noWarmup', [2]],
      [0, 'crossEntropyOnly', [2]],
    ]);
  });
});

describe('cells that average over other parameters', () => {
  const search = (points: [beta: number, alpha: number][]) =>
    points.map(([beta, alpha], k) => makeArm(k + 1, { name: `β${beta} α${alpha}`, beta, alpha }));
  const withControl = (arms: ReturnType<typeof search>, finals: number[][]) =>
    makeResults([makeControl(0), ...arms], [[0.9, 0.9], ...finals]);

  it('keep the settings that every cell has, and say which arms that leaves out', () => {
    const arms = search([
      [0.1, 0.5],
      [0.1, 0.7],
      [0.1, 0.9],
      [0.2, 0.5],
      [0.2, 0.7],
    ]);
    const finals = [0.91, 0.92, 0.99, 0.93, 0.94].map((value) => [value, value]);
    const table = buildAblationTable(withControl(arms, finals), { rows: 'beta' });
    const [, first, second] = table.tables[0]!.rows;
    expect([first!.arms, second!.arms]).toEqual([
      [1, 2],
      [4, 5],
    ]);
    expect(first!.mean).toBeCloseTo((0.91 + 0.92) / 2, 12);
    expect(second!.mean).toBeCloseTo((0.93 + 0.94) / 2, 12);
    expect(table.tables[0]!.note.join(' ')).toContain(
      'Cells average over 2 settings of α, within each seed. Left out, since other cells lack their settings: β0.1 α0.9.',
    );
  });

  it('are flagged where they cannot have the same settings: a line would differ by these too', () => {
    const arms = search([
      [0.1, 0.5],
      [0.2, 0.9],
    ]);
    const table = buildAblationTable(
      withControl(arms, [
        [0.91, 0.91],
        [0.99, 0.99],
      ]),
      { rows: 'beta' },
    );
    expect(table.tables[0]!.note.join(' ')).toContain(
      'Unbalanced: cells have different settings of α, so lines and columns differ by these too.',
    );
    expect(toMarkdown(table).match(/unbalanced/g)).toHaveLength(2);
  });

  it('are balanced by the arms that have a complete run', () => {
    const arms = search([
      [0.1, 0.5],
      [0.1, 0.9],
      [0.2, 0.5],
      [0.2, 0.9],
    ]);
    const results = withControl(
      arms,
      [0.91, 0.92, 0.93, 0.94].map((value) => [value, value]),
    );
    for (const run of results.runs) if (run.arm === 4) run.state = 'diverged';
    const [, first, second] = buildAblationTable(results, { rows: 'beta' }).tables[0]!.rows;
    expect([first!.arms, second!.arms]).toEqual([[1], [3]]);
  });
});

describe('an ablation with settings of its own', () => {
  const seeds = 8;
  const stream = new Stream(11, 'test');
  const noisy = (base: readonly number[], mean: number) => base.map((value) => value + mean + 0.002 * stream.normal());
  const control = Array.from({ length: seeds }, () => 0.9 + 0.01 * stream.normal());
  const [first, second] = [noisy(control, 0.02), noisy(control, 0.03)];
  const [ofFirst, ofBoth] = [noisy(first, -0.01), noisy(second, 0.004)];
  const own = (index: number, parents: number[]) =>
    makeArm(index, { name: `high rate ${index}`, ablation: 'high rate', parents });
  const results = () =>
    makeResults(
      [makeControl(0), makeArm(1, { name: 'one' }), makeArm(2, { name: 'two' }), own(3, [1]), own(4, [1, 2])],
      [control, first, second, ofFirst, ofBoth],
    );

  it('is compared with the arm that it was derived from, several by their mean within each seed', () => {
    const rows = rowsOf(results());
    const toBoth = ofBoth.map((value, seed) => value - (first[seed]! + second[seed]!) / 2);
    expect(rows[3]!.difference).toMatchObject({ control: 1, references: [1], n: seeds });
    expect(rows[3]!.difference!.mean).toBeCloseTo(meanOf(ofFirst.map((value, seed) => value - first[seed]!)), 12);
    expect(rows[4]!.difference).toMatchObject({ control: null, references: [1, 2], n: seeds });
    expect(rows[4]!.difference!.mean).toBeCloseTo(meanOf(toBoth), 12);
  });

  it('has a family of its own: neither family changes the other', () => {
    const rows = rowsOf(results());
    const differences = (values: readonly number[], of: readonly number[]) =>
      values.map((value, seed) => value - of[seed]!);
    const middle = first.map((value, seed) => (value + second[seed]!) / 2);
    const arms = slowMaxT([differences(first, control), differences(second, control)]);
    const ablations = slowMaxT([differences(ofFirst, first), differences(ofBoth, middle)]);
    expect(rows.map((row) => row.difference?.pMaxT ?? null)).toEqual([null, ...arms, ...ablations]);
    const without = rowsOf(
      makeResults([makeControl(0), makeArm(1, { name: 'one' }), makeArm(2, { name: 'two' })], [control, first, second]),
    );
    expect(rows.slice(1, 3).map((row) => row.difference)).toEqual(without.slice(1).map((row) => row.difference));
  });

  it('says in note and remarks what it is compared with', () => {
    const note = noteOf(results());
    expect(note).toContain('over the family of all differences of the sweep (2).');
    expect(note).toContain('Not compared with a control: high rate 3, high rate 4. Their differences are to the arm');
    expect(note).toContain('tested in a family of their own (2).');
    const text = toMarkdown(buildAblationTable(results()));
    expect(text).toContain('compared with one');
    expect(text).toContain('compared with the mean of 2 arms');
  });

  it('is compared with the baseline like every other arm where one is named', () => {
    const rows = rowsOf(results(), { baseline: 'one' });
    expect(rows.map((row) => row.difference?.references ?? null)).toEqual([[1], null, [1], [1], [1]]);
    expect(noteOf(results(), { baseline: 'one' })).toContain('all differences of the sweep (4)');
  });
});

describe('runs that say little', () => {
  const control = [0.9, 0.91, 0.9, 0.92, 0.9, 0.91];

  it('"term dead" lists wholly dead arms alone; one that is dead at times has its count in the remarks', () => {
    const results = makeResults(
      [makeControl(0), makeArm(1), makeArm(2)],
      [control, control, control.map((value, seed) => value + seed / 100)],
    );
    for (const run of results.runs) run.intraDead = run.arm === 1 || (run.arm === 2 && run.seed < 3);
    expect(noteOf(results)).toMatch(/Term dead \(.*\): arm1\./);
    expect(toMarkdown(buildAblationTable(results))).toContain('term dead in 3 of 6 runs');
  });

  it('a run at chance is counted beside its row, and stays in the mean', () => {
    const results = makeResults([makeControl(0), makeArm(1)], [control, [0.1, 0.1, 0.95, 0.95, 0.95, 0.95]]);
    for (const run of results.runs) {
      const share = run.arm === 1 && run.seed < 2 ? 0.1 : 0.95;
      run.confusion = Array.from({ length: 10 }, (_, k) =>
        Array.from({ length: 10 }, (__, l) => (k === l ? 100 * share : (100 * (1 - share)) / 9)),
      );
    }
    expect(rowsOf(results)[1]).toMatchObject({ collapsed: 2, n: 6 });
    expect(toMarkdown(buildAblationTable(results))).toContain('collapsed: 2 of 6');
    expect(noteOf(results)).toContain('Collapsed, at an accuracy that chance would give, and counted in means and');
  });
});

describe('what a reader may choose', () => {
  it('is the correction that p and marks go by', () => {
    const shown = (correction: 'maxT' | 'holm' | 'none') => {
      const table = buildAblationTable(betaBySwitch(), { correction });
      return { text: toMarkdown(table), rows: table.tables[0]!.rows.slice(1) };
    };
    expect(shown('holm').rows.map(({ difference }) => difference!.shown)).toEqual([3, 3, 3].map((k) => (k * 2) / 1024));
    expect(shown('holm').text).toContain("corrected by Holm's method");
    expect(shown('none').text).toContain('p (uncorrected)');
    expect(shown('none').text).toContain('not corrected for 3 rows');
  });

  it('is the number of digits of a half-width', () => {
    const text = (digits: number) => toMarkdown(buildAblationTable(betaBySwitch(), { digits }));
    expect(text(1)).toContain('+0.27 \\[0.19, 0.36\\]');
    expect(text(3)).toContain('+0.2730 \\[0.1880, 0.3580\\]');
    expect(() => text(0)).toThrow('found digits = 0, wanted 1 to 6');
  });
});

const meanOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

describe('the family', () => {
  it('counts an arm that never separated in ε once, and a dead one, being its control, not at all', () => {
    const control = [0.9, 0.91, 0.92, 0.9, 0.91, 0.92];
    const better = control.map((value, seed) => value + 0.01 + seed / 1000);
    const arms = [
      makeControl(0),
      makeArm(1, { name: 'ε0.01', epsilon: 0.01 }),
      makeArm(2, { name: 'ε0.02', epsilon: 0.02 }),
      makeArm(3, { name: 'ε2', epsilon: 2 }),
    ];
    const results = makeResults(arms, [control, better, better, control]);
    for (const run of results.runs.filter(({ arm }) => arm === 3)) run.intraDead = true;
    const [, first, second, dead] = rowsOf(results);
    expect(first!.difference).toMatchObject({ p: 2 / 64, pHolm: 2 / 64, pMaxT: 2 / 64 });
    expect(second).toMatchObject({ sameAs: 1, difference: { p: 2 / 64, pHolm: 2 / 64 } });
    expect(dead).toMatchObject({ dead: 6, sameAs: null, difference: { mean: 0, p: 1, pHolm: 1, pMaxT: 1 } });
    expect(noteOf(results)).toContain('over the family of all differences of the sweep (1).');
    expect(noteOf(results)).toContain(
      "Term dead (truncated term 0 from N to the end, so the runs are their controls'): ε2.",
    );
    expect(noteOf(results)).toContain(
      'Never separated from a neighbour in ε, one run, counted once: ε0.02 (as ε0.01).',
    );
  });

  it('does not take arms for the same that differ in a curve, or in another setting', () => {
    const results = makeResults(
      [
        makeControl(0),
        makeArm(1, { epsilon: 0.01 }),
        makeArm(2, { epsilon: 0.02 }),
        makeArm(3, { epsilon: 0.01, beta: 0.2 }),
      ],
      Array(4).fill([0.9, 0.91]),
    );
    results.runs.find((run) => run.arm === 2)!.curves['val/accuracy']!.values[3] = 0.7;
    expect(rowsOf(results).map((row) => row.sameAs)).toEqual([null, null, null, null]);
  });

  it.each([
    [5, 0.0625],
    [3, 0.25],
  ])('says with %d seeds the smallest value that can be reached', (seeds, least) => {
    const note = noteOf(makeResults([makeControl(0), makeArm(1)], [Array(seeds).fill(0.9), Array(seeds).fill(0.95)]));
    const shown = String(Number(least.toPrecision(2)));
    expect(note).toContain(`With ${seeds} seeds no p can be under ${shown}: no difference can be significant.`);
  });

  it('says so too where zero differences keep p from getting small', () => {
    const note = noteOf(
      makeResults([makeControl(0), makeArm(1)], [Array(8).fill(0.9), [0.95, 0.94, 0.95, 0.95, 0.9, 0.9, 0.9, 0.9]]),
    );
    expect(note).toContain(
      'With 8 seeds, at most 4 of them with a difference that is not zero, no p can be under 0.13: ' +
        'no difference can be significant.',
    );
  });
});

describe('beside the mean', () => {
  const curve = (values: number[]) => ({ batches: [0, 100, 200, 300, 400], values });
  const climbing = () =>
    makeResults(
      [makeControl(0), makeArm(1, { N: 100 })],
      [
        [0, 0, 0],
        [0, 0, 0],
      ],
    );
  const set = (results: ReturnType<typeof climbing>, arm: number, seed: number, values: number[]) => {
    results.runs.find((run) => run.arm === arm && run.seed === seed)!.curves['val/accuracy'] = curve(values);
  };

  it('counts batches to the median final value of the control, a run that never gets there as infinite', () => {
    const results = climbing();
    [0, 1, 2].forEach((seed) => set(results, 0, seed, [0.1, 0.5, 0.6, 0.7, 0.8 + seed / 100]));
    set(results, 1, 0, [0.1, 0.5, 0.82, 0.7, 0.7]);
    set(results, 1, 1, [0.1, 0.5, 0.6, 0.7, 0.81]);
    set(results, 1, 2, [0.1, 0.5, 0.6, 0.7, 0.8]);
    const [control, arm] = rowsOf(results);
    expect(control!.batchesToTarget).toEqual({ target: 0.81, median: 400, reached: 2 });
    expect(arm!.batchesToTarget).toEqual({ target: 0.81, median: 400, reached: 2 });
    expect(rowsOf(results, { target: 0.815 })[1]!.batchesToTarget).toEqual({ target: 0.815, median: null, reached: 1 });
    expect(rowsOf(results, { target: 0.5 })[1]!.batchesToTarget).toEqual({ target: 0.5, median: 100, reached: 3 });
    // As the table shows it: in percent.
    expect(rowsOf(results, { target: 50 })).toEqual(rowsOf(results, { target: 0.5 }));
    expect(noteOf(results, { target: 50 })).toContain('first evaluation at or above 50 % (');
    expect(noteOf(results)).toContain('first evaluation at or above 81 % (');
  });

  it('gives the paired mean over (N, end]', () => {
    const results = climbing();
    [0, 1, 2].forEach((seed) => {
      set(results, 0, seed, [0.1, 0.2, 0.3, 0.4, 0.5]);
      set(results, 1, seed, [0.1, 0.9, 0.4, 0.5 + seed / 10, 0.5]);
    });
    // (0.1 + 0.1 + 0)/3, (0.1 + 0.2 + 0)/3, (0.1 + 0.3 + 0)/3: the evaluation at N itself is still the same run
    expect(rowsOf(results)[1]!.afterSwitch!.mean).toBeCloseTo(0.1, 12);
    expect(rowsOf(results)[0]!.afterSwitch).toBeNull();
  });

  it('takes the best evaluation where asked, and says that it is optimistic', () => {
    const results = climbing();
    [0, 1, 2].forEach((seed) => {
      set(results, 0, seed, [0.1, 0.2, 0.3, 0.9, 0.5]);
      set(results, 1, seed, [0.1, 0.2, 0.3, 0.4, 0.5]);
    });
    expect(rowsOf(results, { at: 'best' })[0]!.mean).toBeCloseTo(0.9, 12);
    expect(noteOf(results, { at: 'best' })).toContain('a maximum over evaluations is optimistic');
    expect(noteOf(results)).not.toContain('optimistic');
  });

  it('measures worst pairs on the pairs that the controls of the other seeds confuse most', () => {
    const results = makeResults(
      [makeControl(0), makeArm(1)],
      [
        [0.9, 0.9],
        [0.9, 0.9],
      ],
    );
    // Four classes of 10 images: `errors[k]` of class k are taken for class k + 1.
    const confusion = (errors: number[]) =>
      errors.map((wrong, k) =>
        Array.from({ length: 4 }, (_, l) => (l === k ? 10 - wrong : l === (k + 1) % 4 ? wrong : 0)),
      );
    results.runs.forEach((run) => {
      run.confusion = confusion([0, 0, 0, 0]);
    });
    results.runs[0]!.confusion = confusion([8, 0, 0, 0]);
    results.runs[3]!.confusion = confusion([4, 2, 0, 0]);
    const rows = rowsOf(results, { metrics: ['pairs/worst5'] });
    // Of six pairs the five worst on seed 0's control are {0,1} and, by order, {0,2} {0,3} {1,2} {1,3}.
    expect(rows[1]!.mean).toBeCloseTo((0 + (4 / 20 + 2 / 20) / 5) / 2, 12);
    // Seed 0's control is measured on the pairs of seed 1's control, all without errors there, so in order: {0,1} is
    // among them.
    expect(rows[0]!.mean).toBeCloseTo((8 / 20 / 5 + 0) / 2, 12);
    expect(rowsOf(results).map((row) => row.worst5)).toEqual(rows.map((row) => row.mean));
  });
});

describe('the footnote', () => {
  it('says where stages are shared though the forks of a program are not exact', () => {
    const inexact = 'train/total at batch 20: 1 in one piece, 2 after a fork at batch 20';
    expect(noteOf({ ...betaBySwitch(), inexact })).toContain(
      `Stages are shared though the program's forks are not exact (${inexact}): runs are not the same as unshared;`,
    );
    expect(noteOf(betaBySwitch())).not.toContain('exact (');
  });

  it('says where machines of one class have trained different things', () => {
    const audit = 'stage g3 [0, 20), of class 0123456789ab: train/total at batch 2 is 1 on a, and 2 on b';
    expect(noteOf({ ...betaBySwitch(), audit })).toContain(
      `Machines that should compute the same bits do not: ${audit}. One of them may be faulty.`,
    );
    expect(noteOf(betaBySwitch())).not.toContain('faulty');
  });

  it('names engines where there are several, the training time, and the data', () => {
    const results = makeResults(
      [makeControl(0), makeArm(1)],
      [
        [0.9, 0.8],
        [0.9, 0.8],
      ],
    );
    results.runs[0]!.engine = 'tensorflow';
    results.seconds = 30;
    expect(noteOf(results)).toContain('Runs come from different engines: tensorflow, wasm.');
    expect(noteOf(results)).toContain('Training took 30 s in total.');
    expect(noteOf(results)).toContain('Data: SHA-256 abcdef0123456789.');
    expect(noteOf(results)).toContain(
      'mean ± standard deviation (n − 1) of val/accuracy in percent at the last evaluation; n = 2 seeds.',
    );
  });
});

describe('what training used, in the footnote', () => {
  const note = (change: Partial<SweepResults>) => noteOf({ ...measuredSweep(), ...change });

  it('is hours of an arm, in which shared stages count for each, and the whole, in which they count once', () => {
    // Ten runs of 60, 120, 180 and 240 s an arm, and 4,000 s in all.
    expect(note({})).toContain(
      'Training took 25 min an arm (10 min to 40 min), 67 min in all, with what is shared counted once; ' +
        '0.21 kWh in all by nvidia-smi.',
    );
  });

  it('says over how much of the time energy was measured, or that it was not', () => {
    const { usage } = measuredSweep();
    expect(note({ usage: { ...usage!, energy: { joules: 36_000, share: 0.6 } } })).toContain(
      'counted once; 10 Wh over 60 % of this time by nvidia-smi.',
    );
    expect(note({ usage: { ...usage!, energy: null } })).toContain('counted once; energy not measured.');
    expect(note({ usage: null })).toContain('Training took 67 min in total.');
    expect(note({ seconds: 0 })).not.toContain('Training took');
  });

  it('is energy of an arm too, where that of all their runs was measured', () => {
    const { runs } = measuredSweep();
    const measured = (share: number) =>
      runs.map((run) => ({ ...run, energy: { joules: 3600 * (run.arm + 1), share: run.seed === 3 ? share : 1 } }));
    // Ten runs of 1, 2, 3 and 4 Wh an arm.
    const of = '67 min in all, with what is shared counted once; ';
    expect(note({ runs: measured(0.97) })).toContain(`${of}25 Wh an arm (10 Wh to 40 Wh), 0.21 kWh in all by`);
    expect(note({ runs: measured(0.5) })).toContain(`${of}0.21 kWh in all by`);
    const some = measured(1).filter(({ arm, seed }) => arm < 2 || seed !== 3);
    expect(note({ runs: some })).toContain(`${of}15 Wh an arm (10 Wh to 20 Wh), 0.21 kWh in all by`);
  });

  it('is no mean of arms while some of their runs are missing', () => {
    const { runs } = measuredSweep();
    const without = (arms: number[]) => runs.filter(({ arm, seed }) => !arms.includes(arm) || seed !== 3);
    expect(note({ runs: without([3]) })).toContain('Training took 20 min an arm (10 min to 30 min), 67 min in all');
    expect(note({ runs: without([0, 1, 2, 3]) })).toContain('Training took 67 min in all, with');
  });
});

describe('classes of bits in the footnote', () => {
  const [first, second] = ['1', '2'].map((digit) => digit.repeat(64));
  const sweep = (bits: (arm: number, seed: number) => string | null) => {
    const values = [0.9, 0.8, 0.7];
    const results = makeResults([makeControl(0), makeArm(1)], [values, values]);
    for (const run of results.runs) run.bits = bits(run.arm, run.seed);
    return noteOf(results);
  };

  it('are named by their seeds where there are several', () => {
    expect(sweep((_, seed) => (seed === 2 ? second! : first!))).toContain(
      'Seeds come from 2 classes of bits, which round differently: seeds 0, 1 (signature 111111111111); ' +
        'seed 2 (signature 222222222222).',
    );
    expect(sweep((_, seed) => (seed === 0 ? null : first!))).toContain(
      'seed 0 (signature unknown); seeds 1, 2 (signature 111111111111).',
    );
  });

  it('are not spoken of where there is one, which may have several signatures: one for each network', () => {
    expect(sweep(() => null)).not.toContain('signature');
    expect(sweep((arm) => (arm === 0 ? first! : second!))).not.toContain('signature');
  });
});

describe('bad options', () => {
  it.each([
    [{ metrics: ['val/acuracy'] }, 'found "val/acuracy", wanted the name of a metric — did you mean "val/accuracy"?'],
    [
      { rows: 'betta' },
      'rows: found "betta", wanted a parameter of the sweep (alpha, beta, gamma, epsilon, N) — did you mean "beta"?',
    ],
    [{ rows: 'beta', cols: 'training.batchSize' }, 'cols: found "training.batchSize", wanted a parameter of the sweep'],
    [{ rows: 'beta', cols: 'β' }, 'found beta as rows and as columns'],
    [{ cols: 'N' }, 'found columns by N and one row per arm'],
    [
      { baseline: 'noIntr' },
      'found arm "noIntr", wanted the name of an arm or its index (0 to 3) — did you mean "noIntra"?',
    ],
    [{ baseline: 4 }, 'found arm "4", wanted the name of an arm or its index (0 to 3)'],
    [{ at: 'end' as 'last' }, 'found at = "end", wanted "last" or "best"'],
    [{ target: Number.NaN }, 'found target = NaN, wanted a finite number'],
    [{ target: 400 }, 'found target = 400 for val/accuracy, wanted a number above 0 and at most 1, or in percent'],
    [{ target: 0 }, 'found target = 0 for val/accuracy, wanted a number above 0 and at most 1, or in percent'],
    [
      { target: 40, metrics: ['val/macroF1'] },
      'found target = 40 for val/macroF1, wanted a number above 0 and at most 1',
    ],
    [{ target: 1, metrics: ['val/crossEntropy'] }, 'found a target for val/crossEntropy, wanted a metric to maximise'],
  ])('%j', (options, message) => {
    expect(() => buildAblationTable(betaBySwitch(), options)).toThrow(UserError);
    expect(() => buildAblationTable(betaBySwitch(), options)).toThrow(
      `Cannot make the table of sweep "made by hand": ${message}`,
    );
  });

  it('names metrics once, in the order given', () => {
    expect(
      buildAblationTable(betaBySwitch(), { metrics: ['val/macroF1', 'val/accuracy', 'val/macroF1'] }).tables.map(
        ({ metric }) => metric,
      ),
    ).toEqual(['val/macroF1', 'val/accuracy']);
  });
});
