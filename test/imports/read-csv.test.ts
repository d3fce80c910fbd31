import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { Names } from '../../server/imports/names.ts';
import { readCsv } from '../../server/imports/read-csv.ts';
import type { Source } from '../../server/imports/source.ts';
import { DefinitionError } from '../../server/sweep/problem.ts';

let file: string;

beforeEach(() => {
  const folder = mkdtempSync(join(tmpdir(), 'cosweep-csv-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  file = join(folder, 'runs.csv');
});

function read(text: string, map: string[] = [], ignore: string[] = []): Promise<Source> {
  writeFileSync(file, text);
  return readCsv(file, new Names(map, ignore));
}

async function problemsOf(text: string, map: string[] = []): Promise<string[]> {
  const error = await read(text, map).then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(DefinitionError);
  return (error as DefinitionError).problems.map(({ path, message }) => `${path}: ${message}`);
}

const curvesOf = ({ runs }: Source) => runs.map(({ curves }) => Object.fromEntries(curves));

describe('a long table', () => {
  test('has a run for each assignment and seed, its values in the order of their batches', async () => {
    const source = await read(
      'lr,opt,warm,seed,metric,batch,value\n' +
        '0.1,sgd,true,0,val/acc,20,0.7\n0.1,sgd,true,0,val/acc,10,0.5\n1e-2,adam,FALSE,0,val/acc,10.0,nan\n',
    );
    expect(source.runs.map(({ place, parameters }) => [place, parameters])).toEqual([
      ['line 2', { lr: 0.1, opt: 'sgd', warm: true, seed: 0 }],
      ['line 4', { lr: 0.01, opt: 'adam', warm: false, seed: 0 }],
    ]);
    expect(curvesOf(source)).toEqual([
      { 'val/acc': { batches: [10, 20], values: [0.5, 0.7] } },
      { 'val/acc': { batches: [10], values: [NaN] } },
    ]);
  });

  test.each([
    ['tabs', '\t'],
    ['semicolons', ';'],
  ])('may have %s for the commas, a byte order mark, Windows line ends and quoted cells', async (_, between) => {
    const rows = [
      ['opt', 'seed', 'metric', 'batch', 'value'],
      ['"a ""good"" one"', '3', 'loss', '0', '-1.5E-3'],
    ];
    const source = await read(`\uFEFF${rows.map((row) => row.join(between)).join('\r\n')}\r\n\r\n`);
    expect(source.runs.map(({ parameters }) => parameters)).toEqual([{ opt: 'a "good" one', seed: 3 }]);
    expect(curvesOf(source)).toEqual([{ loss: { batches: [0], values: [-0.0015] } }]);
  });

  test('words for no number among numbers, gaps, mixed line ends, a decimal comma, a nameless column', async () => {
    const source = await read(
      ';beta;N;seed;metric;batch;value\r\n1;0;NA;0;acc;1;0,5\n2;0,2;50;0;acc;1;0,75\r\n3;0,2;50;0;acc;2;\n'.replace(
        /^;/,
        'Unnamed: 0;',
      ),
    );
    expect(source.runs.map(({ parameters }) => parameters)).toEqual([
      { beta: 0, N: null, seed: 0 },
      { beta: 0.2, N: 50, seed: 0 },
    ]);
    expect(curvesOf(source)).toEqual([
      { acc: { batches: [1], values: [0.5] } },
      { acc: { batches: [1], values: [0.75] } },
    ]);
    const excel = await read('sep=;\na;metric;batch;value\n1;acc;1;2\n');
    expect(curvesOf(excel)).toEqual([{ acc: { batches: [1], values: [2] } }]);
  });

  test('a parameter may be called as columns of other tables are', async () => {
    const { runs, notes } = await read('arm,Group,device,metric,batch,value\n1,a,cpu,acc,1,2\n');
    expect([runs[0]!.parameters, notes]).toEqual([{ arm: 1, Group: 'a', device: 'cpu' }, []]);
  });

  test('a column "run" tells runs apart; renamed and ignored names', async () => {
    const text =
      'run,Learning Rate,host,seed,metric,batch,value\na,1,h1,0,acc,1,2\nb,1,h2,0,acc,1,3\nb,1,h2,0,x/y,1,4\n';
    const source = await read(text, ['Learning Rate=training.lr', 'acc=val/accuracy'], ['host', 'x/*']);
    expect(source.runs.map(({ parameters }) => parameters)).toEqual([
      { 'training.lr': 1, seed: 0 },
      { 'training.lr': 1, seed: 0 },
    ]);
    expect(curvesOf(source).map((curves) => Object.keys(curves))).toEqual([['val/accuracy'], ['val/accuracy']]);
  });

  test('every wrong row is told with its line, all at once', async () => {
    const text =
      'run,lr,seed,metric,batch,value\n' +
      'a,1,0,acc,1,0.5\n' +
      'a,2,0,acc,2,0.5\n' +
      'a,1,0,acc,1.5,0.5\n' +
      'a,1,0,acc,-3,0.5\n' +
      'a,1,0,acc,3,high\n' +
      'a,1,0,acc\n' +
      'a,1,0,,4,1\n' +
      'a,1,0,acc,1,0.6\n' +
      'a,1,0,acc,1,0.5\n';
    expect(await problemsOf(text)).toEqual([
      'line 3: found lr = "2" for run "a", wanted "1" as in line 2',
      'line 4: found "1.5" as batch, wanted a whole number ≥ 0',
      'line 5: found "-3" as batch, wanted a whole number ≥ 0',
      'line 6: found "high" for acc, wanted a number',
      'line 7: found 4 cells, wanted 6 as in the heading',
      'line 8: found no name in column "metric", wanted the name of a metric',
    ]);
    const repeated = text.split('\n').filter((_, i) => ![2, 3, 4, 5, 6, 7].includes(i));
    expect(await problemsOf(repeated.join('\n'))).toEqual([
      'line 3: found a second value of acc at batch 1 of a run, wanted one (the first is in line 2)',
    ]);
  });

  test.each([
    ['', ': found an empty file, wanted a heading and rows'],
    ['a,metric,batch,value\n', ': found a heading alone, wanted rows below it'],
    ['a,a,metric,batch,value\n1,1,x,1,1\n', 'line 1: found two columns "a", wanted one (--ignore leaves one out)'],
    ['a,metric,value\n1,x,1\n', 'line 1: found no column "batch" in "a", "metric", "value", wanted one'],
    ['a,metric,batch\n1,x,1\n', 'line 1: found no column "value" in "a", "metric", "batch", wanted one'],
    [
      'lr,acc\n1,2\n',
      'line 1: found no metric among "lr", "acc", wanted columns metric, batch and value, or metrics as columns: ' +
        'names that begin with train/, val/ or test/, or that --map makes so (--map acc=val/accuracy)',
    ],
  ])('%j is refused', async (text, problem) => {
    expect(await problemsOf(text)).toEqual([problem]);
  });

  test('what is no CSV is refused with its line, and what is no mapping', async () => {
    await expect(read('a,metric,batch,value\n1,x,1,1\n2,"x,1,1\n')).rejects.toThrow(
      /runs\.csv, line \d: found what is no CSV/,
    );
    expect(await problemsOf('a,metric,batch,value\n1,x,1,1\n', ['acc'])).toEqual([
      '--map acc: wanted THEIRS=OURS, such as acc=val/accuracy',
    ]);
    await expect(readCsv(`${file}.not`, new Names([], []))).rejects.toThrow(/there is no such file/);
  });
});

test('names that nothing has are told', () => {
  const names = new Names(['lrr=training.lr', 'acc=val/acc'], ['nosuch', 'a*']);
  for (const name of ['lr', 'acc']) names.of(name);
  expect(names.unused().map(({ path, message }) => `${path}: ${message}`)).toEqual([
    '--map lrr: found no such metric or parameter — did you mean "lr"?',
    '--ignore nosuch: found no such metric or parameter',
  ]);
});

describe('a wide table', () => {
  test('has a column for each metric; an empty cell is no value', async () => {
    const source = await read('lr,seed,epoch,tl,val/acc\n1,0,1,2.5,\n1,0,2,2,0.5\n', ['epoch=batch', 'tl=train/loss']);
    expect(source.runs.map(({ parameters }) => parameters)).toEqual([{ lr: 1, seed: 0 }]);
    expect(curvesOf(source)).toEqual([
      { 'train/loss': { batches: [1, 2], values: [2.5, 2] }, 'val/acc': { batches: [2], values: [0.5] } },
    ]);
  });

  test("W&B's table of runs: what says nothing of the training is left out, a crashed run has failed", async () => {
    const text =
      'Name,ID,State,Notes,User,Tags,Created,Runtime,Sweep,lr,seed,test/acc,val/acc\n' +
      'bright-sun-1,x1,finished,-,me,,2026-01-01,12,,0.1,0,0.8,0.9\n' +
      'bright-sun-1,x2,crashed,-,me,,2026-01-01,12,,0.1,1,,0.2\n';
    const source = await read(text);
    expect(source.runs.map(({ parameters, failure }) => [parameters, failure])).toEqual([
      [{ lr: 0.1, seed: 0 }, null],
      [{ lr: 0.1, seed: 1 }, 'The table says that it is crashed'],
    ]);
    expect(curvesOf(source)).toEqual([
      { 'test/acc': { batches: [1], values: [0.8] }, 'val/acc': { batches: [1], values: [0.9] } },
      { 'val/acc': { batches: [1], values: [0.2] } },
    ]);
    expect(source.notes).toEqual([
      'No column is called batch: the values are taken for those at the end.',
      'Left out, as they say nothing of the training: Name, Notes, User, Tags, Created, Runtime, Sweep.',
    ]);
  });
});
