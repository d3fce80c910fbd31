import { describe, expect, test } from 'vitest';
import type { ImportOptions } from '../../server/imports/import-options.ts';
import type { SourceRun } from '../../server/imports/source.ts';
import { toImport } from '../../server/imports/to-import.ts';
import { readDefinition } from '../../server/sweep/definition/parse-definition.ts';
import { DefinitionError } from '../../server/sweep/problem.ts';

const OPTIONS: ImportOptions = {
  from: 'csv',
  path: '/study/runs.csv',
  name: 'runs',
  metric: null,
  minimize: [],
  maximize: [],
  control: null,
};

type Values = Record<string, number[]>;

/** A run whose values are at batches 0, 100, 200, … */
function run(parameters: SourceRun['parameters'], values: Values, place = 'line 2'): SourceRun {
  const curves = Object.entries(values).map(
    ([metric, of]) => [metric, { batches: of.map((_, i) => 100 * i), values: of }] as const,
  );
  return { place, id: null, parameters, curves: new Map(curves), failure: null, startedAt: null, seconds: null };
}

const imported = (runs: SourceRun[], options: Partial<ImportOptions> = {}) =>
  toImport({ runs, goals: {}, notes: [] }, { ...OPTIONS, ...options });

function problemsOf(runs: SourceRun[], options: Partial<ImportOptions> = {}): string[] {
  try {
    imported(runs, options);
  } catch (error) {
    if (error instanceof DefinitionError) return error.problems.map(({ path, message }) => `${path}: ${message}`);
    throw error;
  }
  return [];
}

const acc = { 'val/acc': [0.5, 0.7] };

