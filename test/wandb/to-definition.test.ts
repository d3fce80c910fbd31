import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { fillCommand, templateValues } from '../../server/sweep/command-template.ts';
import { parseDefinition, readDefinition } from '../../server/sweep/definition/parse-definition.ts';
import { planSweep } from '../../server/sweep/plan/plan-sweep.ts';
import type { ProgramTraining } from '../../server/sweep/settings.ts';
import { toDefinition } from '../../server/wandb/to-definition.ts';

interface Translated {
  name: string;
  parameters: Record<string, object>;
  training: Record<string, unknown>;
  [key: string]: unknown;
}

function translated(yaml: string): Translated {
  const read = toDefinition(yaml, 'my-sweep.yaml');
  if ('problems' in read) throw new Error(JSON.stringify(read.problems));
  return read.definition as Translated;
}

function problemsOf(yaml: string): string[] {
  const read = toDefinition(yaml, 'my-sweep.yaml');
  return 'problems' in read ? read.problems.map(({ path, message }) => `${path}: ${message}`) : [];
}

/** What the script is started with in each arm, with seed 7. */
function argvOf(yaml: string): string[][] {
  const plan = planSweep(readDefinition(JSON.stringify(translated(yaml)), 'of the test'), {
    batchesPerEpoch: () => NaN,
  });
  return plan.arms.map((arm) =>
    fillCommand((arm.training as ProgramTraining).program.command, templateValues(arm, {}, 7)),
  );
}

const WHOLE = `
program: train.py
entity: somebody
project: something
method: grid
description: which rate?
metric:
  name: validation_loss
parameters:
  lr:
    values: [1.0e-3, 0.1]
  batch_size:
    value: 32
  epochs:
    value: 5
`;

const withParameter = (parameter: string, more = 'method: random\nrun_cap: 8') =>
  `program: train.py\n${more}\nmetric: {name: loss}\nparameters:\n  epochs: {value: 5}\n  x: ${parameter}\n`;

test('a sweep of W&B is a definition with a program that prints', () => {
  expect(translated(WHOLE)).toEqual({
    name: 'my-sweep',
    description: 'which rate?',
    method: 'grid',
    metric: { name: 'val/loss', goal: 'minimize' },
    metrics: { 'val/loss': 'minimize' },
    parameters: { 'training.lr': { values: [0.001, 0.1] } },
    training: {
      program: {
        command: [
          '/usr/bin/env',
          'python',
          'train.py',
          '--lr={training.lr}',
          '--batch_size={training.batch_size}',
          '--epochs={training.epochs}',
        ],
        files: ['*.py'],
        metrics: 'stdout',
      },
      batchesPerEpoch: 1,
      lr: 0.001,
      batch_size: 32,
      epochs: 5,
    },
  });
  const python = ['/usr/bin/env', 'python', 'train.py'];
  expect(argvOf(WHOLE)).toEqual([
    [...python, '--lr=0.001', '--batch_size=32', '--epochs=5'],
    [...python, '--lr=0.1', '--batch_size=32', '--epochs=5'],
  ]);
});

test('the example of the documentation is one', () => {
  const page = readFileSync(new URL('../../docs/programs.md', import.meta.url), 'utf8');
  const [, yaml] = /^```yaml\n(.*?)^```/ms.exec(page)!;
  const { problems } = parseDefinition(JSON.stringify(translated(yaml!)));
  expect(problems).toBeUndefined();
  expect(argvOf(yaml!)[0]!.map((argument) => argument.split('=')[0])).toEqual([
    ...['/usr/bin/env', 'python', 'train.py'],
    ...['--lr', '--optimizer', '--epochs', '--seed'],
  ]);
});

