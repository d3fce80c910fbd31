import { describe, expect, it } from 'vitest';
import { parsePrinted } from '../../../server/runner/programs/parse-stdout.ts';
import { StageReport, type Told } from '../../../server/runner/programs/stage-report.ts';

const told = (report: StageReport, ...lines: string[]): Told[] => lines.flatMap((line) => report.take(line));
const points = (report: StageReport, batch?: number) =>
  (batch === undefined ? report.rest() : report.pointsUpTo(batch)).map(({ metric, batches, values }) => [
    metric,
    [...batches],
    [...values],
  ]);

const ARRAYS = (batch: number, name: string): string =>
  JSON.stringify({ batch, evaluation: 'val', features: `f${name}`, logits: `l${name}`, labels: `y${name}` });

describe('the report of a stage', () => {
  it('commits points before a save, and evaluations up to it', () => {
    const report = new StageReport(0, 4);
    const lines = told(
      report,
      '{"batch": 0, "metrics": {"val/accuracy": 0.1}}',
      '{"batch": 0, "metrics": {"train/total": 4}}',
      '{"batch": 1, "metrics": {"train/total": 3}}',
      '{"batch": 2, "metrics": {"val/accuracy": 0.5}}',
      '{"saved": 2}',
      '{"batch": 2, "metrics": {"train/total": 2}}',
    );
    expect(lines.map(({ kind }) => kind)).toEqual([
      'progress',
      'progress',
      'progress',
      'progress',
      'saved',
      'progress',
    ]);
    expect(points(report, 2)).toEqual([
      ['val/accuracy', [0, 2], [0.1, 0.5]],
      ['train/total', [0, 1], [4, 3]],
    ]);
    told(report, '{"batch": 3, "metrics": {"train/total": 1}}', '{"batch": 4, "metrics": {"val/accuracy": 0.6}}');
    expect(told(report, '{"done": 4}')).toEqual([{ kind: 'end', outcome: 'done', batch: 4 }]);
    expect(points(report)).toEqual([
      ['train/total', [2, 3], [2, 1]],
      ['val/accuracy', [4], [0.6]],
    ]);
  });

  it('understands numbers that JSON has no word for, and leaves strings alone', () => {
    const report = new StageReport(0, 9);
    told(
      report,
      '{"batch": 1, "metrics": {"val/a": NaN, "val/b": -Infinity, "val/c": "Infinity"}}',
      '{"hello": {"versions": {"Infinity": "NaN \\" Infinity"}, "device": "NaN"}}',
    );
    expect(points(report)).toEqual([
      ['val/a', [1], [NaN]],
      ['val/b', [1], [-Infinity]],
      ['val/c', [1], [Infinity]],
    ]);
  });

  it('ends as diverged where the total is not finite, or where the program says so', () => {
    expect(new StageReport(0, 9).take('{"batch": 3, "metrics": {"train/total": NaN}}')).toEqual([
      { kind: 'end', outcome: 'diverged', batch: 3 },
    ]);
    expect(new StageReport(0, 9).take('{"diverged": 5}')).toEqual([{ kind: 'end', outcome: 'diverged', batch: 5 }]);
  });

  it('stops at its last save, or without one', () => {
    const report = new StageReport(2, 9);
    expect(told(report, '{"saved": 5}', '{"stopped": 5}').at(-1)).toEqual({
      kind: 'end',
      outcome: 'stopped',
      batch: 5,
    });
    expect(told(new StageReport(2, 9), '{"stopped": null}')).toEqual([{ kind: 'end', outcome: 'stopped', batch: 2 }]);
    expect(() => told(new StageReport(2, 9), '{"saved": 5}', '{"stopped": 7}')).toThrow(
      'out.jsonl line 2: found stopped at batch 7, wanted the batch of the last save, 5',
    );
  });

  it.each<[string, string[], string]>([
    ['an evaluation of the trunk', ['{"batch": 2, "metrics": {"val/a": 1}}'], 'wanted batches from 3 to 9'],
    ['a batch beyond the end', ['{"batch": 9, "metrics": {"train/a": 1}}'], 'wanted batches from 2 to 8'],
    ['a point behind its save', ['{"saved": 5}', '{"batch": 4, "metrics": {"train/a": 1}}'], 'before the save'],
    ['an evaluation behind its save', ['{"saved": 5}', '{"batch": 5, "metrics": {"val/a": 1}}'], 'before the save'],
    ['a save twice', ['{"saved": 5}', '{"saved": 5}'], 'wanted a whole number from 6 to 9'],
    ['half a batch', ['{"batch": 2.5, "metrics": {"train/a": 1}}'], 'found batch 2.5'],
    ['a list', ['[1]'], 'wanted an object of JSON'],
    ['half a line', ['{"batch": 2, "metr'], 'wanted an object of JSON'],
    ['nothing known', ['{"epoch": 2}'], 'wanted hello, metrics, evaluation, saved, stopped, diverged or done'],
    ['arrays twice', [ARRAYS(5, 'a'), ARRAYS(5, 'b')], 'wanted each batch once'],
    ['files twice', [ARRAYS(5, 'a'), ARRAYS(6, 'a')], 'wanted files of their own for each evaluation'],
    ['metrics of no object', ['{"batch": 2, "metrics": 3}'], 'found metrics that are no object'],
  ])('refuses %s', (_, lines, message) => {
    expect(() => told(new StageReport(2, 9), ...lines)).toThrow(message);
  });
});

it.each<[string, object | null]>([
  ['epoch=3 loss=0.41 val_acc=0.97', { batch: 30, isEpoch: true, metrics: { 'train/loss': 0.41, 'val/acc': 0.97 } }],
  [
    '[step: 12] acc: 91.5%, test/top1=1e-3',
    { batch: 12, isEpoch: false, metrics: { 'val/accuracy': 91.5, 'test/top1': 0.001 } },
  ],
  [
    'iter=7, train_total=nan, valid_loss=-inf',
    { batch: 7, isEpoch: false, metrics: { 'train/total': NaN, 'val/loss': -Infinity } },
  ],
  ['loss=0.41', null],
  ['Epoch 3 of 10', null],
  ['epoch=3', null],
  ['reading data from a=b/c.txt', null],
])('reads the printed line %s', (line, wanted) => {
  expect(parsePrinted(line, { acc: 'val/accuracy' }, 10)).toEqual(wanted);
});
