import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { buildVerdict, type VerdictOptions } from '../../../server/report/verdict/build-verdict.ts';
import type { Attempt } from '../../../server/report/verdict/confirmations.ts';
import type { SweepResults } from '../../../server/sweep/results.ts';
import { Stream } from '../../../server/sweep/random.ts';
import { makeArm, makeControl, makeResults, makeRun, risingTo } from '../make-results.ts';

/** Accuracies of a control, and of arms that differ from it by a mean with noise of 0.001. */
function accuracies(means: readonly number[], seeds: number, base = 0.9): number[][] {
  const stream = new Stream(7, 'verdict');
  const control = Array.from({ length: seeds }, () => base + 0.01 * stream.uniform());
  return [control, ...means.map((mean) => control.map((value) => value + mean + 0.001 * stream.normal()))];
}

/** A control and one arm for each mean difference, with β of 0.1, 0.2, … */
function sweep(means: readonly number[], seeds = 12, settings: Partial<SweepResults> = {}): SweepResults {
  const arms = means.map((_, i) => makeArm(i + 1, { name: `β0.${i + 1}`, beta: (i + 1) / 10 }));
  return makeResults([makeControl(0), ...arms], accuracies(means, seeds), settings);
}

/** A confirmation of an arm with a mean difference on the test part. */
function confirmation(arm: number, mean: number, seeds = 12, change: Partial<SweepResults> = {}): Attempt {
  const values = accuracies([mean], seeds);
  const arms = [makeControl(0), makeArm(1)];
  const runs = values.flatMap((row, index) =>
    row.map((value, seed) =>
      makeRun(index, 100 + seed, {
        curves: { 'val/accuracy': risingTo(value - 0.05), 'test/accuracy': risingTo(value) },
        evaluated: { val: 1000, test: 10_000 },
      }),
    ),
  );
  const base = makeResults(arms, values);
  return { arm, results: { ...base, id: 's9', seeds: base.seeds.map((seed) => 100 + seed), runs, ...change } };
}

/**
 * The same sweep with the L2 of its trunks: 1 before the 50 batches that lead up to N = 200, in these 0.001 to 0.0059
 * in steps of 0.0001, of which the lowest tenth ends at 0.0015, and 1 again after.
 */
function withL2(results: SweepResults): SweepResults {
  const batches = Array.from({ length: 400 }, (_, batch) => batch);
  const values = batches.map((batch) => (batch < 150 || batch >= 200 ? 1 : 0.001 + 0.0001 * (199 - batch)));
  const curves = { 'train/intraClass': { batches, values } };
  return { ...results, runs: results.runs.map((run) => (run.arm === 0 ? { ...run, curves } : run)) };
}

const fixtures = JSON.parse(readFileSync(new URL('../../fixtures/verdicts.json', import.meta.url), 'utf8')) as Record<
  string,
  { case: string; sentence: string; short: string; next: string }
>;