describe('a parameter', () => {
  test.each([
    ['{values: [a, b], probabilities: [0.2, 0.8]}', { values: ['a', 'b'], probabilities: [0.2, 0.8] }],
    ['{min: 1, max: 8}', { distribution: 'int_uniform', min: 1, max: 8 }],
    ['{min: 1.0, max: 8}', { distribution: 'uniform', min: 1, max: 8 }],
    ['{min: 0, max: 0.5}', { distribution: 'uniform', min: 0, max: 0.5 }],
    ['{distribution: uniform, min: 1, max: 8}', { distribution: 'uniform', min: 1, max: 8 }],
    ['{distribution: q_uniform, min: 0, max: 9}', { distribution: 'q_uniform', min: 0, max: 9, q: 1 }],
    ['{distribution: q_uniform, min: 0, max: 1, q: 0.25}', { distribution: 'q_uniform', min: 0, max: 1, q: 0.25 }],
    [
      '{distribution: log_uniform_values, min: 1e-5, max: 0.1}',
      { distribution: 'log_uniform_values', min: 1e-5, max: 0.1 },
    ],
    ['{distribution: log_uniform, min: -5, max: 0}', { distribution: 'log_uniform_values', min: Math.exp(-5), max: 1 }],
    ['{distribution: normal}', { distribution: 'normal', mu: 0, sigma: 1 }],
    ['{distribution: normal, mu: 3, sigma: 0.5}', { distribution: 'normal', mu: 3, sigma: 0.5 }],
  ])('%s', (written, space) => {
    const definition = translated(withParameter(written));
    expect(definition.parameters).toEqual({ 'training.x': space });
    expect(parseDefinition(JSON.stringify(definition)).problems).toBeUndefined();
    expect(definition['runCap']).toBe(8);
  });

  test('of whole numbers is listed in a grid', () => {
    const yaml = withParameter('{distribution: int_uniform, min: 2, max: 4}', 'method: grid');
    expect(argvOf(yaml).map((argv) => argv.at(-1))).toEqual(['--x=2', '--x=3', '--x=4']);
  });

  test('called beta or N is the script’s own, and no phase', () => {
    const yaml = WHOLE.replace('lr:', 'beta:').replace('batch_size:', 'N:');
    const plan = planSweep(readDefinition(JSON.stringify(translated(yaml)), ''), { batchesPerEpoch: () => NaN });
    expect(plan.arms.map(({ ablation, swept }) => [ablation, swept])).toEqual([
      [null, { 'training.beta': 0.001 }],
      [null, { 'training.beta': 0.1 }],
    ]);
  });

  test('that is nested has a dotted name', () => {
    const yaml = withParameter('{parameters: {a: {value: 1}, b: {parameters: {c: {values: [2, 3]}}}}}', 'method: grid');
    expect(translated(yaml).parameters).toEqual({ 'training.x.b.c': { values: [2, 3] } });
    expect(translated(yaml).training['x']).toEqual({ a: 1, b: { c: 2 } });
    expect(argvOf(yaml)[1]!.slice(-2)).toEqual(['--x.a=1', '--x.b.c=3']);
  });
});

describe('a command', () => {
  const yaml = (command: string) => `
program: code/train.py
method: grid
metric: {name: acc, goal: maximize}
command: ${command}
parameters:
  epochs: {value: 2}
  amp: {values: [true, false]}
  net: {value: big}
  drop: {value: null}
cosweep: {seeds: 6}
`;
  const amps = ['True', 'False'];

  test.each([
    [
      '["${env}", "${interpreter}", "${program}", "${args}"]',
      amps.map((amp) => [
        '/usr/bin/env',
        'python',
        'code/train.py',
        '--epochs=2',
        `--amp=${amp}`,
        '--net=big',
        '--drop=None',
        '--seed=7',
      ]),
    ],
    [
      '[run, "{x}", 3, "${args_no_hyphens}"]',
      amps.map((amp) => ['run', '{x}', '3', 'epochs=2', `amp=${amp}`, 'net=big', 'drop=None', 'seed=7']),
    ],
    [
      '["${args_no_equals}"]',
      amps.map((amp) => ['--epochs', '2', '--amp', amp, '--net', 'big', '--drop', 'None', '--seed', '7']),
    ],
    ['["${args_append_hydra}"]', amps.map((amp) => ['+epochs=2', `+amp=${amp}`, '+net=big', '+drop=None', '+seed=7'])],
    [
      '["${args_override_hydra}"]',
      amps.map((amp) => ['++epochs=2', `++amp=${amp}`, '++net=big', '++drop=None', '++seed=7']),
    ],
    [
      '["${args_no_boolean_flags}"]',
      [
        ['--epochs=2', '--amp', '--net=big', '--drop=None', '--seed=7'],
        ['--epochs=2', '--net=big', '--drop=None', '--seed=7'],
      ],
    ],
  ])('%s is filled as the agent fills it', (command, argv) => {
    expect(argvOf(yaml(command))).toEqual(argv);
    expect(translated(yaml(command)).training['program']).toMatchObject({ files: ['code/*.py', '*.py'] });
    expect(translated(yaml(command))['seeds']).toBe(6);
  });

  test('${args_json} is one argument with everything in it', () => {
    const nested = yaml('["${program}", "${args_json}"]').replace(
      'drop: {value: null}',
      'opt: {parameters: {lr: {value: 0.1}, name: {values: [sgd, adam]}}}',
    );
    const read = argvOf(nested).map(([, text]) => JSON.parse(text!));
    expect(read).toHaveLength(4);
    expect(read[3]).toEqual({ epochs: 2, amp: false, net: 'big', opt: { lr: 0.1, name: 'adam' }, seed: 7 });
  });
});

