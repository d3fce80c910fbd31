import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test, vi } from 'vitest';
import { describeWithPython, pythonFiles, runPython } from '../helpers/python.ts';
import { linesOf, makeStage, startProgram, type Line } from './start-stage.ts';

vi.setConfig({ testTimeout: 300_000 });

const PHASE = { alpha: 0.5, beta: 0.3, gamma: 1, epsilon: 0.02, N: 4 };
const TRUNK = { ...PHASE, beta: 0, epsilon: null, N: null };

describeWithPython('a program with PyTorch', (python) => {
  async function trained(change: object, from?: string): Promise<{ folder: string; lines: Line[] }> {
    const folder = makeStage({ batches: 8, evalEvery: 4, to: 8, parameters: PHASE, ...change });
    if (from !== undefined) cpSync(from, join(folder, 'start'), { recursive: true });
    const program = startProgram(python, 'small_net', { COSWEEP_DIR: folder });
    expect([await program.ended, program.stderr()]).toEqual([{ code: 0, signal: null }, '']);
    return { folder, lines: linesOf(folder) };
  }

  /** A trunk, and what continues from it. */
  async function forked(training: object): Promise<Line[]> {
    const trunk = await trained({ to: 4, parameters: TRUNK, training });
    const { lines } = await trained({ from: 4, start: { batch: 4 }, training }, join(trunk.folder, 'save', '4'));
    return lines;
  }

  let whole: ReturnType<typeof trained> | undefined;
  const unshared = (): ReturnType<typeof trained> => (whole ??= trained({}));

  /** The lines about what was trained and evaluated after the switch batch. */
  const afterSwitch = (lines: Line[]): Line[] =>
    lines.filter(({ batch, metrics }) => Number(batch) > 4 || (batch === 4 && 'train/total' in Object(metrics)));

  test('goes on from a trunk as if it had not been shared: metrics, evaluations and digest', async () => {
    const fork = await forked({});
    const { lines } = await unshared();
    expect(afterSwitch(fork)).toHaveLength(6);
    expect(afterSwitch(fork)).toEqual(afterSwitch(lines));
    expect(fork.slice(-2)).toEqual(lines.slice(-2));
    expect(fork[0]).toMatchObject({ hello: { versions: { torch: expect.any(String), numpy: expect.any(String) } } });
  });

  test('may have a loader with workers', async () => {
    expect((await forked({ workers: 2 })).slice(-2)).toEqual((await unshared()).lines.slice(-2));
  });

  test.each(['optimizer', 'schedule', 'loss'])('that forgets the %s in its checkpoint is told apart', async (part) => {
    expect(afterSwitch(await forked({ forgotten: part }))).not.toEqual(afterSwitch((await unshared()).lines));
  });

  test('hands over features, logits and labels, from batch 0 on', async () => {
    const { folder, lines } = await trained({});
    const evaluations = lines.filter((line) => 'evaluation' in line);
    expect(evaluations.map(({ batch, evaluation }) => [batch, evaluation])).toEqual([
      [0, 'val'],
      [4, 'val'],
      [8, 'val'],
    ]);
    const { features, logits, labels } = evaluations[1]! as Record<'features' | 'logits' | 'labels', string>;
    const described = [features, logits, labels].map((name) => [name, ...headerOf(join(folder, name))]);
    expect(described).toEqual([
      ['val-4-features.npy', '<f4', '(50, 5)'],
      ['val-4-logits.npy', '<f4', '(50, 3)'],
      ['val-4-labels.npy', '<i8', '(50,)'],
    ]);
  });
});

