import { expect, test } from 'vitest';
import {
  buildConfirmReport,
  metricsOfConfirmation,
  warnOfFewSeeds,
} from '../../server/report/confirm/confirm-report.ts';
import { confirmToText } from '../../server/report/confirm/confirm-text.ts';
import type { SweepResults } from '../../server/sweep/results.ts';
import { makeArm, makeControl, makeResults } from './make-results.ts';

const confirms = { sweep: 's1', arm: 4 };

/** The arm first, as the definition of a confirmation has it; final accuracies by seed. */
function results(arm: number[], control: number[], { test: images = 2000 } = {}): SweepResults {
  const made = makeResults([makeArm(0, { controlIndex: 1, name: 'β0.1' }), makeControl(1)], [arm, control], {
    id: 's7',
    name: 'study confirm β0.1',
  });
  for (const run of made.runs) {
    run.evaluated = { val: 9000, test: images };
    // The validation part says the opposite, so that whoever took it for the test part would be found out.
    if (images > 0)
      run.curves = {
        'test/accuracy': { batches: [400], values: [run.curves['val/accuracy']!.values.at(-1)!] },
        'val/accuracy': { batches: [400], values: [1 - run.curves['val/accuracy']!.values.at(-1)!] },
      };
  }
  return made;
}

const better = [0.92, 0.93, 0.91, 0.94, 0.92, 0.93];
const plain = [0.9, 0.92, 0.9, 0.92, 0.9, 0.92];

test('one paired test on the test part: mean, interval, p by hand', () => {
  const report = buildConfirmReport(results(better, plain), 'val/accuracy', confirms);
  expect(report).toMatchObject({
    sweepId: 's7',
    confirms,
    metric: 'test/accuracy',
    goal: 'maximize',
    part: 'test',
    images: 2000,
    seeds: [0, 1, 2, 3, 4, 5],
    missing: [],
    notes: [],
  });
  // Differences 0.02 0.01 0.01 0.02 0.02 0.01: mean 0.015, sd 0.005477; t(0.975, 5) = 2.5706; all on one side: 2 of 64
  // patterns.
  const { difference } = report;
  expect([difference!.n, difference!.better, difference!.p]).toEqual([6, 6, 2 / 64]);
  expect(difference!.mean).toBeCloseTo(0.015, 12);
  expect(difference!.sd).toBeCloseTo(Math.sqrt((6 * 0.005 ** 2) / 5), 12);
  expect(difference!.low).toBeCloseTo(0.015 - 2.5705818 * Math.sqrt((6 * 0.005 ** 2) / 5 / 6), 7);
  expect(report.smallestP).toBe(2 / 64);
  expect(report.arm).toMatchObject({ name: 'β0.1', n: 6, mean: expect.closeTo(0.925, 12) });
  expect(confirmToText(report)).toBe(
    [
      's7 study confirm β0.1: arm 4 of s1 on 6 fresh seeds (0 to 5)',
      'test/accuracy, test part of 2000 images',
      '  with the intra-class phase (β0.1): 92.5 ± 1.0 % (n = 6)',
      '  without (noIntra): 91.0 ± 1.1 % (n = 6)',
      '  difference +1.50 points [+0.93, +2.07], better on 6 of 6 seeds; p = 0.031 (the smallest possible); ' +
        'two-sided exact sign-flip test of the paired differences, all 2^6 patterns of signs; ' +
        "interval: Student's 95 %",
    ].join('\n'),
  );
});

test('without a test part the validation part, and it is said', () => {
  const report = buildConfirmReport(results(better, plain, { test: 0 }), 'val/accuracy', confirms);
  expect(report).toMatchObject({ metric: 'val/accuracy', part: 'validation', images: 9000, difference: { p: 2 / 64 } });
  expect(report.notes).toEqual([expect.stringContaining('no test part')]);
});

test('where it is better to be lower, better means lower', () => {
  const made = results(better, plain);
  for (const run of made.runs) run.curves['test/crossEntropy'] = run.curves['test/accuracy']!;
  expect(buildConfirmReport(made, 'val/crossEntropy', confirms)).toMatchObject({
    metric: 'test/crossEntropy',
    goal: 'minimize',
    difference: { better: 0, p: 2 / 64 },
  });
});

test('p is withheld where arm and control diverged on different numbers of seeds; they are missing', () => {
  const made = results(better, plain);
  made.runs.find(({ arm, seed }) => arm === 0 && seed === 2)!.state = 'diverged';
  const report = buildConfirmReport(made, 'val/accuracy', confirms);
  expect(report).toMatchObject({
    difference: { n: 5, p: null },
    arm: { n: 5, diverged: 1 },
    control: { n: 6, diverged: 0 },
    missing: [{ arm: 'β0.1', seed: 2, state: 'diverged' }],
  });
  expect(confirmToText(report)).toContain('p withheld');
  expect(report.notes.join()).toContain('1 runs of the arm and 0 of its control diverged');
});

test('too few seeds, a dead term, nothing complete yet', () => {
  const few = buildConfirmReport(results(better.slice(0, 3), plain.slice(0, 3)), 'val/accuracy', confirms);
  expect(few).toMatchObject({ difference: { n: 3, p: 0.25 }, smallestP: 0.25, notes: [warnOfFewSeeds(3)] });
  const dead = results(plain, plain);
  for (const run of dead.runs) run.intraDead = run.arm === 0;
  expect(buildConfirmReport(dead, 'val/accuracy', confirms)).toMatchObject({
    arm: { dead: 6 },
    difference: { mean: 0, p: 1, better: 0 },
  });
  const waiting = results(better, plain);
  for (const run of waiting.runs) Object.assign(run, { state: 'waiting', curves: {}, evaluated: null });
  const report = buildConfirmReport(waiting, 'val/accuracy', confirms);
  expect([report.difference, report.missing.length]).toEqual([null, 12]);
  expect(report.notes.join()).not.toContain('no test part');
  expect(confirmToText(report)).toContain('No pair is complete.');
});

test.each(['train/total', 'pairs/worst5', 'val/acc', 'accuracy'])('%s cannot be confirmed by', (metric) => {
  expect(() => metricsOfConfirmation(metric)).toThrow(
    /^Cannot confirm by .* wanted a metric of evaluations, such as val\/accuracy/,
  );
});