test('a parameter seed makes the seeds, and cosweep says what W&B has no words for', () => {
  const definition = translated(`${WHOLE}  seed: {values: [4, 5, 6]}
  amp: {values: [true, false]}
cosweep:
  batchesPerEpoch: 100
  evalEvery: 50
  control: {lr: 0.1, amp: false}
  exclude: [{amp: true, lr: 0.1}]
  smallestEffect: 0.01
  files: ["*.py", "lib/**"]
  dataVersion: v1
  names: {validation_loss: val/mine}
  gpus: 1
`);
  expect(definition).toMatchObject({
    seeds: [4, 5, 6],
    metric: { name: 'val/mine', goal: 'minimize' },
    control: { 'training.lr': 0.1, 'training.amp': 'False' },
    exclude: [{ 'training.amp': 'True', 'training.lr': 0.1 }],
    smallestEffect: 0.01,
    training: {
      batchesPerEpoch: 100,
      evalEvery: 50,
      program: { files: ['*.py', 'lib/**'], dataVersion: 'v1', gpus: 1 },
    },
  });
  expect(definition.parameters).not.toHaveProperty('training.seed');
  expect(parseDefinition(JSON.stringify(definition)).problems).toBeUndefined();
});

describe('what has no equal is named, all of it at once', () => {
  test('keys, methods, distributions', () => {
    expect(
      problemsOf(`
program: train.py
method: bayes
early_terminate: {type: hyperband, min_iter: 3}
metric: {name: loss, target: 0.1}
run_cap: 20
commands: [x]
parameters:
  a: {distribution: q_log_normal}
  b: {distribution: inv_log_uniform_values, min: 1, max: 2}
  c: {value: [1, 2]}
  d: {value: 2020-01-01}
  e: {min: 3}
  f: 3
  8g: {value: 1}
  h: {distribution: normal, sigma: .inf}
  i: {values: []}
`),
    ).toEqual([
      'early_terminate: found {"type":"hyperband","min_iter":3}, wanted none: every run is trained to its end, since pairs of runs are compared',
      'commands: unknown key — did you mean "command"?',
      'parameters.a.distribution: found "q_log_normal", which has no equal here, wanted value, values, or one of uniform, int_uniform, q_uniform, log_uniform_values, log_uniform, normal',
      expect.stringMatching(/^parameters\.b\.distribution: found "inv_log_uniform_values", which has no equal here/),
      'parameters.c.value: found [1,2], wanted a number, a text, true or false',
      expect.stringMatching(/^parameters\.d\.value: found "2020-01-01T.*", wanted a number, a text, true or false/),
      expect.stringMatching(/^parameters\.e\.distribution: found nothing, which has no equal here/),
      'parameters.f: found 3, wanted an object with value, values, or a distribution',
      'parameters["8g"]: found a name that is none of a parameter, wanted letters, digits and _ . -',
      'parameters.h.sigma: found Infinity, wanted a finite number',
      'parameters.i.values: found [], wanted a list of values',
      expect.stringMatching(/^cosweep: found neither epochs nor batches, wanted one of them/),
      'method: found "bayes", wanted grid or random: all arms are planned before anything trains',
      'metric.target: found 0.1, wanted none: a sweep is trained whole',
    ]);
  });

  const minimal = (more: string) =>
    `program: t.py\nmethod: grid\nmetric: {name: loss}\nparameters: {epochs: {value: 1}, lr: {values: [1, 2]}}\n${more}`;

  test.each([
    ['metrics: [{name: a}, {name: b}]', /^metrics: found .*, wanted metric, with one name$/],
    ['scheduler: {engine: optuna}', /^scheduler: .* all arms are planned before anything trains$/],
    ['run_cap: 3', /^run_cap: found 3, wanted none in a grid, which is trained whole$/],
    ['command: ["${program}"]', /^command: found none of \$\{args\}, .*, wanted one of them$/],
    ['command: ["${args}", "${args_json}"]', /^command: found \$\{args\} and \$\{args_json\}, wanted one of them/],
    ['command: ["${args}", "${args_json_file}"]', /^command\[1\]: found \$\{args_json_file\}, wanted one of/],
    ['command: ["${args}", "--dir=${envvar:HOME}"]', /^command\[1\]: found --dir=\$\{envvar:HOME\}, wanted the value/],
    ['command: []', /^command: found \[\], wanted a list of the program and its arguments$/],
    ['cosweep: {sedes: 3}', /^cosweep\.sedes: unknown key — did you mean "seeds"\?$/],
    ['cosweep: 3', /^cosweep: found 3, wanted an object such as \{epochs: 10, seeds: 6\}$/],
    ['cosweep: {epochs: 3}', /^cosweep\.epochs: found epochs beside the parameter epochs, wanted one of them$/],
  ])('%s', (more, problem) => {
    expect(problemsOf(minimal(more))).toEqual([expect.stringMatching(problem)]);
  });

  test.each([
    ['seed: {values: [1]}}\ncosweep: {seeds: 2', /^cosweep\.seeds: found seeds beside the parameter seed/],
    ['seed: {min: 1, max: 5}', /^parameters\.seed: found a range, wanted a list of seeds/],
    ['program: {value: 1}', /^parameters\.program: found program, wanted another name/],
    ['a: {value: 1}, a.b: {value: 1}', /^parameters\.a: found it in two ways, wanted it once/],
    ['__proto__: {value: 1}', /found a name that is none of a parameter/],
  ])('the parameter %s', (parameter, problem) => {
    const yaml = `program: t.py\nmethod: grid\nmetric: {name: loss}\nparameters: {epochs: {value: 1}, ${parameter}}\n`;
    expect(problemsOf(yaml)).toEqual([expect.stringMatching(problem)]);
    expect(({} as { value?: number }).value).toBeUndefined();
  });

  test('a random search without an end, no metric, no script', () => {
    expect(problemsOf('method: random\nparameters: {epochs: {value: 1}}')).toEqual([
      'program: found nothing, wanted the file of the training script',
      'run_cap: found nothing, wanted how many arms the random search draws: it has to end',
      'metric: found nothing, wanted name and goal of what the script prints',
    ]);
  });
});