describeWithPython('the digest of a state', (python) => {
  test('is of its bits: the same for tensors and arrays, another for each other bit, name, shape and type', () => {
    const program = fileURLToPath(new URL('programs/digests.py', import.meta.url));
    const found = JSON.parse(runPython(python, [program])) as Record<string, unknown>;
    const { numpy, torch, ordered, refused, ...others } = found;
    // As it is written here once and for all: databases keep digests.
    const known = 'f8c10e33cf8c804b7f6f4339eef296cf33315627c3e72de4a8dfe9e1ae390ba1';
    expect([numpy, torch, ordered]).toEqual([known, known, known]);
    const digests = Object.values(others).filter((each) => each !== true);
    expect(digests).toHaveLength(6);
    expect(new Set([...digests, numpy]).size).toBe(7);
    expect(refused).toBe(
      "Cannot digest state['optimizer']['groups'][0]['hook']: found builtins.builtin_function_or_method, " +
        'wanted dicts, lists, tensors, arrays, numbers, texts, bytes or None',
    );
  });
});

/** Code that is wrong, and what is said of it. */
const MISTAKES: [code: string, message: RegExp][] = [
  ['run.report(0, {"accuracy": 1})', /Cannot report 'accuracy': found a name that is none, wanted train\/…/],
  ['[run.report(0, {"train/a": 1}) for _ in range(2)]', /train\/a: found batch 0, wanted a whole number from 1 to 9/],
  ['run.report(10, {"train/b": 1})', /found batch 10, wanted a whole number from 0 to 9/],
  ['run.report(11, {"val/b": 1})', /found batch 11, wanted a whole number from 0 to 10/],
  ['run.report(0, {"train/c": "high"})', /Cannot report train\/c: found 'high', wanted a number/],
  ['run.report_evaluation(5, "dev", [[1]], [[1]], [1])', /found the part 'dev', wanted val or test/],
  [
    'run.report_evaluation(5, "val", numpy.ones((2, 3)), numpy.ones((2, 4)), numpy.ones(3))',
    /found features \[2, 3\], logits \[2, 4\], labels \[3\]; wanted features \[n, d\], logits \[n, C\] and labels \[n\]/,
  ],
  ['[list(run.steps()), run.report(9, {"train/d": 1})]', /found a report after the last batch/],
  ['list(fork.steps())', /Cannot continue from batch 5: found steps\(\) without load, wanted load/],
  ['CombinedLoss(3, 2, 0.5, truncation="bach")', /truncation: found 'bach', wanted one of batch, sample, class, none/],
  ['CombinedLoss(3, 2, 0.5, distance="euclidean")', /distance "euclidean": found centerSpace 'unit', wanted "raw"/],
  ['CombinedLoss(3, 2, 0.5, m=2)', /m: found 2, wanted a number from 0 to below 2/],
  [
    'CombinedLoss(3, 2, 0.5)(torch.ones(4, 5), torch.ones(3, 2), None, torch.zeros(4))',
    /features: found the shape \[4, 5\], wanted \[B, 2\]/,
  ],
];

describeWithPython('a mistake', (python) => {
  test('is told with what was found and what is wanted', () => {
    const attempt = ([code]: (typeof MISTAKES)[number]): string =>
      `try:\n  ${code}\n  print("nothing")\nexcept ValueError as error:\n  print(str(error).replace("\\n", " "))`;
    const script = [
      'import cosweep, numpy, torch',
      'from cosweep_loss import CombinedLoss',
      `run = cosweep.Run(${JSON.stringify(makeStage())})`,
      `fork = cosweep.Run(${JSON.stringify(makeStage({ from: 5, start: { batch: 5 } }))})`,
      ...MISTAKES.map(attempt),
    ].join('\n');
    const told = runPython(python, ['-c', script]).trim().split('\n');
    expect(told).toEqual(MISTAKES.map(([, message]) => expect.stringMatching(message)));
  });
});

describeWithPython('the files', (python) => {
  test('are written in Python 3.8', () => {
    const parse = 'import ast, sys; [ast.parse(open(file).read(), feature_version=(3, 8)) for file in sys.argv[1:]]';
    const files = ['cosweep', 'cosweep_loss', 'cosweep_read'].map((name) => join(pythonFiles, `${name}.py`));
    expect(runPython(python, ['-c', parse, ...files])).toBe('');
  });
});

/** Of a .npy file: type and shape. */
function headerOf(file: string): string[] {
  return /'descr': '(.+?)'.*'shape': (\(.+?\))/.exec(readFileSync(file, 'latin1'))!.slice(1);
}
