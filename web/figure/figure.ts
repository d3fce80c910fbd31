import type { Ink } from '../series/chart-spec.ts';

/** Panels under a title, as they go into a paper: always in light colours. */
export interface Figure {
  title: string;
  panels: Panel[];
  legend: LegendItem[];
  /** What a reader has to know, in small print below. */
  note?: string;
}

export interface Panel {
  label: string;
  /** True: takes the whole width; otherwise panels stand side by side where there is room. */
  isWide?: boolean;
  /** Its height at a width, in CSS pixels. */
  heightAt(width: number): number;
  draw(context: Canvas, width: number, height: number): void;
  /** The points that are drawn. */
  rows(): CsvRow[];
}

/** A name with its look, for a legend. */
export interface LegendItem {
  label: string;
  ink: Ink;
  /** Default: a line as charts draw this ink. */
  look?: 'line' | 'thin' | 'dashed' | 'dotted' | 'dot' | 'shade' | 'hatch' | 'tick';
}

/** What panels draw on. */
export type Canvas = CanvasRenderingContext2D;

/** One point that is drawn. */
export interface CsvRow {
  series: string;
  /** What it is a point of: a line, a band, a mark of its own. */
  shape: string;
  x: number | string | null;
  y: number | null;
  low?: number | null;
  high?: number | null;
  note?: string;
}

/**
 * Widths that journals set: one column of 85 mm, both columns of 175 mm; in CSS pixels, of which 25.4 mm have 96. And
 * the width of a report.
 */
export const WIDTHS = { one: 321, two: 661, page: 928 } as const;
export type Columns = 'one' | 'two';
