import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';
import { toCsvCell } from '../../server/report/formats/csv.ts';
import { curveRows, curvesToCsv, curvesToJson } from '../../server/report/formats/curves-table.ts';
import { runRowsToCsv } from '../../server/report/formats/runs-csv.ts';
import { runsTable } from '../../server/report/formats/runs-table.ts';
import { makeArm, makeControl, makeResults, makeRun } from './make-results.ts';

function sweep() {
  const arms = [
    makeControl(0, { swept: { 'training.optimizer.learningRate': 0.01 } }),
    makeArm(1, { name: 'β0.1, "quoted"', swept: { 'training.optimizer.learningRate': 0.02 } }),
  ];
  const results = makeResults(arms, [
    [0.9, 0.8],
    [0.95, null],
  ]);
  results.runs.forEach((run, i) => {
    run.id = `r${[10, 9, 2][i]}`;
  });
  results.runs.push(
    makeRun(1, 1, {
      id: 'r3',
      state: 'diverged',
      seconds: 1.5,
      curves: {
        'train/total': { batches: [0, 1, 2], values: [Math.fround(0.1), 1 / 3, null] },
        'train/beta': { batches: [0, 1, 2], values: [0, 0, 0.1] },
      },
    }),
  );
  return results;
}

describe('runs', () => {
  it('has a row per run in the order of the plan, with last and best of each metric by its direction', () => {
    const rows = runsTable(sweep());
    expect(rows.map(({ run, arm, seed, state }) => [run, arm, seed, state])).toEqual([
      ['r10', 0, 0, 'complete'],
      ['r9', 0, 1, 'complete'],
      ['r2', 1, 0, 'complete'],
      ['r3', 1, 1, 'diverged'],
    ]);
    expect(rows[0]).toMatchObject({
      armName: 'noIntra',
      control: true,
      params: { alpha: 0.5, beta: 0, gamma: 1, epsilon: null, N: null, 'training.optimizer.learningRate': 0.01 },
      engine: 'wasm',
      seconds: 10,
    });
    expect(rows[2]!.metrics['val/accuracy']).toEqual({ last: 0.95, best: 0.95, bestBatch: 400 });
    expect(rows[3]!.metrics).toEqual({
      'train/beta': { last: 0.1, best: null, bestBatch: null },
      'train/total': { last: null, best: Math.fround(0.1), bestBatch: 0 },
      'val/accuracy': { last: null, best: null, bestBatch: null },
    });
  });

  it('is the same in CSV, what is not there being empty', () => {
    const rows = parse(runRowsToCsv(runsTable(sweep())), { columns: true }) as Record<string, string>[];
    expect(rows).toHaveLength(4);
    expect(rows[2]).toMatchObject({
      run: 'r2',
      armName: 'β0.1, "quoted"',
      beta: '0.1',
      N: '200',
      'training.optimizer.learningRate': '0.02',
      'val/accuracy last': '0.95',
    });
    expect(rows[3]).toMatchObject({
      state: 'diverged',
      'train/total last': '',
      'train/total best': String(Math.fround(0.1)),
      'train/total bestBatch': '0',
      'val/accuracy best': '',
    });
  });
});

describe('curves', () => {
  it('come by run (as a number), metric and batch', () => {
    const rows = [...curveRows(sweep())];
    expect([...new Set(rows.map(({ run }) => run))]).toEqual(['r2', 'r3', 'r9', 'r10']);
    expect(rows.filter(({ run }) => run === 'r3').map(({ metric, batch, value }) => [metric, batch, value])).toEqual([
      ['train/beta', 0, 0],
      ['train/beta', 1, 0],
      ['train/beta', 2, 0.1],
      ['train/total', 0, Math.fround(0.1)],
      ['train/total', 1, 1 / 3],
      ['train/total', 2, null],
    ]);
  });

  it('round-trip exactly through JSON and CSV', () => {
    const rows = [...curveRows(sweep())];
    expect(JSON.parse([...curvesToJson(sweep())].join(''))).toEqual(rows);
    const lines = parse([...curvesToCsv(sweep())].join(''), { columns: true }) as Record<string, string>[];
    expect(lines.map((line) => (line['value'] === '' ? null : Number(line['value'])))).toEqual(
      rows.map(({ value }) => value),
    );
    expect(Object.keys(lines[0]!)).toEqual([
      'run',
      'arm',
      'armName',
      'seed',
      'metric',
      'batch',
      'value',
      'alpha',
      'beta',
      'gamma',
      'epsilon',
      'N',
      'training.optimizer.learningRate',
    ]);
    expect(lines.at(-1)).toMatchObject({ run: 'r10', beta: '0', epsilon: '', N: '' });
  });

  it('are an empty list, not nothing, before there is a point', () => {
    expect(JSON.parse([...curvesToJson({ ...sweep(), runs: [] })].join(''))).toEqual([]);
  });
});

describe('a CSV cell', () => {
  it.each([
    ['=1+1', "'=1+1"],
    ['+1', '+1'],
    ['-1.5e-3', '-1.5e-3'],
    ['-1-1', "'-1-1"],
    ['@x', "'@x"],
    ['\t=1', "'\t=1"],
    ['\r=1', '"\'\r=1"'],
    ['-', "'-"],
    ['=', "'="],
    ['a,b', '"a,b"'],
    ['say "x"', '"say ""x"""'],
    ['a\nb', '"a\nb"'],
    ['', ''],
    [null, ''],
    [Number.NaN, ''],
    [-Infinity, ''],
    [-0.1, '-0.1'],
    [true, 'true'],
    ['+0x1', "'+0x1"],
    ['-Infinity', "'-Infinity"],
    ['1e5=', '1e5='],
  ])('%j → %j', (value, expected) => {
    expect(toCsvCell(value)).toBe(expected);
  });
});
