import { captionOf, noteOf } from './display-table.ts';
import { toLatexText } from './latex-text.ts';
import type { BodyCell, BodyLine, DifferenceText, HeadCell, Layout, ValueText } from './layout.ts';
import type { AnyTable } from '../compare/comparison.ts';
import { layOut } from './table-layout.ts';

/** The table as a float for a paper that loads `booktabs`. The caption holds the whole footnote. */
export function toLatex(table: AnyTable): string {
  const layout = layOut(table);
  return [
    '% needs \\usepackage{booktabs}',
    '\\begin{table}',
    '\\centering',
    `\\caption{${toLatexText(`${captionOf(table)}. ${noteOf(table)}`)}}`,
    ...(layout.columns > 6 ? ['\\footnotesize\\setlength{\\tabcolsep}{3pt}'] : []),
    ...toTabular(layout),
    '\\end{table}',
    '',
  ].join('\n');
}

function toTabular(layout: Layout): string[] {
  const columns = 'l'.repeat(layout.labels) + 'c'.repeat(layout.columns - layout.labels);
  const last = layout.lines.length - 1;
  return [
    `\\begin{tabular}{${columns}} \\toprule`,
    ...layout.head.map((line, index) => {
      const rule = index < layout.head.length - 1 ? rulesBelow(line) : '\\midrule';
      return `${line.map(toHead).join(' & ').trimStart()} \\\\ ${rule}`.trimEnd();
    }),
    ...layout.lines.flatMap((line, index) => toLines(line, endOf(layout.lines, index, last))),
  ];
}

/** Controls, the search and ablations are set apart by a little space. */
function endOf(lines: readonly BodyLine[], index: number, last: number): string {
  if (index === last) return ' \\bottomrule \\end{tabular}';
  return lines[index]!.kind !== lines[index + 1]!.kind ? ' \\addlinespace' : '';
}

/** A line and, below it, smaller, the differences and the remarks of its cells, where there are any. */
function toLines({ cells }: BodyLine, end: string): string[] {
  const lines = [cells.map(toValueCell)];
  if (cells.some((cell) => cell.kind === 'value' && cell.below !== null))
    lines.push(cells.map((cell) => below(cell, cell.kind === 'value' && cell.below ? toDifference(cell.below) : '')));
  if (cells.some((cell) => cell.kind === 'value' && cell.remark !== ''))
    lines.push(cells.map((cell) => below(cell, cell.kind === 'value' ? toLatexText(cell.remark) : '')));
  return lines.map((line, index) => `${line.join(' & ')} \\\\${index === lines.length - 1 ? end : ''}`);
}

function toValueCell(cell: BodyCell): string {
  if (cell.kind === 'text') return toLatexText(cell.text);
  if (cell.kind === 'difference') return cell.difference === null ? '' : toDifference(cell.difference);
  return spanned(cell.value === null ? '--' : toValue(cell.value), cell.span);
}

function below(cell: BodyCell, content: string): string {
  const span = cell.kind === 'value' ? cell.span : 1;
  return content === '' ? '&'.repeat(span - 1) : spanned(`\\scriptsize ${content}`, span);
}

function toValue({ mean, sd, bold, dotted }: ValueText): string {
  const content = sd === null ? mean : `${mean} \\pm ${sd}`;
  return bold ? `$\\mathbf{${content}}$` : `$${content}${dotted ? '^{\\circ}' : ''}$`;
}

function toDifference({ mean, interval, marked }: DifferenceText): string {
  const range = interval === null ? '' : `\\;[${interval[0]},${interval[1]}]`;
  return `$${mean}${range}${marked ? '^*' : ''}$`;
}

function toHead({ text, math, span, group }: HeadCell): string {
  const content = `${toLatexText(text)}${math === '' ? '' : toMath(math)}`;
  return group ? `\\multicolumn{${span}}{c}{${content}}` : content;
}

/** A symbol or number as mathematics; words in it stay words. */
function toMath(math: string): string {
  const word = /^(\S+) (.+)$/.exec(math);
  if (word) return `${toMath(word[1]!)} ${toLatexText(word[2]!)}`;
  return /^[\dNT/.+-]+$/.test(math) ? `$${math}$` : toLatexText(math);
}

function spanned(content: string, span: number): string {
  return span > 1 ? `\\multicolumn{${span}}{c}{${content}}` : content;
}

function rulesBelow(line: readonly HeadCell[]): string {
  let column = 1;
  const rules: string[] = [];
  for (const { span, group } of line) {
    if (group) rules.push(`\\cmidrule(lr){${column}-${column + span - 1}}`);
    column += span;
  }
  return rules.join(' ');
}