/** One sweep for each row of the table of sentences, and for what changes a sentence within a row. */
const SWEEPS: Record<string, () => [SweepResults, VerdictOptions?]> = {
  'no run is complete': () => {
    const whole = sweep([0.01], 2, { state: 'running' });
    return [{ ...whole, runs: whole.runs.map((run) => ({ ...run, state: 'waiting' as const, curves: {} })) }];
  },
  'every run failed': () => {
    const whole = sweep([0.01], 2);
    return [{ ...whole, runs: whole.runs.map((run) => ({ ...run, state: 'failed' as const, curves: {} })) }];
  },
  'still training': () => {
    const whole = sweep([0.01, 0.02, 0.03], 12, { state: 'running' });
    // The arm that leads on four seeds alone does not lead: two seeds are there for all.
    const runs = whole.runs.filter(({ arm, seed }) => seed < 4 && (arm < 3 || seed < 2));
    return [{ ...whole, runs }];
  },
  'stopped before any pair': () => {
    const whole = sweep([0.01], 12, { state: 'interrupted' });
    return [{ ...whole, runs: whole.runs.filter(({ arm }) => arm === 0) }];
  },
  'no control': () => [
    makeResults(
      [makeArm(0, { controlIndex: null, name: 'β0.1' }), makeArm(1, { controlIndex: null, name: 'β0.2', beta: 0.2 })],
      accuracies([0.01], 6),
    ),
  ],
  'no pair: a setting diverges': () => {
    const whole = sweep([0.01, 0.02, 0.03], 6);
    const runs = whole.runs.map((run) => (run.arm > 0 ? { ...run, state: 'diverged' as const, curves: {} } : run));
    return [{ ...whole, runs }];
  },
  'the term was dead everywhere': () => {
    const whole = sweep([0, 0], 6);
    const control = whole.runs.filter(({ arm }) => arm === 0);
    const runs = whole.runs.map((run) =>
      run.arm === 0 ? run : { ...run, intraDead: true, curves: control[run.seed]!.curves },
    );
    return [{ ...whole, runs }, { readTrunks: () => withL2({ ...whole, runs }) }];
  },
  'one seed': () => [sweep([0.02, -0.01, 0.03, 0.01, 0.005, 0.015, 0.018, 0.02], 1)],
  'too few seeds': () => [sweep([0.02, 0.001], 4)],
  'no pair differs': () => {
    const whole = sweep([0.01], 2);
    const runs = whole.runs.map((run) => ({ ...run, curves: { 'val/accuracy': risingTo(0.9 + run.seed / 100) } }));
    return [{ ...whole, runs }];
  },
  'the largest is not comparable': () => {
    const whole = sweep([0.02], 12);
    const runs = whole.runs.map((run) =>
      run.arm === 1 && run.seed < 3 ? { ...run, state: 'diverged' as const, curves: {} } : run,
    );
    return [{ ...whole, runs }];
  },
  confirmed: () => [sweep([0.02, 0.004]), { attempts: [confirmation(1, 0.015)] }],
  'confirmed, and another not': () => [
    sweep([0.02, 0.015]),
    { attempts: [confirmation(1, 0.015), confirmation(2, 0.0001)] },
  ],
  'not confirmed': () => [sweep([0.02, 0.001]), { attempts: [confirmation(1, 0.0001)] }],
  contradicted: () => [sweep([0.02, 0.015]), { attempts: [confirmation(1, -0.01)] }],
  'ruled out': () => [sweep([0.02, 0.001]), { attempts: [confirmation(1, 0.0001)], smallestEffect: 0.5 }],
  'undecided: too few fresh seeds': () => [sweep([0.02, 0.001]), { attempts: [confirmation(1, 0.01, 4)] }],
  'confirmation on its way': () => {
    const attempt = confirmation(1, 0.01);
    const runs = attempt.results.runs.map((run) =>
      run.seed < 105 ? run : { ...run, state: 'waiting' as const, curves: {} },
    );
    return [sweep([0.02, 0.001]), { attempts: [{ ...attempt, results: { ...attempt.results, runs } }] }];
  },
  'it depends': () => [sweep([0.02, 0.01, -0.01, -0.02])],
  'better arms': () => [sweep([0.02, 0.01, 0.0001])],
  'a better arm, whose control is not the best': () => {
    const [control, arm] = accuracies([0.01], 12);
    const other = control!.map((value) => value + 0.05);
    return [makeResults([makeControl(0), makeArm(1), makeControl(2, { name: 'α0.9' })], [control!, arm!, other])];
  },
  'a better arm that is unstable': () => {
    const whole = sweep([0.02], 12);
    const runs = whole.runs.map((run) => (run.seed < 3 ? { ...run, state: 'diverged' as const, curves: {} } : run));
    return [{ ...whole, runs }];
  },
  'worse arms': () => [sweep([-0.02, -0.01, 0.0001])],
  'overall, but no arm': () => {
    const seeds = 12;
    const stream = new Stream(3, 'overall');
    const control = Array.from({ length: seeds }, () => 0.9);
    const arms = Array.from({ length: 20 }, () => control.map((value) => value + 0.004 + 0.01 * stream.normal()));
    const made = arms.map((_, i) => makeArm(i + 1, { beta: (i + 1) / 100 }));
    return [makeResults([makeControl(0), ...made], [control, ...arms])];
  },
  'nothing as large as what matters': () => [sweep([0.0001, 0.0003]), { smallestEffect: 1 }],
  'not shown': () => [sweep([0.0001, 0.0003])],
  'a metric to minimise': () => {
    const whole = sweep([-0.02, -0.01], 12, { metric: { name: 'val/crossEntropy', goal: 'minimize' } });
    const runs = whole.runs.map((run) => ({ ...run, curves: { 'val/crossEntropy': run.curves['val/accuracy']! } }));
    return [{ ...whole, runs }];
  },
  'another metric than the sweep’s own': () => {
    const whole = sweep([0.02, 0.001], 12, { metric: { name: 'val/macroF1', goal: 'maximize' } });
    return [whole, { metric: 'val/accuracy' }];
  },
};

