import type { GlyphsSource } from '../../sweep/settings.ts';
import { Stream } from '../../sweep/random.ts';
import { UserError } from '../../sweep/user-error.ts';
import type { Part, Source } from '../dataset.ts';
import { blur, rasterise } from './glyph-raster.ts';
import type { Path } from './glyph-raster.ts';
import { GLYPHS } from './glyph-strokes.ts';
import type { Glyph, Stroke } from './glyph-strokes.ts';

const SIDE = 28;
const TEST_COUNT = 1000;
/** Drawing more would take minutes, and nothing else could be done meanwhile. */
const MOST_GLYPHS = 500_000;
/**
 * How far distortions go, chosen so that the small network is neither at chance nor at 100 % after a few hundred
 * batches.
 */
const MOST = {
  /** Radians. */
  rotation: 0.3,
  shear: 0.3,
  /** Size of the glyph in pixels. */
  size: [14, 21],
  /** Pixels in either direction. */
  shift: 2.5,
  /** Standard deviation of the elastic grid's displacements, in pixels. */
  elastic: 1.1,
  /** Stroke width in pixels. */
  width: [1.2, 3.2],
  blur: [0, 0.3],
  ink: [0.55, 1],
  /** Standard deviation of the noise, as a share of white. */
  noise: [0.03, 0.25],
} as const;

/**
 * The data set that needs no files: letters and digits drawn from stroke definitions, each distorted at random. Image i
 * is of class i mod `classes` and a pure function of (seed, i, classes): more images leave the first ones as they are.
 */
export const glyphs: Source<GlyphsSource> = {
  async describe(settings) {
    check(settings);
    return { shape: [SIDE, SIDE, 1], classes: settings.classes, trainCount: settings.train, ownValidation: false };
  },
  async load(settings) {
    check(settings);
    return {
      shape: [SIDE, SIDE, 1],
      classes: GLYPHS.slice(0, settings.classes).map((glyph) => glyph.name),
      train: drawPart(settings, 'glyphs/train', settings.train),
      validation: null,
      test: drawPart(settings, 'glyphs/test', TEST_COUNT),
    };
  },
};

function check({ classes, train }: GlyphsSource): void {
  if (!(classes >= 2 && classes <= GLYPHS.length)) {
    throw new UserError(
      `Cannot draw ${classes} classes of glyphs: 2 to ${GLYPHS.length} are wanted (training.dataset.classes)`,
    );
  }
  if (!(train >= classes)) {
    throw new UserError(
      `Cannot draw ${train} glyphs of ${classes} classes: at least one of each is wanted (training.dataset.train)`,
    );
  }
  if (train > MOST_GLYPHS) {
    throw new UserError(`Cannot draw ${train} glyphs: at most ${MOST_GLYPHS} are wanted (training.dataset.train)`);
  }
}

function drawPart({ classes, seed }: GlyphsSource, purpose: string, count: number): Part {
  const pixels = new Uint8Array(count * SIDE * SIDE);
  const labels = Int32Array.from({ length: count }, (_, i) => i % classes);
  for (let i = 0; i < count; i++)
    pixels.set(drawGlyph(GLYPHS[labels[i]!]!, new Stream(seed, purpose, i)), i * SIDE * SIDE);
  return { count, pixels, labels };
}

/** One image, white on black. */
export function drawGlyph({ strokes }: Glyph, stream: Stream): Uint8Array {
  const place = drawDistortion(stream);
  const paths = strokes.map((stroke) => trace(stroke).map(place));
  const drawn = rasterise(paths.map(toPath), between(stream, MOST.width), SIDE);
  return addNoise(blur(drawn, SIDE, between(stream, MOST.blur)), stream);
}

type Point = [number, number];

