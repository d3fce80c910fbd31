/**
 * What a chart shows, as numbers and words without pixels. Pure functions make it from answers of the API, and the
 * drawing shell in `chart/` turns it into a Chart.js configuration. Shapes are listed from the back to the front.
 */
export interface ChartSpec {
  /** What a reader who cannot see the chart is told. */
  description: string;
  axes: Axis[];
  shapes: ChartShape[];
  marks: Mark[];
}

export interface Axis {
  id: string;
  direction: 'x' | 'y';
  title: string | null;
  min?: number;
  max?: number;
  logarithmic?: boolean;
  /**
   * Axes of one direction share the side of the chart in this proportion, in the order listed (left to right, top to
   * bottom).
   */
  share?: number;
  /** Labels at 0, 1, 2, … in place of numbers. */
  categories?: string[];
  /** The categories fill the axis from end to end, as the cells of a map do. */
  isTight?: boolean;
  /** The categories are named by colour and legend alone; the tooltip still says them. */
  hideLabels?: boolean;
  /** How the numbers along it are written. */
  format?: 'number' | 'percent' | 'signed';
  /** At most this many numbers along it. */
  ticks?: number;
}

/** A number is a place in the palette; `control` and `faint` are greys; a tone goes from −4 (worse) to 4 (better). */
export type Ink = number | 'control' | 'faint' | { tone: number };

interface ShapeBase {
  /** Stays the same while a chart is updated: a shape of the same id is changed in place. */
  id: string;
  ink: Ink;
  xAxis: string;
  yAxis: string;
  /** Name in the tooltip; null: the pointer passes over it. */
  label: string | null;
  /** Name in exported data, where the label is null or says less. */
  series?: string;
}

export interface LineShape extends ShapeBase {
  kind: 'line';
  x: number[];
  /** null interrupts the line. */
  y: (number | null)[];
  weight: 'thin' | 'normal' | 'bold';
  dash?: 'dashed' | 'dotted';
  /** What the tooltip says about each point, after the label. */
  notes?: string[];
}

export interface BandShape extends ShapeBase {
  kind: 'band';
  x: number[];
  low: (number | null)[];
  high: (number | null)[];
  /** Fainter, for what lies behind the data. */
  stripe?: boolean;
}

export interface PointsShape extends ShapeBase {
  kind: 'points';
  x: number[];
  y: (number | null)[];
  symbol: PointSymbol;
  size: number;
  /** What the tooltip says about each point, after the label. */
  notes?: string[];
}

export type PointSymbol = 'circle' | 'triangle' | 'rect' | 'rectRot' | 'star' | 'cross';
export type ChartShape = LineShape | BandShape | PointsShape;

/** A mark that is drawn by hand, behind or over the data. Areas and upright lines span all y axes. */
export type Mark =
  | { kind: 'area'; xAxis: string; from: number; to: number; label?: string }
  /** Hatched, in the `lane`th of `lanes` equal lanes of the y axis. */
  | { kind: 'hatch'; xAxis: string; yAxis: string; from: number; to: number; lane: number; lanes: number; ink: Ink }
  | { kind: 'vertical'; xAxis: string; at: number; label?: string }
  | { kind: 'zero'; yAxis: string }
  | { kind: 'tick'; xAxis: string; yAxis: string; at: number; lane: number; ink: Ink }
  | CellMark;

/** A cell of a map, at the category `x` and `y` of its axes. */
export interface CellMark {
  kind: 'cell';
  xAxis: string;
  yAxis: string;
  x: number;
  y: number;
  /** null: not filled. */
  tone: number | null;
  /** Left out where the cell is too narrow for it. */
  text: string;
  isPale: boolean;
  isOutlined: boolean;
  isHatched: boolean;
  /** A triangle in the upper right corner. */
  hasCorner: boolean;
}