describe('arms and seeds', () => {
  test('the controls are the arms without the phase: β = 0, or N at the end', () => {
    const arms = [
      { beta: 0, N: null, lr: 0.1 },
      { beta: 0.2, N: 50, lr: 0.1 },
      { beta: 0.3, N: 100, lr: 0.2 },
      { beta: 0.3, N: 50, lr: 0.2 },
    ];
    const { plan, runs, notes } = imported(arms.map((arm) => run({ ...arm, seed: 7 }, acc)));
    expect(plan.arms.map(({ name, control, controlIndex }) => [name, control, controlIndex])).toEqual([
      ['β0 lr=0.1', true, null],
      ['β0.2 N50 lr=0.1', false, 0],
      ['β0 lr=0.2', true, null],
      ['β0.3 N50 lr=0.2', false, 2],
    ]);
    expect([plan.seeds, runs.map(({ arm, seed, state }) => [arm, seed, state])]).toEqual([
      [7],
      [0, 1, 2, 3].map((arm) => [arm, 7, 'complete']),
    ]);
    expect(notes).toEqual(['val/acc decides (maximize); --metric, --minimize and --maximize say otherwise.']);
  });

  test('without β the controls are those that are named', () => {
    const runs = [0, 0.5].flatMap((dropout) =>
      ['sgd', 'adam'].map((name) => run({ dropout, 'opt/name': name, seed: 0, depth: 3 }, acc)),
    );
    const { plan, notes } = imported(runs);
    expect(plan.arms.every(({ control, controlIndex }) => !control && controlIndex === null)).toBe(true);
    expect(notes).toContain(
      'No arm is a control, so nothing is compared: --control names what controls have, such as "dropout == 0".',
    );
    const named = imported(runs, { control: 'dropout == 0' });
    expect(named.plan.arms.map(({ name, controlIndex }) => [name, controlIndex])).toEqual([
      ['dropout=0 opt=sgd', null],
      ['dropout=0 opt=adam', null],
      ['dropout=0.5 opt=sgd', 0],
      ['dropout=0.5 opt=adam', 1],
    ]);
    expect(named.plan.arms[0]!.training).toMatchObject({ depth: 3, dropout: 0, opt: { name: 'sgd' } });
    const both = imported(runs, { control: 'training.dropout = 0 and training.opt.name == "sgd"' });
    expect(both.plan.arms.map(({ controlIndex }) => controlIndex)).toEqual([null, 0, 0, 0]);
    expect(problemsOf(runs, { control: 'droput == 0 and dropout == 0.3 and nonsense' })).toEqual([
      '--control: found "droput", wanted a parameter — did you mean "dropout"?',
      '--control: found training.dropout = 0.3, wanted a value that a run has: 0, 0.5',
      '--control: found "nonsense", wanted NAME == VALUE, several with "and" between',
    ]);
  });

  test('a run that the results lack has failed, and so has one without the metric that decides', () => {
    const runs = [
      run({ beta: 0, seed: 0 }, acc),
      run({ beta: 0.1, seed: 0 }, acc),
      run({ beta: 0, seed: 1 }, { x: [1] }),
    ];
    const { runs: placed, notes } = imported(runs);
    expect(placed.map(({ arm, seed, state, error }) => [arm, seed, state, error])).toEqual([
      [0, 0, 'complete', null],
      [1, 0, 'complete', null],
      [0, 1, 'failed', 'The results have no val/acc of it'],
      [1, 1, 'failed', 'The results have no run of this arm with this seed'],
    ]);
    expect(notes).toContain('1 run of 2 arms × 2 seeds is missing.');
  });

  test('a total or a last value that is not finite is a divergence, from where it began', () => {
    const runs = [
      run({ lr: 1, seed: 0 }, { 'val/acc': [0.5, 0.7, 0.9], 'train/total': [2, NaN, NaN] }),
      run({ lr: 2, seed: 0 }, { 'val/acc': [0.5, NaN, NaN] }),
      run({ lr: 3, seed: 0 }, { 'val/acc': [NaN, 0.5] }),
    ];
    expect(imported(runs).runs.map(({ state, divergedBatch }) => [state, divergedBatch])).toEqual([
      ['diverged', 100],
      ['diverged', 100],
      ['complete', null],
    ]);
  });

  test('without the phase N and ε are not in force: such runs are one', () => {
    const runs = [100, 200].flatMap((N) =>
      [0, 0.1].map((beta) => run({ beta, N, seed: 0 }, { 'val/acc': [0, 0, 0, N / 1000 + beta] })),
    );
    const { plan, runs: placed, notes } = imported(runs);
    expect(plan.arms.map(({ name }) => name)).toEqual(['β0', 'β0.1 N100', 'β0.1 N200']);
    expect(placed.map(({ curves }) => curves.get('val/acc')!.values.at(-1))).toEqual([0.1, 0.2, 0.30000000000000004]);
    expect(notes).toContain(
      '1 run without the phase differs from another in N or ε alone, which are not in force then: ' +
        'the first of each stands for all.',
    );
  });

  test('a run that was started again takes the place of the one that failed; one that ended twice is refused', () => {
    const failed = { ...run({ lr: 1, seed: 0 }, { 'val/acc': [0.1] }), failure: 'crashed' };
    const good = run({ lr: 1, seed: 0 }, acc, 'line 9');
    for (const order of [
      [failed, good],
      [good, failed],
    ])
      expect(imported(order).runs.map(({ state, curves }) => [state, curves.get('val/acc')!.values])).toEqual([
        ['complete', [0.5, 0.7]],
      ]);
    expect(problemsOf([run({ lr: 1, seed: 0 }, acc), good])).toEqual([
      'line 9: found the parameters and the seed of line 2 again, wanted each run once',
    ]);
  });

  test('N beyond the last batch is of another unit; where there are no batches the phase is in force', () => {
    const arms = [{ beta: 0 }, { beta: 0.2 }, { beta: 0.4 }].map(({ beta }) => ({ beta, N: 50, seed: 0 }));
    expect(problemsOf(arms.map((arm) => run(arm, { 'val/acc': [0.1] })).slice(0, 1))).toEqual([]);
    const last = imported(arms.map((arm) => run(arm, { 'val/acc': [0.1] })));
    expect(last.plan.arms.map(({ name, control }) => [name, control])).toEqual([
      ['β0', true],
      ['β0.2', false],
      ['β0.4', false],
    ]);
    const late = arms.map((arm) => run({ ...arm, N: 500 }, acc, `line ${arm.beta}`));
    expect(problemsOf(late)).toEqual([
      'line 0.2: found N = 500 and values up to batch 100 alone, wanted N in the unit of the batches',
      'line 0.4: found N = 500 and values up to batch 100 alone, wanted N in the unit of the batches',
    ]);
  });

  test('what a run is called stays, whatever else is read with it', () => {
    const of = (runs: SourceRun[]) => imported(runs).runs.map(({ identity }) => identity);
    const [first] = of([run({ lr: 1, seed: 3 }, acc)]);
    const more = of([run({ lr: 2, seed: 3, warmup: 5 }, { 'val/acc': [0, 0, 0, 1] }), run({ lr: 1, seed: 3 }, acc)]);
    expect(more).toContain(first);
    expect(of([{ ...run({ lr: 1 }, acc), id: 'x1' }])[0]).toBe(of([{ ...run({ lr: 2 }, acc), id: 'x1' }])[0]);
  });

  test('without seeds a failed run has the last number, and controls of several N are repetitions', () => {
    const failed = { ...run({ beta: 0.1, N: 50 }, { 'val/acc': [0.1] }), failure: 'crashed' };
    const { runs } = imported([
      run({ beta: 0, N: 50 }, acc),
      run({ beta: 0, N: 60 }, acc),
      failed,
      run({ beta: 0.1, N: 50 }, acc),
    ]);
    expect(runs.map(({ arm, seed, state }) => [arm, seed, state])).toEqual([
      [0, 0, 'complete'],
      [1, 0, 'complete'],
      [0, 1, 'complete'],
      [1, 1, 'failed'],
    ]);
  });

  test('runs that failed before they recorded anything are left out, and ε without β is pointed out', () => {
    const nothing = { ...run({}, {}), failure: 'crashed' };
    const { runs, notes } = imported([nothing, run({ lr: 1, seed: 0 }, acc)]);
    expect([runs.length, notes[0]]).toEqual([1, '1 run that failed has no value and is left out.']);
    expect(problemsOf([run({ epsilon: 0.1, seed: 0 }, acc)])).toEqual([
      'parameter "epsilon": found it without beta, wanted both; where it is something else: --map epsilon=training.epsilon',
    ]);
  });

  test('more than a definition can say is told with what to do', () => {
    expect(problemsOf([run({ config: 'x'.repeat(501), seed: 0 }, acc)])[0]).toMatch(
      /at most 500 characters: --ignore config$/,
    );
    const arms = Array.from({ length: 10_001 }, (_, i) => run({ lr: i }, acc));
    expect(problemsOf(arms)).toEqual([': found 10001 arms, wanted at most 10000']);
  });

  test('without a seed, runs of the same settings are numbered, and it is said', () => {
    const { plan, notes } = imported([0, 0, 0.1, 0.1].map((beta) => run({ beta }, acc)));
    expect([plan.seeds, plan.arms.length]).toEqual([[0, 1], 2]);
    expect(notes[0]).toMatch(/^No parameter is called seed/);
  });

  test('a seed by another name; two of them; one that is none; one for each point of a random search', () => {
    const { plan, notes } = imported([0, 1].map((seed) => run({ lr: 1, 'train.random_seed': seed }, acc)));
    expect([plan.seeds, plan.arms.length]).toEqual([[0, 1], 1]);
    expect(notes[0]).toBe(
      'train.random_seed is the seed; --map train.random_seed=training.train.random_seed makes it a setting.',
    );
    expect(problemsOf([run({ random_seed: 1, manual_seed: 2 }, acc)])).toEqual([
      'seed: found "random_seed" and "manual_seed", wanted one: --map random_seed=seed',
    ]);
    expect(problemsOf([run({ seed: -1 }, acc), run({ seed: 'a' }, acc, 'line 3')])).toEqual([
      'line 2: found seed -1, wanted a whole number ≥ 0',
      'line 3: found seed "a", wanted a whole number ≥ 0',
    ]);
    const search = imported([3, 4, 5, 5].map((seed, i) => run({ lr: i / 10, seed }, acc)));
    expect([search.plan.seeds, search.plan.arms.length]).toEqual([[0], 4]);
    expect(search.notes[0]).toMatch(/their seeds are left aside/);
  });

  test('a text that each run has for itself is pointed out', () => {
    const { notes } = imported(['a', 'b', 'c'].map((folder, seed) => run({ lr: 1, out_dir: folder, seed }, acc)));
    expect(notes).toContain(
      'out_dir differs in every run, so each is an arm of its own: --ignore out_dir leaves it out.',
    );
  });

  test('wrong numbers and names that cannot be are told, all of them', () => {
    expect(problemsOf([run({ beta: -1, N: 1.5, alpha: 'a', epsilon: null, gamma: 1, seed: 0 }, acc)])).toEqual([
      'line 2: found beta = -1, wanted a number ≥ 0',
      'line 2: found N = 1.5, wanted a whole number of batches ≥ 0',
      'line 2: found alpha = "a", wanted a number ≥ 0',
      'line 2: found epsilon = null, wanted a number ≥ 0',
    ]);
    const parameters = { opt: 'sgd', 'opt.lr': 1, 'a b': 1, a_b: 2, batches: 3, '__proto__.x': 1, seed: 0 };
    expect(problemsOf([run(parameters, acc)])).toEqual([
      'parameter "opt": found training.opt.lr too, which would be a part of it: --map opt=training.OTHER',
      'parameter "a_b": found "a b" too, which would have the same name, training.a_b: --map a_b=training.OTHER',
      'parameter "batches": found a name that Cosweep has for something else, wanted another: --map batches=training.OTHER',
      'parameter "__proto__.x": found a name that Cosweep has for something else, wanted another: ' +
        '--map __proto__.x=training.OTHER',
    ]);
  });
});