/** A random map from the unit square to pixels: affine, then elastic. */
function drawDistortion(stream: Stream): (point: Point) => Point {
  const angle = MOST.rotation * signed(stream);
  const shear = MOST.shear * signed(stream);
  const [width, height] = [between(stream, MOST.size), between(stream, MOST.size)];
  const [left, top] = [SIDE / 2 + MOST.shift * signed(stream), SIDE / 2 + MOST.shift * signed(stream)];
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const elastic = drawElastic(stream);
  return ([x, y]) => {
    const slanted = (x - 0.5 + shear * (0.5 - y)) * width;
    const upright = (y - 0.5) * height;
    const [moveX, moveY] = elastic(x, y);
    return [left + slanted * cos - upright * sin + moveX, top + slanted * sin + upright * cos + moveY];
  };
}

/** A 4×4 grid of random displacements over the unit square, interpolated smoothly. */
function drawElastic(stream: Stream): (x: number, y: number) => Point {
  const side = 4;
  const grid = Array.from({ length: side * side }, (): Point => [
    MOST.elastic * stream.normal(),
    MOST.elastic * stream.normal(),
  ]);
  return (x, y) => {
    const [column, right] = cell(x, side);
    const [row, down] = cell(y, side);
    const mix = (axis: 0 | 1) => {
      const at = (r: number, c: number) => grid[r * side + c]![axis];
      const upper = at(row, column) * (1 - right) + at(row, column + 1) * right;
      const lower = at(row + 1, column) * (1 - right) + at(row + 1, column + 1) * right;
      return upper * (1 - down) + lower * down;
    };
    return [mix(0), mix(1)];
  };
}

/**
 * The grid cell of a coordinate, and how far into the cell the coordinate lies. The distance is eased, so that the
 * interpolation has no kinks at the cells' borders.
 */
function cell(coordinate: number, side: number): [index: number, into: number] {
  const scaled = Math.min(1, Math.max(0, coordinate)) * (side - 1);
  const index = Math.min(side - 2, Math.floor(scaled));
  const into = scaled - index;
  return [index, into * into * (3 - 2 * into)];
}

/** A stroke as points close enough together that bending them bends the stroke. */
function trace(stroke: Stroke): Point[] {
  if ('arc' in stroke) {
    const [x, y, radiusX, radiusY, from, to] = stroke.arc;
    const steps = Math.ceil((to - from) / 20);
    return Array.from({ length: steps + 1 }, (_, i) => {
      const angle = ((from + ((to - from) * i) / steps) * Math.PI) / 180;
      return [x + radiusX * Math.cos(angle), y + radiusY * Math.sin(angle)];
    });
  }
  const pieces = 6;
  return stroke.line.flatMap((to, i, points): Point[] => {
    const from = points[i - 1];
    if (!from) return [to];
    return Array.from({ length: pieces }, (_, k) => {
      const share = (k + 1) / pieces;
      return [from[0] + (to[0] - from[0]) * share, from[1] + (to[1] - from[1]) * share];
    });
  });
}

function toPath(points: Point[]): Path {
  return Float64Array.from(points.flat());
}

/** Pale or dark ink, and noise of nearly normal distribution: four bytes of a word added up. */
function addNoise(image: Float64Array, stream: Stream): Uint8Array {
  const ink = between(stream, MOST.ink);
  const noise = between(stream, MOST.noise);
  const meanOfFour = 2 * 255;
  const deviationOfFour = Math.sqrt((4 * (256 ** 2 - 1)) / 12);
  return Uint8Array.from(image, (value) => {
    const word = stream.word();
    const sum = (word & 255) + ((word >>> 8) & 255) + ((word >>> 16) & 255) + (word >>> 24);
    const noisy = ink * value + (noise * (sum - meanOfFour)) / deviationOfFour;
    return Math.round(255 * Math.min(1, Math.max(0, noisy)));
  });
}

function between(stream: Stream, [low, high]: readonly [number, number]): number {
  return low + (high - low) * stream.uniform();
}

function signed(stream: Stream): number {
  return 2 * stream.uniform() - 1;
}
