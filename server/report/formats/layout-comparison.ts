import type { SweepComparison } from '../compare/comparison.ts';
import { toShortName } from '../compare/setting-of.ts';
import { headCell, lineKind, textCell, type BodyCell, type BodyLine, type HeadCell, type Layout } from './layout.ts';
import { parameterTitle, parameterValues } from './parameter-text.ts';
import { remarkOf, rowTexts } from './row-text.ts';

/** A column for each sweep, and the average rank where there is one. */
export function layOutComparison(comparison: SweepComparison): Layout {
  const { sweeps, lines, ranked, cols } = comparison;
  const hasRanks = ranked > 1;
  const columns = 1 + sweeps.length + (hasRanks ? 1 : 0);
  const title: HeadCell[] = cols === 'sweep' ? [] : [headCell(''), headCell(toShortName(cols), sweeps.length, true)];
  const head: HeadCell[][] = [
    ...(title.length === 0 ? [] : [[...title, ...(hasRanks ? [headCell('')] : [])]]),
    [
      { ...titleOf(comparison), key: 'label' },
      ...sweeps.map(({ label }): HeadCell => ({ ...headCell(label), key: 'mean' })),
      ...(hasRanks ? [{ ...headCell('rank'), key: 'rank' as const }] : []),
    ],
  ];
  const cells = sweeps.map((sweep) => {
    const texts = rowTexts(sweep.table, comparison.digits);
    return (row: number | null): BodyCell => {
      const empty = { kind: 'value' as const, below: null, remark: '', span: 1, arms: [], sort: null };
      if (row === null) return { ...empty, value: null };
      const found = sweep.table.rows[row]!;
      const remark = remarkOf(found, sweep.table, sweep, mostOf(sweep.table.rows));
      return {
        ...empty,
        value: texts.value(found),
        below: texts.difference(found),
        remark,
        arms: found.arms,
        sort: found.mean,
      };
    };
  });
  const labels = labelsOf(comparison);
  return {
    labels: 1,
    columns,
    head,
    lines: lines.map((line, index): BodyLine => ({
      kind: lineKind(line),
      cells: [
        textCell(labels[index]!, index),
        ...line.cells.map((row, k) => cells[k]!(row)),
        ...(hasRanks ? [rankCell(line.averageRank)] : []),
      ],
    })),
  };
}

function titleOf({ rows, lines, batches, unitOfN }: SweepComparison): HeadCell {
  if (rows === 'arm') return headCell('arm');
  if (rows === 'N' && unitOfN === 'share') return { ...headCell('Switch '), math: 'N/T' };
  return parameterTitle(
    rows,
    lines.map(({ value }) => value),
    batches,
  );
}

/** Stands for the value of a parameter where it is not in force. */
const NOT_IN_FORCE = '–';

function labelsOf({ rows, lines, batches, unitOfN }: SweepComparison): string[] {
  if (rows === 'arm') return lines.map(({ label }) => label);
  const written = parameterValues(
    rows,
    lines.map(({ value }) => value),
    unitOfN === 'share' ? 1 : batches,
  );
  return lines.map(({ ablation }, index) => {
    const value = written[index]!;
    if (ablation === null) return value || NOT_IN_FORCE;
    return value === '' ? ablation : `${value} (${ablation})`;
  });
}

function rankCell(rank: number | null): BodyCell {
  return textCell(rank === null ? NOT_IN_FORCE : String(Number(rank.toFixed(2))), rank);
}

function mostOf(rows: readonly { n: number }[]): number {
  return Math.max(0, ...rows.map(({ n }) => n));
}
