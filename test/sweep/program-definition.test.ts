import { describe, expect, it } from 'vitest';
import { fillCommand, NullArgument, problemsOfTemplate } from '../../server/sweep/command-template.ts';
import { confirmDefinition } from '../../server/sweep/definition/confirm-definition.ts';
import { promoteDefinition } from '../../server/sweep/definition/promote-definition.ts';
import { parseDefinition, readDefinition } from '../../server/sweep/definition/parse-definition.ts';
import { planSweep } from '../../server/sweep/plan/plan-sweep.ts';
import { effectiveSettings, runKey } from '../../server/sweep/effective.ts';
import { shownParameters } from '../../server/sweep/shown-parameters.ts';
import type { ProgramTraining } from '../../server/sweep/settings.ts';

const PROGRAM = { command: ['python3', 'train.py'], files: ['*.py'], fork: true };

/** A definition of a program with the phase, and whatever else a test says. */
function written(more: object = {}, training: object = {}): Record<string, unknown> {
  return {
    name: 'theirs',
    parameters: { beta: { values: [0.1, 0.2] }, N: { values: [10, 20] } },
    training: { program: PROGRAM, batches: 40, evalEvery: 10, lr: 0.05, net: { width: 64 }, ...training },
    ...more,
  };
}

const plan = (definition: object) =>
  planSweep(readDefinition(JSON.stringify(definition), 'a test'), { batchesPerEpoch: () => NaN });

const problems = (definition: object): string[] =>
  (parseDefinition(JSON.stringify(definition)).problems ?? []).map(({ path, message }) => `${path}: ${message}`);

describe('the plan of a program', () => {
  it('has its declared parameters and no others, with the arms without the phase as controls', () => {
    const { arms, batches, batchesUnshared } = plan(written());
    expect(arms.map(({ name, control, controlIndex }) => [name, control, controlIndex])).toEqual([
      ['β0.1 N10', false, 4],
      ['β0.1 N20', false, 4],
      ['β0.2 N10', false, 4],
      ['β0.2 N20', false, 4],
      ['noIntra', true, null],
    ]);
    expect(shownParameters(arms[0]!)).toEqual({ beta: 0.1, N: 10 });
    expect(shownParameters(arms[4]!)).toEqual({ beta: 0, N: null });
    // One trunk of 40, and from its batches 10 and 20 two forks each.
    expect([batches, batchesUnshared]).toEqual([40 + 2 * 30 + 2 * 20, 200]);
  });

  it('shares nothing where the program cannot fork', () => {
    const { batches, stages } = plan(written({}, { program: { ...PROGRAM, fork: false } }));
    expect([batches, stages]).toEqual([200, 5]);
  });

  it('hands free keys over as they are, sweeps them by dotted name, and has keys of its own for each', () => {
    const definition = written({
      parameters: { 'training.lr': { values: [0.1, 0.2] }, 'training.net.width': { value: 8 } },
    });
    const { arms } = plan({ ...definition, control: { 'training.lr': 0.1 } });
    expect(arms.map(({ training }) => training)).toMatchObject([
      { lr: 0.1, net: { width: 8 }, batches: 40, evalEvery: 10 },
      { lr: 0.2, net: { width: 8 } },
    ]);
    expect(arms.map(({ control, controlIndex }) => [control, controlIndex])).toEqual([
      [true, null],
      [false, 0],
    ]);
    const keys = arms.map((arm) => runKey(effectiveSettings(arm), 0, 'data', 'program:1'));
    expect(new Set(keys).size).toBe(2);
  });

  it('is drawn at random from the program’s own keys, with the phase and without', () => {
    const rate = { 'training.lr': { distribution: 'log_uniform_values', min: 1e-4, max: 1 } };
    const width = { 'training.net.width': { distribution: 'int_uniform', min: 1, max: 64 } };
    const shift = { 'training.shift': { distribution: 'normal', mu: 0, sigma: 5 } };
    const random = { method: 'random', runCap: 20 };
    const own = plan(written({ ...random, parameters: { ...rate, ...width, ...shift } }, { shift: 0 })).arms;
    expect(own).toHaveLength(20);
    const drawn = own.map(
      ({ training }) => training as unknown as { lr: number; net: { width: number }; shift: number },
    );
    expect(drawn.every(({ lr, net }) => lr >= 1e-4 && lr <= 1 && Number.isInteger(net.width))).toBe(true);
    // A program's key has no bounds: nothing of the normal distribution is cut off.
    expect(drawn.some(({ shift }) => shift < 0) && drawn.some(({ shift }) => shift > 0)).toBe(true);
    const phase = { beta: { distribution: 'normal', mu: 0.1, sigma: 0.2 }, N: { values: [10, 20] } };
    const { arms, dropped } = plan(written({ ...random, parameters: phase, ablations: [] }));
    expect(arms).toHaveLength(20);
    expect(arms.every(({ beta }) => beta >= 0)).toBe(true);
    expect(dropped.find(({ constraint }) => constraint === 'beta in its range')!.count).toBeGreaterThan(0);
  });

  it('says the length in batches, or in epochs of a known length', () => {
    const { arms } = plan(written({}, { batches: undefined, evalEvery: undefined, epochs: 3, batchesPerEpoch: 7.5 }));
    expect(arms[0]!.training).toMatchObject({ batches: 23, evalEvery: 8, batchesPerEpoch: 7.5 });
  });

  it('has γ > α > β in force where all three are declared', () => {
    const values = { alpha: { values: [0.1, 0.5] }, beta: { value: 0.2 }, gamma: { value: 1 }, N: { value: 10 } };
    expect(plan(written({ parameters: values })).dropped).toEqual([{ constraint: 'gamma > alpha > beta', count: 1 }]);
    const { gamma: _, ...without } = values;
    expect(plan(written({ parameters: without })).dropped).toEqual([]);
  });

  it('takes another limit of time for the same computation', () => {
    const keyOf = (program: object) => {
      const [arm] = plan(written({}, { program: { ...PROGRAM, ...program } })).arms;
      return runKey(effectiveSettings(arm!), 0, 'data', 'program:1');
    };
    expect(keyOf({ timeout: '5m', grace: 9 })).toBe(keyOf({}));
    for (const other of [
      { gpus: 2 },
      { env: ['A'] },
      { names: { acc: 'val/accuracy' } },
      { metrics: 'stdout', fork: false },
    ])
      expect(keyOf(other)).not.toBe(keyOf({}));
  });

  it('reads lengths of time', () => {
    const [arm] = plan(written({}, { program: { ...PROGRAM, timeout: '1.5h', grace: 7 } })).arms;
    expect((arm!.training as ProgramTraining).program).toMatchObject({
      timeout: 5400,
      grace: 7,
      parameters: ['beta', 'N'],
    });
  });
});

