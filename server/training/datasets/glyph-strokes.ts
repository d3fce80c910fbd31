/** A piece of a glyph in the unit square, x to the right, y down. */
export type Stroke =
  /** Straight through these points. */
  | { line: [number, number][] }
  /** A piece of an ellipse: centre, radii, from and up to in degrees, 0 at the right, clockwise as y points down. */
  | { arc: [x: number, y: number, radiusX: number, radiusY: number, from: number, to: number] };

export interface Glyph {
  name: string;
  strokes: Stroke[];
}

const line = (...points: [number, number][]): Stroke => ({ line: points });
const arc = (...arc: [number, number, number, number, number, number]): Stroke => ({ arc });

/**
 * The glyphs in the order in which `classes` takes them. They come in pairs that differ in one small feature, so that
 * separating them is worth measuring: the first ten are five such pairs.
 */
export const GLYPHS: Glyph[] = [
  { name: 'O', strokes: [arc(0.5, 0.5, 0.36, 0.44, 0, 360)] },
  { name: 'Q', strokes: [arc(0.5, 0.5, 0.36, 0.44, 0, 360), line([0.64, 0.72], [0.88, 0.98])] },

  { name: 'C', strokes: [arc(0.54, 0.5, 0.4, 0.44, 45, 315)] },
  { name: 'G', strokes: [arc(0.54, 0.5, 0.4, 0.44, 45, 315), line([0.82, 0.82], [0.82, 0.56], [0.62, 0.56])] },

  { name: 'S', strokes: [arc(0.5, 0.28, 0.3, 0.22, 90, 325), arc(0.5, 0.72, 0.32, 0.22, 270, 505)] },
  { name: '5', strokes: [line([0.8, 0.07], [0.26, 0.07], [0.24, 0.46]), arc(0.46, 0.68, 0.34, 0.26, 230, 500)] },

  { name: 'Z', strokes: [line([0.16, 0.08], [0.84, 0.08], [0.16, 0.92], [0.84, 0.92])] },
  { name: '2', strokes: [arc(0.48, 0.31, 0.32, 0.25, 190, 390), line([0.76, 0.44], [0.16, 0.92], [0.84, 0.92])] },

  {
    name: 'U',
    strokes: [line([0.16, 0.06], [0.16, 0.6]), arc(0.5, 0.6, 0.34, 0.34, 0, 180), line([0.84, 0.6], [0.84, 0.06])],
  },
  { name: 'V', strokes: [line([0.12, 0.06], [0.5, 0.94], [0.88, 0.06])] },

  { name: 'B', strokes: [line([0.22, 0.06], [0.22, 0.94]), ...bowls(0.22)] },
  { name: '8', strokes: [arc(0.5, 0.28, 0.27, 0.22, 0, 360), arc(0.5, 0.72, 0.33, 0.23, 0, 360)] },

  { name: 'T', strokes: [line([0.12, 0.08], [0.88, 0.08]), line([0.5, 0.08], [0.5, 0.94])] },
  { name: 'Y', strokes: [line([0.12, 0.06], [0.5, 0.48], [0.88, 0.06]), line([0.5, 0.48], [0.5, 0.94])] },

  { name: 'E', strokes: [line([0.82, 0.07], [0.2, 0.07], [0.2, 0.93], [0.82, 0.93]), line([0.2, 0.5], [0.7, 0.5])] },
  { name: 'F', strokes: [line([0.82, 0.07], [0.2, 0.07], [0.2, 0.94]), line([0.2, 0.5], [0.7, 0.5])] },

  {
    name: 'K',
    strokes: [line([0.18, 0.06], [0.18, 0.94]), line([0.84, 0.06], [0.18, 0.54]), line([0.4, 0.4], [0.86, 0.94])],
  },
  { name: 'X', strokes: [line([0.14, 0.06], [0.86, 0.94]), line([0.86, 0.06], [0.14, 0.94])] },

  {
    name: 'H',
    strokes: [line([0.16, 0.06], [0.16, 0.94]), line([0.84, 0.06], [0.84, 0.94]), line([0.16, 0.5], [0.84, 0.5])],
  },
  { name: 'A', strokes: [line([0.1, 0.94], [0.5, 0.06], [0.9, 0.94]), line([0.26, 0.62], [0.74, 0.62])] },

  { name: 'M', strokes: [line([0.12, 0.94], [0.14, 0.06], [0.5, 0.64], [0.86, 0.06], [0.88, 0.94])] },
  { name: 'N', strokes: [line([0.16, 0.94], [0.16, 0.06], [0.84, 0.94], [0.84, 0.06])] },

  {
    name: 'P',
    strokes: [
      line([0.22, 0.94], [0.22, 0.07], [0.5, 0.07]),
      arc(0.5, 0.29, 0.3, 0.22, 270, 450),
      line([0.5, 0.51], [0.22, 0.51]),
    ],
  },
  {
    name: 'R',
    strokes: [
      line([0.22, 0.94], [0.22, 0.07], [0.5, 0.07]),
      arc(0.5, 0.29, 0.3, 0.22, 270, 450),
      line([0.5, 0.51], [0.22, 0.51]),
      line([0.5, 0.51], [0.84, 0.94]),
    ],
  },

  { name: 'I', strokes: [line([0.5, 0.06], [0.5, 0.94])] },
  { name: 'J', strokes: [line([0.64, 0.06], [0.64, 0.7]), arc(0.42, 0.7, 0.22, 0.23, 0, 170)] },
];

/** The two right halves of a B, with their straight ends at the stem. */
function bowls(stem: number): Stroke[] {
  return [
    line([stem, 0.07], [0.5, 0.07]),
    arc(0.5, 0.28, 0.26, 0.21, 270, 450),
    line([0.5, 0.49], [stem, 0.49]),
    line([0.5, 0.49], [0.52, 0.49]),
    arc(0.52, 0.71, 0.3, 0.22, 270, 450),
    line([0.52, 0.93], [stem, 0.93]),
  ];
}
