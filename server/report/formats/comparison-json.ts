import type { ComparedSweep, ComparisonLine, SweepComparison } from '../compare/comparison.ts';
import { rowJson, type RowJson } from './to-json.ts';

/** The comparison as `export --format json` and the API give it. */
export type ComparisonJson = Omit<SweepComparison, 'sweeps' | 'lines' | 'note' | 'balance'> & {
  test: string;
  sweeps: Pick<ComparedSweep, 'id' | 'name' | 'label'>[];
  lines: (Omit<ComparisonLine, 'cells'> & { cells: (ComparedCell | null)[] })[];
  note: string;
};

/** `corrected` is p over all differences of all sweeps; those of `difference` are of its own sweep. */
export type ComparedCell = RowJson & { corrected: number | null };

export function comparisonToJson({ sweeps, lines, note, balance: _, ...rest }: SweepComparison): ComparisonJson {
  return {
    ...rest,
    test: sweeps[0]!.table.test,
    sweeps: sweeps.map(({ id, name, label }) => ({ id, name, label })),
    lines: lines.map((line) => ({
      ...line,
      cells: line.cells.map((cell, k) => {
        if (cell === null) return null;
        const row = sweeps[k]!.table.rows[cell]!;
        return { ...rowJson(row), corrected: row.difference?.shown ?? null };
      }),
    })),
    note: note.join(' '),
  };
}
