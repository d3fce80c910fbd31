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
  /** What the column shows, for a page that leaves some out or sets them in another order. */
  key?: ColumnKey;
}

export type ColumnKey = 'label' | 'n' | 'mean' | 'difference' | 'p' | 'target' | 'after' | 'worst' | 'rank' | 'remarks';

/** Controls come first, and they and ablations are set apart from the search. */
export type LineKind = 'control' | 'search' | 'ablation';

export interface BodyLine {
  kind: LineKind;
  cells: BodyCell[];
}

export type BodyCell = { /** What lines are sorted by; null at the end. */ sort: number | null } & (
  | { kind: 'text'; text: string }
  | {
      kind: 'value';
      value: ValueText | null;
      below: DifferenceText | null;
      remark: string;
      span: number;
      /** Indices of the arms behind it. */
      arms: number[];
    }
  | { kind: 'difference'; difference: DifferenceText | null }
);

export interface ValueText {
  mean: string;
  sd: string | null;
  /** The best mean. */
  bold: boolean;
  /** Not shown to differ from the best. */
  dotted: boolean;
}

export interface DifferenceText {
  mean: string;
  interval: [string, string] | null;
  marked: boolean;
}

export function headCell(title: string, span = 1, group = false): HeadCell {
  return { text: title, math: '', span, group };
}

export function textCell(content: string, sort: number | null = null): BodyCell {
  return { kind: 'text', text: content, sort };
}

/** @param row `control` is true for an arm, or arms, without the phase */
export function lineKind({ control, ablation }: { control: boolean; ablation: string | null }): LineKind {
  return control ? 'control' : ablation === null ? 'search' : 'ablation';
}
