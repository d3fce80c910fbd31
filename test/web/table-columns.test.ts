import { describe, expect, it } from 'vitest';
import type { DisplayCell, DisplayLine } from '../../server/http/schemas/display-table.ts';
import { toDisplayTable } from '../../server/report/formats/display-table.ts';
import { buildAblationTable } from '../../server/report/table/ablation-table.ts';
import { narrowTable, orderLines, spread } from '../../web/series/table-columns.ts';
import { betaBySwitch, troubledSweep } from '../report/sample-sweeps.ts';

const table = toDisplayTable(buildAblationTable(betaBySwitch()));
const namesOf = (lines: readonly DisplayLine[]) => lines.map(({ cells }) => cells[0]!.text);
const titles = (cells: readonly DisplayCell[]) => cells.map(({ text }) => text);
const asIs = { column: null, descending: false, text: '' };

describe('lines of the table', () => {
  it('are sorted by the numbers of a column; the control stays first', () => {
    const means = { ...asIs, column: 2 };
    expect(namesOf(orderLines(table.body, means))).toEqual(['noIntra', 'β0.1 N100', 'β0.1 N300', 'β0.1 N200']);
    expect(namesOf(orderLines(table.body, { ...means, descending: true }))).toEqual([
      'noIntra',
      'β0.1 N200',
      'β0.1 N300',
      'β0.1 N100',
    ]);
  });

  it('without a number are last either way', () => {
    const { body } = toDisplayTable(buildAblationTable(troubledSweep()));
    for (const descending of [false, true])
      expect(namesOf(orderLines(body, { ...asIs, column: 3, descending })).at(-1)).toBe('crossEntropyOnly');
  });

  it('are those that have the text among their labels', () => {
    expect(namesOf(orderLines(table.body, { ...asIs, text: ' n300' }))).toEqual(['β0.1 N300']);
    expect(orderLines(table.body, { ...asIs, text: '97.48' })).toEqual([]);
  });
});

describe('the table on a narrow screen', () => {
  it('has difference and p right behind the labels, and every cell below its title', () => {
    const narrow = narrowTable(table);
    expect(titles(narrow.head[0]!)).toEqual([
      'arm',
      'difference',
      'p (max-T)',
      'mean ± sd',
      'to target',
      'after N',
      'n',
    ]);
    expect(titles(narrow.body[2]!.cells).slice(0, 4)).toEqual([
      'β0.1 N200',
      '+0.273 [0.188, 0.358]*',
      '0.0020',
      '97.48 ± 0.18',
    ]);
  });

  it('keeps the columns of a metric together, below its name', () => {
    const { head, body } = narrowTable(
      toDisplayTable(buildAblationTable(troubledSweep(), { metrics: ['val/accuracy', 'val/crossEntropy'] })),
    );
    const [groups, columns] = head.map((line) => titles(spread(line)));
    expect(columns!.slice(0, 4)).toEqual(['arm', 'difference', 'p (max-T)', 'mean ± sd']);
    expect(groups![1]).toBe('val/accuracy');
    expect(groups!.slice(columns!.lastIndexOf('difference'), columns!.lastIndexOf('mean ± sd'))).toEqual([
      'val/crossEntropy',
      'val/crossEntropy',
    ]);
    for (const { cells } of body) expect(spread(cells)).toHaveLength(columns!.length);
  });

  it('of parameters stays as it is', () => {
    const matrix = toDisplayTable(buildAblationTable(betaBySwitch(), { rows: 'beta', cols: 'N' }));
    expect(narrowTable(matrix)).toBe(matrix);
  });
});
