/** What a picture is made of, in the coordinates of the picture: every format is written from these. */
export type Element = PathElement | TextElement | ClipElement;

/** `clip` names the clip that cuts the element; null: nothing does. */
export interface PathElement {
  kind: 'path';
  /** As the `d` of an SVG path. */
  d: string;
  paint:
    { fill: Colour } | { stroke: Colour; width: number; cap: string; join: string; dash: number[]; offset: number };
  clip: string | null;
}

export interface TextElement {
  kind: 'text';
  text: string;
  /** From a text at the origin of its baseline into the picture. */
  matrix: Matrix;
  font: Font;
  anchor: 'start' | 'middle' | 'end';
  colour: Colour;
  clip: string | null;
}

export interface ClipElement {
  kind: 'clip';
  id: string;
  d: string;
  clip: string | null;
}

/** x′ = a·x + c·y + e, y′ = b·x + d·y + f. */
export type Matrix = [a: number, b: number, c: number, d: number, e: number, f: number];

export interface Font {
  family: string;
  /** CSS pixels. */
  size: number;
  weight: string;
}

/** Opacity is apart because programs that edit figures do not read it from a colour. */
export interface Colour {
  /** `#0072b2` */
  hex: string;
  opacity: number;
}

/** A finished picture, in CSS pixels. */
export interface Drawing {
  title: string;
  width: number;
  height: number;
  elements: Element[];
}

/** The width of a text in a font as CSS writes it. */
export type Measure = (text: string, font: string) => number;