describe('a confirmation of a program', () => {
  it('has the arm and its control on fresh seeds, by the phase or by what the controls have', () => {
    for (const definition of [
      written(),
      written({
        parameters: { 'training.lr': { values: [0.1, 0.2] }, 'training.net.width': { values: [8, 16] } },
        control: { 'training.lr': 0.1 },
      }),
    ]) {
      const { arms, metric } = plan(definition);
      const arm = arms.findLast(({ control }) => !control)!;
      const control = arms[arm.controlIndex!]!;
      const text = confirmDefinition({ sweep: 'theirs', arm, control, metric, seeds: [7, 8] });
      const made = plan(JSON.parse(text));
      expect(made.seeds).toEqual([7, 8]);
      expect(made.arms.map(effectiveSettings)).toEqual([arm, control].map(effectiveSettings));
      expect(made.arms[0]!.controlIndex).toBe(1);
    }
  });
});

it('tells every mistake of a program’s definition at its place', () => {
  expect(problems(written({ parameters: { N: { value: 10 }, epsilon: { value: 0.1 } } }))).toEqual([
    'parameters.N: found N without beta, wanted both or neither: N says something of the term that beta weighs',
    'parameters.epsilon: found epsilon without beta, wanted both or neither: epsilon says something of the term that beta weighs',
  ]);
  expect(
    problems(written({ parameters: { beta: { value: 0.1 }, N: { value: 10 }, 'training.lrr': { value: 1 } } })),
  ).toEqual(['parameters["training.lrr"]: unknown key — did you mean "training.lr"?']);
  expect(problems(written({ parameters: { 'training.program.fork': { value: true } } }))).toEqual([
    'parameters["training.program.fork"]: unknown key, wanted a key of training beside program: all arms have one program',
  ]);
  expect(problems(written({ control: { beta: 0.1 } }))).toEqual([
    'control: found a control beside beta, wanted one of them: the arms with β = 0 are the controls',
  ]);
  expect(problems(written({ ablations: ['crossEntropyOnly'] }))).toEqual([
    'ablations[0]: found an ablation that sets alpha, wanted one of what this definition declares: a program has nothing else',
  ]);
  expect(problems(written({}, { batches: undefined }))).toEqual([
    'training: found neither batches nor epochs, wanted one of them',
  ]);
  expect(problems(written({}, { program: { ...PROGRAM, data: ['a'], dataVersion: '1' } }))).toEqual([
    'training.program.dataVersion: found a dataVersion beside data, wanted one of them',
  ]);
  expect(
    problems(written({}, { program: { ...PROGRAM, command: ['python3', ['--lr', '{training.lrr}'], '{gamma}'] } })),
  ).toEqual([
    'training.program.command[1][1]: found {training.lrr} — did you mean "training.lr"?',
    expect.stringMatching(/^training\.program\.command\[2\]: found \{gamma\}, wanted one of seed, beta, N, /),
  ]);
  expect(problems(written({}, { program: { ...PROGRAM, timeout: 'soon' } }))).toEqual([
    'training.program.timeout: found "soon", wanted a number of seconds > 0, or a text such as "90s", "10m" or "2h"',
  ]);
});

