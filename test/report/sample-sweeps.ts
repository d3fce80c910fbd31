import { readFileSync } from 'node:fs';
import type { Curve, SweepResults } from '../../server/sweep/results.ts';
import { makeArm, makeControl, makeResults, makeRun } from './make-results.ts';

/** Sweeps that several tests look at. */

/** The example of a table in a paper: noIntra, and β = 0.1 at N/T = 1/4, 1/2, 3/4, ten seeds. */
export function betaBySwitch(): SweepResults {
  const { finals } = JSON.parse(
    readFileSync(new URL('../fixtures/report/beta-by-switch-finals.json', import.meta.url), 'utf8'),
  ) as { finals: number[][] };
  return makeResults(
    [makeControl(0), ...[100, 200, 300].map((N, i) => makeArm(i + 1, { N, name: `β0.1 N${N}` }))],
    finals,
  );
}

/** The same with what it used: arms share the stage before the phase, which counts once in the total. */
export function measuredSweep(): SweepResults {
  const results = betaBySwitch();
  for (const run of results.runs) run.seconds = 60 * (run.arm + 1);
  return {
    ...results,
    seconds: 4000,
    usage: {
      seconds: 4000,
      processor: { seconds: 7000, peakMemory: 1.5e9, share: 1 },
      gpu: { use: 0.8, peakUse: 1, peakMemory: 4e9, share: 0.99 },
      energy: { joules: 756_000, share: 0.99 },
    },
  };
}

/** Everything that can go wrong at once: diverged, failed, dead, the same in ε, another engine, few images. */
export function troubledSweep(): SweepResults {
  const arms = [
    makeControl(0),
    makeArm(1, { name: 'ε0.01 N100', epsilon: 0.01, N: 100 }),
    makeArm(2, { name: 'ε0.02 N100', epsilon: 0.02, N: 100 }),
    makeArm(3, { name: 'ε0.5 N100', epsilon: 0.5, N: 100 }),
    makeArm(4, { name: 'ε0.01 N137', epsilon: 0.01, N: 137 }),
    makeArm(5, { name: 'crossEntropyOnly', ablation: 'crossEntropyOnly', alpha: 0, beta: 0, controlIndex: null }),
  ];
  const control = [0.91, 0.9, 0.92, 0.89, 0.905, 0.915];
  const finals = [
    control,
    control.map((value) => value + 0.02),
    control.map((value) => value + 0.02),
    control,
    [0.93, 0.92, 0.5, 0.9, null, null],
    control.map((value, i) => value - 0.03 + (i % 2) / 100),
  ];
  const results = makeResults(arms, finals);
  for (const run of results.runs) {
    run.curves['val/crossEntropy'] = lossOf(run.curves['val/accuracy']!);
    run.evaluated = { val: 1000, test: 0 };
    if (run.arm === 3) run.intraDead = true;
    if (run.arm === 5) run.engine = 'tensorflow';
  }
  results.runs.find((run) => run.arm === 4 && run.seed === 2)!.state = 'diverged';
  for (const seed of [4, 5])
    results.runs.push(makeRun(4, seed, { state: 'failed', error: 'the worker died', seconds: 3 }));
  return results;
}

function lossOf({ batches, values }: Curve): Curve {
  return { batches, values: values.map((value) => 2.5 * (1 - value!)) };
}

/** Names that a spreadsheet, a browser, a Markdown reader or LaTeX would take for more than text. */
export function hostileSweep(): SweepResults {
  const names = [
    '=HYPERLINK("http://evil","x")',
    "+1+cmd|' /C calc'!A0",
    '@SUM(A1)',
    '-2+3',
    '<img src=x onerror=alert(1)>',
    '| a | `b` | [c](http://d) **e** $f$',
    '\\input{/etc/passwd} % & _ # ^ ~ é ß 中 α−β',
  ];
  const arms = names.map((name, index) =>
    index === 0
      ? makeControl(0, { name, ablation: name })
      : makeArm(index, { name, beta: index / 10, swept: { 'training.model.name': `[${name}]` } }),
  );
  return makeResults(
    arms,
    names.map((_, index) => [0.9 - index / 1000, 0.91 - index / 1000]),
    { name: '</caption><script>alert(1)</script>\n\\end{table} \u001b[31m=1' },
  );
}
