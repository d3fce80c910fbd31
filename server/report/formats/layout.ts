/**
 * The table as it is read: header and lines of cells whose numbers are already text (ASCII, `-` for minus), whatever
 * the format. Markdown, HTML, LaTeX and the page are written from this and differ in nothing but their marks and
 * escapes.
 */
export interface Layout {
  /** Columns of labels, set flush left. */
  labels: number;
  columns: number;
  head: HeadCell[][];
  lines: BodyLine[];
}

export interface HeadCell {
  text: string;
  /** The end of the text that is mathematics: `N/T` of "Switch N/T". */
  math: string;
  span: number;
  /** True for a title above several columns, which gets a rule below. */
  group: boolean;
}

export interface BodyLine {
  cells: BodyCell[];
  /** True for a control or ablation, which is set apart. */
  apart: boolean;
}

export type BodyCell =
  | { kind: 'text'; text: string }
  | { kind: 'value'; value: ValueText | null; below: DifferenceText | null; remark: string; span: number }
  | { kind: 'difference'; difference: DifferenceText | null };

export interface ValueText {
  mean: string;
  sd: string | null;
  bold: boolean;
}

export interface DifferenceText {
  mean: string;
  interval: [string, string] | null;
  marked: boolean;
}

export function headCell(title: string, span = 1, group = false): HeadCell {
  return { text: title, math: '', span, group };
}

export function textCell(content: string): BodyCell {
  return { kind: 'text', text: content };
}
