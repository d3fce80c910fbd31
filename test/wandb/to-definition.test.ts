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

test('a name with dots is one key of ${args_json}, a nested parameter is an object', () => {
  const json = (parameters: string) => {
    const yaml = `program: t.py\nmethod: grid\nmetric: {name: loss}\ncommand: ["\${args_json}"]\nparameters: ${parameters}`;
    return argvOf(yaml).map(([text]) => JSON.parse(text!));
  };
  expect(json('{epochs: {value: 1}, opt.lr: {value: 1}}')).toEqual([{ epochs: 1, 'opt.lr': 1 }]);
  expect(json('{epochs: {value: 1}, opt: {parameters: {lr: {value: 1}}}}')).toEqual([{ epochs: 1, opt: { lr: 1 } }]);
  expect(json('{epochs: {value: 1}, opt: {parameters: {a.b: {value: 1}, c: {value: 2}}}}')).toEqual([
    { epochs: 1, opt: { 'a.b': 1, c: 2 } },
  ]);
});

test('${args_no_boolean_flags} tells flags from options by each value', () => {
  const yaml = `program: t.py
method: grid
metric: {name: loss}
command: [run, "\${args_no_boolean_flags}"]
parameters: {epochs: {value: 1}, h: {values: [true, false, null, 2, "{x}"]}, off: {value: false}}
cosweep: {control: {h: null}}
`;
  expect(argvOf(yaml)).toEqual([
    ['run', '--epochs=1', '--h'],
    ['run', '--epochs=1'],
    ['run', '--epochs=1', '--h=None'],
    ['run', '--epochs=1', '--h=2'],
    ['run', '--epochs=1', '--h={x}'],
  ]);
  expect(translated(yaml)['control']).toEqual({ 'training.h': '--h=None' });
});

describe('words and numbers are read as PyYAML reads them', () => {
  const grid = (parameters: string) =>
    `program: t.py\nmethod: grid\nmetric: {name: loss}\ncommand: ["\${args}"]\nparameters: ${parameters}`;

  test('y and N are texts, as names and as values', () => {
    expect(argvOf(grid('{epochs: {value: 1}, N: {value: 32}, y: {values: [x, y, n]}, on: {value: N}}'))).toEqual(
      ['x', 'y', 'n'].map((y) => ['--epochs=1', '--N=32', `--y=${y}`, '--on=N']),
    );
  });

  test.each([
    ['yes', 'True'],
    ['On', 'True'],
    ['OFF', 'False'],
    ['tRue', 'tRue'],
    ['Y', 'Y'],
    ['08', '08'],
    ['-0_9', '-0_9'],
    ['010', '8'],
    ['0x1F', '31'],
    ['1_000', '1000'],
    ['1:30', '90'],
    ['01:30', '01:30'],
    ['1e-3', '0.001'],
    ['2.5e3', '2500'],
    ['.5', '0.5'],
    ['e5', 'e5'],
    ['.', '.'],
    ['.e5', '.e5'],
    ['~', 'None'],
    ['!!str 08', '08'],
    ['"yes"', 'yes'],
  ])('%s is %s', (written, argument) => {
    expect(argvOf(grid(`{epochs: {value: 1}, x: {value: ${written}}}`))).toEqual([['--epochs=1', `--x=${argument}`]]);
  });

  test('<< merges, though keys are texts', () => {
    const yaml = grid('{epochs: {value: 1}, a: &a {min: 1, max: 2}, b: {<<: *a, max: 3}}');
    expect(translated(yaml).parameters).toEqual({
      'training.a': { distribution: 'int_uniform', min: 1, max: 2, step: 1 },
      'training.b': { distribution: 'int_uniform', min: 1, max: 3, step: 1 },
    });
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

  test.each([
    ['{min: 0, max: 1, q: 0.1}', ['x.q: unknown key of int_uniform, wanted one of distribution, min, max']],
    [
      '{distribution: normal, min: 0, max: 1}',
      ['min', 'max'].map((key) => `x.${key}: unknown key of normal, wanted one of distribution, mu, sigma`),
    ],
    [
      '{values: [1, 2], probabilites: [0.1, 0.9]}',
      ['x.probabilites: unknown key of categorical — did you mean "probabilities"?'],
    ],
    ['{value: 3, values: [1, 2]}', ['x.values: unknown key of constant, wanted one of distribution, value']],
    [
      '{distribution: uniform, values: [1], min: 0, max: 1}',
      ['x.values: unknown key of uniform, wanted one of distribution, min, max'],
    ],
    ['{parameters: {a: {value: 1}}, value: 2}', ['x.value: unknown key of a group, wanted one of parameters']],
    [
      '{distribution: q_uniform, min: 1, max: 10, q: 3}',
      [1, 10].map(
        (n) => `x.${n === 1 ? 'min' : 'max'}: found ${n}, wanted a multiple of q = 3, as all values are that W&B draws`,
      ),
    ],
    [
      '{distribution: log_uniform, min: -800, max: 800}',
      [
        'x.min: found -800, wanted a number from -745 to 709: the bound is e to its power',
        'x.max: found 800, wanted a number from -745 to 709: the bound is e to its power',
      ],
    ],
    [
      '{value: 12345678901234567890}',
      ['x.value: found 12345678901234567890, wanted a whole number up to 9007199254740991, or a text'],
    ],
    [
      '{values: [-9007199254740992, 9007199254740991]}',
      ['x.values[0]: found -9007199254740992, wanted a whole number up to 9007199254740991, or a text'],
    ],
    ['{values: [1, "1"]}', ['x.values[1]: found "1", which the script gets as it gets 1, wanted it once']],
    [
      '{values: [a, true, "True"]}',
      ['x.values[2]: found "True", which the script gets as it gets true, wanted it once'],
    ],
    [
      '{parameters: {a: {values: [None, null]}}}',
      ['x.parameters.a.values[1]: found null, which the script gets as it gets "None", wanted it once'],
    ],
  ])('the parameter x: %s', (written, problems) => {
    expect(problemsOf(withParameter(written))).toEqual(problems.map((problem) => `parameters.${problem}`));
  });

  test('a goal that is misspelt is not the usual one', () => {
    expect(problemsOf(minimal('').replace('{name: loss}', '{name: acc, gaol: maximize}'))).toEqual([
      'metric.gaol: unknown key — did you mean "goal"?',
    ]);
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
    [
      'parameters: &p {epochs: {value: 1}, x: {parameters: *p}}',
      /^: it is no YAML that can be read: it contains itself$/,
    ],
    ['values: &l [1, *l]', /^: it is no YAML that can be read: it contains itself$/],
    ['cosweep: &c {names: *c}', /^: it is no YAML that can be read: it contains itself$/],
    [`a: ${'['.repeat(101)}${']'.repeat(101)}`, /^: it is no YAML that can be read: it has more than 100 levels$/],
  ])('%j', (text, problem) => {
    expect(problemsOf(text)).toEqual([expect.stringMatching(problem)]);
  });
});
