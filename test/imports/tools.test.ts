import {
  copyFileSync,
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import { PathPattern } from '../../server/imports/path-pattern.ts';
import { placeFolders } from '../../server/imports/place-folders.ts';
import { Names } from '../../server/imports/names.ts';
import { fromOptuna } from '../../server/imports/optuna-runs.ts';
import { readTensorBoard } from '../../server/imports/read-tensorboard.ts';
import { readWandb } from '../../server/imports/read-wandb.ts';
import { sourceKind } from '../../server/imports/source-kind.ts';
import type { Source, SourceRun } from '../../server/imports/source.ts';
import { readOptunaStudies } from '../../server/store/imports/read-optuna.ts';

/** What the real tools wrote; make.py says how. */
const files = fileURLToPath(new URL('../fixtures/imports/', import.meta.url));

const BATCHES = [0, 20, 40];
const KEYS = [0, 0.2].flatMap((beta) => [0, 1, 2].map((seed) => ({ beta, seed })));

/** The formulas of make.py. */
const accuracy = (beta: number, seed: number) =>
  BATCHES.map((batch) => 0.5 + batch / 200 + (batch > 20 ? beta / 8 : 0) + seed / 64);
const loss = (seed: number) => BATCHES.map((batch) => 2 - batch / 64 + seed / 32);
const float32 = (values: number[]) => values.map(Math.fround);

const names = (map: string[] = [], ignore: string[] = []) => new Names(map, ignore);

function byKey({ runs }: Source): SourceRun[] {
  return KEYS.map(({ beta, seed }) => {
    const found = runs.filter(({ parameters }) => parameters['beta'] === beta && parameters['seed'] === seed);
    expect(found).toHaveLength(1);
    return found[0]!;
  });
}

/** A copy of a fixture that a test may spoil. */
function copyOf(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'cosweep-tools-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  cpSync(join(files, name), join(folder, name), { recursive: true });
  return join(folder, name);
}

test.each([
  ['tensorboard-hparams', 'tensorboard'],
  ['tensorboard-folders', 'tensorboard'],
  ['wandb-offline', 'wandb'],
  ['optuna/study.sqlite3', 'optuna'],
  ['make.py', 'csv'],
])('%s is %s', (name, kind) => {
  expect(sourceKind(join(files, name))).toBe(kind);
});

test('what is neither is refused', () => {
  const folder = mkdtempSync(join(tmpdir(), 'cosweep-tools-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  expect(() => sourceKind(folder)).toThrow(/found a folder of 0 entries; a CSV file, a folder of TensorBoard's/);
  writeFileSync(join(folder, 'picture.png'), Buffer.from([1, 0, 2]));
  expect(() => sourceKind(join(folder, 'picture.png'))).toThrow(/found a file that is no text/);
  expect(() => sourceKind(join(folder, 'none'))).toThrow(/there is no such file/);
});

describe("TensorBoard's event files", () => {
  test('parameters of the HParams plugin, in the folders that PyTorch makes for them', async () => {
    const source = await readTensorBoard(join(files, 'tensorboard-hparams'), names([], ['hparam/*']), null);
    expect(source.runs).toHaveLength(6);
    for (const [i, { beta, seed }] of KEYS.entries()) {
      const { parameters, curves, failure, place, startedAt, seconds } = byKey(source)[i]!;
      expect(parameters).toEqual({ beta, N: 20, optimizer: 'adam', amsgrad: 1, seed });
      expect(Object.fromEntries(curves)).toEqual({
        'train/loss': { batches: BATCHES, values: float32(loss(seed)) },
        'val/acc': { batches: BATCHES, values: float32(accuracy(beta, seed)) },
      });
      expect([failure, place]).toEqual([null, `run-${beta === 0 ? '0.0' : beta}-${seed}`]);
      expect(startedAt! / 1000).toBeGreaterThan(Date.UTC(2026, 0) / 1000);
      expect(seconds).toBeGreaterThan(0);
    }
  });

  test('parameters in the path, and a folder for each part of the data', async () => {
    const folder = join(files, 'tensorboard-folders');
    const source = await readTensorBoard(folder, names(), 'beta{beta}_N{N}/seed{seed}');
    expect(source.runs).toHaveLength(6);
    for (const [i, { beta, seed }] of KEYS.entries()) {
      const { parameters, curves } = byKey(source)[i]!;
      expect(parameters).toEqual({ beta, N: 20, seed });
      expect(Object.fromEntries(curves)).toEqual({
        'train/epoch_value': { batches: BATCHES, values: float32(loss(seed)) },
        'val/epoch_value': { batches: BATCHES, values: float32(accuracy(beta, seed)) },
      });
    }
  });

  test('every run without parameters is told, and every path that the pattern does not match', async () => {
    const folder = join(files, 'tensorboard-folders');
    await expect(readTensorBoard(folder, names(), null)).rejects.toThrow(
      /: 6 problems\n {2}beta0\.0_N20\/seed0: found no hyper/,
    );
    await expect(readTensorBoard(folder, names(), 'lr{lr}')).rejects.toThrow(
      /: 6 problems\n {2}beta0\.0_N20\/seed0: found a path that "lr\{lr\}" does not match/,
    );
    await expect(readTensorBoard(folder, names(), 'beta')).rejects.toThrow(/--pattern beta: found no name in braces/);
  });

  test('a file that is cut off is read up to there; one with a wrong byte is refused by its name', async () => {
    const folder = copyOf('tensorboard-hparams');
    const run = join(folder, 'run-0.0-0');
    const file = join(
      run,
      readdirSync(run).find((name) => name.startsWith('events'))!,
    );
    const bytes = readFileSync(file);
    truncateSync(file, bytes.length - 5);
    const source = await readTensorBoard(folder, names([], ['hparam/*']), null);
    expect(byKey(source)[0]!.curves.get('val/acc')!.batches).toEqual([0, 20]);
    const spoilt = Buffer.from(bytes);
    spoilt[60] = spoilt[60]! ^ 1;
    writeFileSync(file, spoilt);
    await expect(readTensorBoard(folder, names(), null)).rejects.toThrow(
      /run-0\.0-0\/events.*does not match its checksum/,
    );
  });
});

describe('which folders are one run', () => {
  const values = { hasValues: true, hasParameters: false };
  const both = { hasValues: true, hasParameters: true };
  const parameters = { hasValues: false, hasParameters: true };
  const placesOf = (folders: Record<string, typeof values>, pattern: string | null = null) =>
    Object.fromEntries(
      [...placeFolders(new Map(Object.entries(folders)), pattern === null ? null : new PathPattern(pattern))].map(
        ([folder, { run, prefix }]) => [folder, `${run}|${prefix}`],
      ),
    );

  test.each([
    [
      'runs called by the time',
      { '20261130123527': both, '20261130123528': both },
      ['20261130123527|', '20261130123528|'],
    ],
    ['add_hparams of PyTorch', { a: values, 'a/1701234567.89': both }, ['a|', 'a|']],
    ['add_hparams at the top', { '': values, '1701234567.89': both }, ['|', '|']],
    ['add_scalars', { a: values, 'a/Loss_train': values }, ['a|', 'a|Loss_train/']],
    [
      'parts, as Keras writes them',
      { 'a/train': values, 'a/validation': values, a: parameters },
      ['a|train/', 'a|val/', 'a|'],
    ],
    [
      'a tuning of Keras',
      { tuning: parameters, 'tuning/run-0': both, 'tuning/run-1': both },
      ['tuning|', 'tuning/run-0|', 'tuning/run-1|'],
    ],
    ['a run within a run', { a: both, 'a/version_1': both }, ['a|', 'a/version_1|']],
  ])('%s', (_, folders, places) => {
    expect(Object.values(placesOf(folders))).toEqual(places);
  });

  test('a pattern with what a pattern of letters would misread', () => {
    expect(placesOf({ 'run-0.1.b/train': values, 'other/x': values }, 'run-{lr}.b')).toEqual({
      'run-0.1.b/train': 'run-0.1.b|train/',
      'other/x': 'other/x|',
    });
  });
});

describe("W&B's folder", () => {
  test('config, history and ends of runs that were never sent', () => {
    const source = readWandb(join(files, 'wandb-offline'), names());
    expect(source.runs).toHaveLength(6);
    for (const [i, { beta, seed }] of KEYS.entries()) {
      const { parameters, curves, failure, startedAt } = byKey(source)[i]!;
      expect(parameters).toEqual({ beta, N: 20, 'optimizer.name': 'adam', 'optimizer.betas': '[0.9,0.999]', seed });
      expect(Object.fromEntries(curves)).toEqual({
        'train/loss': { batches: BATCHES, values: loss(seed) },
        'val/acc': { batches: BATCHES, values: accuracy(beta, seed) },
        'val/broken': { batches: [41], values: [NaN] },
      });
      expect(failure).toBe(beta === 0.2 && seed === 2 ? 'It ended with exit code 1' : null);
      expect(startedAt).toBeGreaterThan(Date.UTC(2026, 0));
    }
  });

  test('a run that was resumed is one run, from both of its files', () => {
    const folder = copyOf('wandb-offline');
    const [first, second] = readdirSync(join(folder, 'wandb')).sort() as [string, string];
    const fileOf = (run: string) => join(folder, 'wandb', run, readdirSync(join(folder, 'wandb', run))[0]!);
    const idOf = (run: string) => run.split('-').at(-1)!;
    // The same bytes under the name of the other run, whose id has as many letters.
    const bytes = readFileSync(fileOf(second)).toString('latin1').replaceAll(idOf(second), idOf(first));
    writeFileSync(fileOf(second), bytes, 'latin1');
    const { runs } = readWandb(folder, names());
    expect([runs.length, runs[0]!.id]).toEqual([5, idOf(first)]);
    expect(runs[0]!.curves.get('val/acc')!.batches).toEqual(BATCHES);
  });

  test('a run that was killed has no end, and keeps what it logged; what W&B did not write is refused', () => {
    const folder = copyOf('wandb-offline');
    const run = join(folder, 'wandb', readdirSync(join(folder, 'wandb'))[0]!);
    const file = join(run, readdirSync(run)[0]!);
    const bytes = readFileSync(file);
    truncateSync(file, bytes.length - 400);
    const cut = readWandb(folder, names()).runs[0]!;
    expect(cut.failure).toBe('W&B has no end of it: it was killed, or is still at work');
    expect(cut.curves.get('val/acc')!.batches.length).toBeGreaterThan(0);
    copyFileSync(join(files, 'make.py'), file);
    expect(() => readWandb(folder, names())).toThrow(/run-.*\.wandb: it does not begin with :W&B/);
    expect(() => readWandb(join(files, 'optuna'), names())).toThrow(/found no run-….wandb file/);
  });
});

describe("Optuna's study", () => {
  const file = join(files, 'optuna/study.sqlite3');
  const read = (study: string | null = null, map: string[] = []) =>
    fromOptuna(file, readOptunaStudies(file), study, names(map));

  test('parameters by their choices, the seed of the attributes, reports as the curve', () => {
    const source = read(null, ['train_loss=train/loss', 'objective=val/acc']);
    expect(source.runs).toHaveLength(8);
    for (const [i, { beta, seed }] of KEYS.entries()) {
      const { parameters, curves, failure, seconds } = byKey(source)[i]!;
      expect(parameters).toEqual({ beta, N: 20, optimizer: 'adam', seed });
      expect(Object.fromEntries(curves)).toEqual({
        'val/acc': { batches: BATCHES, values: accuracy(beta, seed) },
        'train/loss': { batches: [40], values: [loss(seed)[2]] },
      });
      expect(failure).toBeNull();
      expect(seconds).toBeGreaterThan(0);
    }
    expect(source.goals).toEqual({ 'val/acc': 'maximize', 'val/acc/reported': 'maximize' });
    expect(source.notes).toEqual([
      '1 trial has not ended: left out.',
      '1 of the trials were pruned by what they reported; those that are left are the better ones.',
    ]);
  });

  test('pruned and failed trials have failed, with what they reported', () => {
    const ended = read().runs.filter(({ parameters }) => parameters['optimizer'] === 'sgd');
    expect(ended.map(({ place, failure, curves }) => [place, failure, curves.get('objective')?.batches])).toEqual([
      ['trial 6', 'Optuna pruned it', [0, 20]],
      ['trial 7', 'Optuna has it as failed', [0, 20]],
    ]);
  });

  test('an objective that is not the last report is a curve of its own', () => {
    const [study] = readOptunaStudies(file);
    const trials = study!.trials.slice(0, 1).map((trial) => ({ ...trial, values: [{ objective: 0, value: 0.99 }] }));
    const { runs } = fromOptuna(file, [{ ...study!, trials }], null, names());
    expect(Object.fromEntries(runs[0]!.curves)).toEqual({
      objective: { batches: [40], values: [0.99] },
      'objective/reported': { batches: BATCHES, values: accuracy(0, 0) },
    });
  });

  test('a user attribute that is not finite, and one that nobody reads', () => {
    const [study] = readOptunaStudies(file);
    const attributes = [
      { key: 'loss', value: 'NaN' },
      { key: 'other', value: '{"a": [Infinity, "NaN, said \\"NaN\\""]}' },
    ];
    const trials = study!.trials.slice(0, 1).map((trial) => ({ ...trial, attributes }));
    const { runs } = fromOptuna(file, [{ ...study!, trials }], null, names(['other=training.other']));
    expect(runs[0]!.parameters['training.other']).toBe('{"a":["Infinity","NaN, said \\"NaN\\""]}');
  });

  test('another study, and a file that is none of Optuna', () => {
    expect(() => read('other')).toThrow(/--study: found "other", wanted one of "fixture"/);
    expect(() => readOptunaStudies(join(files, 'make.py'))).toThrow(
      /found file is not a database; an SQLite file of Optuna 3/,
    );
    expect(() => readOptunaStudies(`${file}.not`)).toThrow(/there is no such file/);
  });
});