it('refuses a control that no arm has, and a program that only prints but is to fork', () => {
  const lr = { parameters: { 'training.lr': { values: [0.1, 0.2] } } };
  expect(() => plan(written({ ...lr, control: { 'training.lr': 0.3 } }))).toThrow();
  expect(problems(written({}, { program: { ...PROGRAM, metrics: 'stdout' } }))).toEqual([
    'training.program.fork: found true with metrics "stdout", wanted metrics "file": it has to report in out.jsonl for that',
  ]);
});

it('promotes arms that are compared with several controls, and none of them becomes one', () => {
  const definition = written({
    parameters: { 'training.lr': { values: [0.05, 0.1] }, 'training.net.width': { values: [8, 16] } },
    control: { 'training.lr': 0.05, 'training.net.width': 8 },
  });
  const { arms, metric } = plan(definition);
  const chosen = arms.filter(({ control }) => !control);
  const controls = chosen.map(({ controlIndex }) => arms[controlIndex!]!);
  const made = plan(JSON.parse(promoteDefinition({ sweep: 'theirs', arms: chosen, controls, metric, seeds: [7] })));
  expect(made.arms.filter(({ control }) => control)).toHaveLength(1);
  const promoted = made.arms.filter(({ control }) => !control).map(effectiveSettings);
  expect(promoted).toHaveLength(3);
  expect(promoted).toEqual(expect.arrayContaining(chosen.map(effectiveSettings)));
});

it('refuses an argument without a text for a value that is null, naming arm and argument', () => {
  const command = ['python3', 'train.py', '--N={N}'];
  expect(() => plan(written({}, { program: { ...PROGRAM, fork: false, command } }))).toThrow(
    /training\.program\.command: found the argument "--N=\{N\}", in which N is null in the arm noIntra/,
  );
});

describe('the arguments of a command', () => {
  const values = {
    seed: 3,
    parameters: { beta: 0.2, N: null },
    loss: { s: 30 },
    training: { lr: 1e-4, net: { widths: [8, 16] }, name: 'a b; rm' },
  };

  it('have values in their places, and a list is left out whole where one of them is null', () => {
    const command = [
      'x',
      '--seed={seed}',
      ['--N', '{N}'],
      ['--beta', '{beta}'],
      '{training.net.widths}',
      '{{no}}',
      '{loss.s}',
    ];
    expect(fillCommand(command, values)).toEqual(['x', '--seed=3', '--beta', '0.2', '[8,16]', '{no}', '30']);
    expect(fillCommand(['{training.name}'], values)).toEqual(['a b; rm']);
  });

  it('cannot be without a value', () => {
    expect(() => fillCommand(['--N={N}'], values)).toThrow(NullArgument);
  });

  it('name nothing that is not there', () => {
    expect(problemsOfTemplate('{seed}{beta}{training.lr}{training.batches}', new Set(['beta']), { lr: 1 })).toEqual([]);
    expect(problemsOfTemplate('{sed}', new Set(['beta']), { lr: 1 })).toEqual(['found {sed} — did you mean "seed"?']);
  });
});