describe('metrics', () => {
  test.each([
    [['train/loss', 'val/accuracy', 'val/acc'], 'val/accuracy', 'maximize'],
    [['train/acc', 'test/acc', 'valid/top1', 'f1'], 'valid/top1', 'maximize'],
    [['train/loss', 'my score'], 'my_score', 'maximize'],
    [['train/acc', 'val/loss'], 'val/loss', 'minimize'],
    [['train/loss'], 'train/loss', 'minimize'],
    [['Loss/train', 'Loss/test', 'Accuracy/train', 'Accuracy/val'], 'Accuracy/val', 'maximize'],
    [['Loss/train', 'Loss/test'], 'Loss/train', 'minimize'],
    [['hp_metric', 'epoch', 'lr-Adam', 'val_loss', 'train_loss'], 'val_loss', 'minimize'],
    [['learning_rate', 'val_loss_epoch'], 'val_loss_epoch', 'minimize'],
    [['final/test_acc', 'valLoss'], 'valLoss', 'minimize'],
  ])('of %j %s decides, to %s', (names, metric, goal) => {
    const { plan } = imported([run({ lr: 1, seed: 0 }, Object.fromEntries(names.map((name) => [name, [0.5, 0.6]])))]);
    expect(plan.metric).toEqual({ name: metric, goal });
  });

  test('directions are those that are said, those of the tool, and else by the name', () => {
    const runs = [run({ lr: 1, seed: 0 }, { 'o dd': [1], 'val/ece': [0.1], speed: [3], good_loss: [2] })];
    const options = { ...OPTIONS, metric: 'o_dd', minimize: ['speed'], maximize: ['good_loss'] };
    const { definition } = toImport({ runs, goals: { 'o dd': 'minimize' }, notes: [] }, options);
    const { metric, metrics } = readDefinition(definition, 'it');
    expect(metric).toEqual({ name: 'o_dd', goal: 'minimize' });
    expect(Object.fromEntries(metrics.map(({ name, better }) => [name, better]))).toEqual({
      o_dd: 'lower',
      'val/ece': 'lower',
      speed: 'lower',
      good_loss: 'higher',
    });
    expect(problemsOf(runs, { metric: 'o_d', minimize: ['ece'] })).toEqual([
      '--metric: found "o_d", wanted a metric of the runs — did you mean "o_dd"?',
      '--minimize: found "ece", wanted a metric of the runs: o_dd, val/ece, speed, good_loss',
    ]);
  });

  test('an accuracy that is a share is shown in percent; a val/accuracy above 1 is refused', () => {
    const unit = (values: number[]) =>
      imported([run({ lr: 1, seed: 0 }, { 'val/acc': values })]).plan.metrics![0]!.unit;
    expect([unit([0.5, 1, NaN]), unit([50, 93])]).toEqual(['%', null]);
    expect(problemsOf([run({ lr: 1, seed: 0 }, { 'val/accuracy': [50, 93] })])).toEqual([
      'line 2: found val/accuracy = 50, wanted a share from 0 to 1; mapped to another name (val/acc) it may be any',
    ]);
  });

  test('metrics of the test part alone, none at all, too many, and two that would be one', () => {
    expect(problemsOf([run({ lr: 1, seed: 0 }, { 'test/acc': [1] })])[0]).toContain('--map test/acc=val/acc');
    expect(problemsOf([run({ lr: 1, seed: 0 }, {})])).toEqual([': found no value of any metric, wanted one at least']);
    const many = Object.fromEntries(Array.from({ length: 101 }, (_, i) => [`layers/${i}`, [1]]));
    expect(problemsOf([run({ lr: 1, seed: 0 }, many)])).toEqual([
      "metrics: found 101, wanted at most 100: --ignore 'layers/*' leaves some out",
    ]);
    expect(problemsOf([run({ lr: 1, seed: 0 }, { 'a b': [1], a_b: [2] })])[0]).toContain(
      'two metrics that would both be a_b',
    );
  });
});