test('whatever stands at a key, it is read or found', () => {
  const keys = [
    ...['program', 'command', 'name', 'description', 'method', 'metric', 'parameters', 'run_cap', 'cosweep', 'entity'],
    ...['metric.name', 'metric.goal', 'parameters.lr', 'parameters.lr.values', 'parameters.seed', 'command.0'],
    ...['cosweep.seeds', 'cosweep.control', 'cosweep.exclude', 'cosweep.names', 'cosweep.files', 'cosweep.epochs'],
  ];
  const odd = [
    null,
    3,
    1.5,
    'x',
    '',
    true,
    [],
    [null],
    {},
    { a: { b: 1 } },
    { value: 3 },
    { values: [{}] },
    { min: 1 },
  ];
  let read = 0;
  for (const key of keys)
    for (const value of odd) {
      const sweep: Record<string, unknown> = {
        ...{ program: 't.py', method: 'grid', metric: { name: 'loss' }, command: ['python', '${args}'] },
        ...{ parameters: { lr: { values: [1, 2] } }, cosweep: { epochs: 2 } },
      };
      const [outer, ...inner] = key.split('.') as [string, ...string[]];
      const last = inner.pop();
      const holder = inner.reduce((each, name) => each[name] as Record<string, unknown>, sweep[outer] as typeof sweep);
      if (last === undefined) sweep[outer] = value;
      else holder[last] = value;
      const found = toDefinition(JSON.stringify(sweep), 'odd.yaml');
      if ('problems' in found) expect(found.problems.length).toBeGreaterThan(0);
      else {
        parseDefinition(JSON.stringify(found.definition));
        read += 1;
      }
    }
  expect(read).toBeGreaterThan(20);
});

describe('text that is no sweep', () => {
  test.each([
    ['a: [1\nb: 2', /^line 2, column \d+: it is no YAML: /],
    ['a: 1\na: 2', /^line 2, column 1: it is no YAML: Map keys must be unique$/],
    ['a: 1\n---\nb: 2', /^line \d+, column \d+: it is no YAML: .*multiple documents/],
    ['- 1\n- 2', /^: found no keys, wanted a sweep of W&B's/],
    ['', /^: found no keys, wanted a sweep of W&B's/],
    [`a: ${'['.repeat(100_000)}`, /it is no YAML/],
    [
      `a0: &a0 [x, x]\n${Array.from({ length: 40 }, (_, i) => `a${i + 1}: &a${i + 1} [*a${i}, *a${i}]`).join('\n')}`,
      /it is no YAML: Excessive alias count/,
    ],
  ])('%j', (text, problem) => {
    expect(problemsOf(text)).toEqual([expect.stringMatching(problem)]);
  });
});