describe('the sentence', () => {
  it.each(Object.keys(SWEEPS))('%s', (name) => {
    const [results, options] = SWEEPS[name]!();
    const { case: row, sentence, short, next } = buildVerdict(results, options);
    expect({ case: row, sentence, short, next: next.text }).toEqual(fixtures[name]);
  });

  it('has a fixture for every row of the table', () => {
    expect(Object.keys(fixtures)).toEqual(Object.keys(SWEEPS));
    expect(new Set(Object.values(fixtures).map((each) => each.case)).size).toBe(16);
  });
});

it('an ablation with settings of its own changes nothing of the answer', () => {
  const whole = sweep([0.02, 0.001]);
  const own = makeArm(3, { name: 'high rate', ablation: 'high rate', parents: [1] });
  const first = whole.runs.filter(({ arm }) => arm === 1);
  const runs = first.map((run) => ({
    ...run,
    arm: 3,
    curves: { 'val/accuracy': risingTo(run.curves['val/accuracy']!.values.at(-1)! + 0.05 + run.seed / 1000) },
  }));
  const with_ = buildVerdict({ ...whole, arms: [...whole.arms, own], runs: [...whole.runs, ...runs] });
  const { overall, ...rest } = buildVerdict(whole);
  expect(with_).toEqual({ ...rest, overall: { ...overall, leftOut: { ...overall!.leftOut, ablation: 1 } } });
});

describe('the forest', () => {
  it('has every arm on one scale, with the digits of its column, tests, failures and confirmations', () => {
    const whole = sweep([0.02, 0.0002], 12);
    const runs = whole.runs.map((run) =>
      run.arm === 2 && run.seed < 3 ? { ...run, state: 'diverged' as const, curves: {} } : run,
    );
    const { forest } = buildVerdict({ ...whole, runs }, { attempts: [confirmation(1, 0.0001)] });
    const [first, second] = forest.lines;
    expect([forest.unit, forest.better]).toEqual(['points', 'right']);
    expect(first).toMatchObject({ name: 'β0.1', n: 12, isSignificant: true, bad: null, p: '0.00049' });
    expect(first!.text).toMatch(/^\+2\.009 \[1\.\d{3}, 2\.\d{3}\]$/);
    expect(first!.together).toBeNull(); // it is the family alone: Student's interval is its own
    const [wide] = buildVerdict(sweep([0.02, 0.01, 0.03])).forest.lines;
    expect(wide!.together![0]).toBeLessThan(wide!.interval![0]);
    expect(first!.seeds).toHaveLength(12);
    expect(first!.confirmation).toMatchObject({ state: 'not confirmed', p: '0.63' });
    // p is withheld where an arm and its control failed on different seeds.
    expect(second).toMatchObject({ n: 9, isSignificant: false, p: null, confirmation: null });
    expect(second!.bad).toBe('3 of 12, control 0 (McNemar p = 0.25)');
    expect(forest.overall).toMatchObject({ arm: null, n: 9 });
  });

  it('tests nothing before the sweep is complete', () => {
    const whole = sweep([0.02], 12);
    const { forest } = buildVerdict({ ...whole, runs: whole.runs.filter(({ seed }) => seed < 8) });
    expect(forest.lines[0]).toMatchObject({ n: 8, p: null, isSignificant: false });
  });
});

describe('a confirmation', () => {
  it('counts several attempts at one arm as one, p times the attempts, on the union of their seeds', () => {
    const one = confirmation(1, 0.01);
    const other = confirmation(1, 0.01);
    const later = {
      ...other.results,
      id: 's10',
      seeds: other.results.seeds.map((seed) => seed + 100),
      runs: other.results.runs.map((run) => ({ ...run, seed: run.seed + 100 })),
    };
    const [single] = buildVerdict(sweep([0.02]), { attempts: [one] }).confirmations;
    const [both] = buildVerdict(sweep([0.02]), { attempts: [one, { arm: 1, results: later }] }).confirmations;
    expect(both).toMatchObject({ complete: 24, planned: 24, sweepIds: ['s9', 's10'] });
    expect(single).toMatchObject({ complete: 12, p: 2 / 4096 });
    expect(both!.p!).toBeCloseTo(2 / 100_001, 12);
  });

  it('is corrected by Holm where several arms of a sweep are confirmed', () => {
    const attempts = [confirmation(1, 0.01), confirmation(2, 0.01)];
    const { confirmations } = buildVerdict(sweep([0.02, 0.02]), { attempts });
    expect(confirmations.map(({ p }) => p)).toEqual([4 / 4096, 4 / 4096]);
  });
});
