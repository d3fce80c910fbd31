import { isSignificant } from '../table/family.ts';
import type { SweepComparison } from '../compare/comparison.ts';
import { toCsvLines, type CsvValue } from './csv.ts';

const COLUMNS = [
  'row',
  'control',
  'ablation',
  'average_rank',
  'sweep',
  'column',
  'arms',
  'n',
  'mean',
  'sd',
  'best',
  'like_best',
  'difference_n',
  'difference_mean',
  'difference_low',
  'difference_high',
  'p',
  'p_corrected',
  'significant',
  'untested',
  'diverged',
  'collapsed',
  'note',
];

/** The comparison for programs: a line for each cell that was run, numbers in full; the footnote in the first line. */
export function comparisonToCsv({ lines, sweeps, rows, note }: SweepComparison): string {
  const cells = lines.flatMap((line) =>
    sweeps.flatMap((sweep, k): CsvValue[][] => {
      const row = line.cells[k] === null ? null : sweep.table.rows[line.cells[k]!]!;
      if (row === null) return [];
      const { difference } = row;
      return [
        [
          rows === 'arm' ? line.label : line.value,
          line.control,
          line.ablation,
          line.averageRank,
          sweep.id,
          sweep.label,
          row.arms.join(' '),
          row.n,
          row.mean,
          row.sd,
          row.best,
          row.likeBest,
          difference?.n ?? null,
          difference?.mean ?? null,
          difference?.low ?? null,
          difference?.high ?? null,
          difference?.p ?? null,
          difference?.shown ?? null,
          difference?.shown == null ? null : isSignificant(difference.shown),
          difference?.untested ?? null,
          row.diverged,
          row.collapsed,
        ],
      ];
    }),
  );
  return toCsvLines(
    COLUMNS,
    cells.map((cell, index) => [...cell, index === 0 ? note.join(' ') : '']),
  );
}
