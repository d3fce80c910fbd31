import type { Colour, Element, Font, Matrix, Measure } from './elements.ts';

/**
 * A 2-D context that keeps what is drawn, as elements in place of pixels: as much of `CanvasRenderingContext2D` as
 * Chart.js and our marks call. It needs no browser. Several may write into one list, each at its place of the picture.
 */
export class Recorder {
  fillStyle = '#000';
  strokeStyle = '#000';
  lineWidth = 1;
  lineCap = 'butt';
  lineJoin = 'miter';
  lineDashOffset = 0;
  globalAlpha = 1;
  font = '10px sans-serif';
  textAlign = 'start';
  textBaseline = 'alphabetic';

  readonly #elements: Element[];
  readonly #measure: Measure;
  readonly #origin: Matrix;
  readonly #stack: Saved[] = [];
  #matrix: Matrix;
  #dash: number[] = [];
  #clip: string | null = null;
  #path: string[] = [];

  constructor(elements: Element[], measure: Measure, { x, y } = { x: 0, y: 0 }) {
    this.#elements = elements;
    this.#measure = measure;
    this.#origin = [1, 0, 0, 1, x, y];
    this.#matrix = this.#origin;
  }

  save(): void {
    this.#stack.push({
      matrix: this.#matrix,
      dash: this.#dash,
      clip: this.#clip,
      looks: Object.fromEntries(LOOK_NAMES.map((name) => [name, this[name]])) as Looks,
    });
  }

  restore(): void {
    const saved = this.#stack.pop();
    if (saved === undefined) return;
    this.#matrix = saved.matrix;
    this.#dash = saved.dash;
    this.#clip = saved.clip;
    Object.assign(this, saved.looks);
  }

  translate(x: number, y: number): void {
    this.#matrix = multiply(this.#matrix, [1, 0, 0, 1, x, y]);
  }

  rotate(angle: number): void {
    const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
    this.#matrix = multiply(this.#matrix, [cos, sin, -sin, cos, 0, 0]);
  }

  scale(x: number, y: number): void {
    this.#matrix = multiply(this.#matrix, [x, 0, 0, y, 0, 0]);
  }

  setTransform(...matrix: Matrix): void {
    this.#matrix = multiply(this.#origin, matrix);
  }

  resetTransform(): void {
    this.#matrix = this.#origin;
  }

  beginPath(): void {
    this.#path = [];
  }

  closePath(): void {
    this.#path.push('Z');
  }

  moveTo(x: number, y: number): void {
    this.#path.push(`M${this.#point(x, y)}`);
  }

  lineTo(x: number, y: number): void {
    this.#path.push(`${this.#path.length === 0 ? 'M' : 'L'}${this.#point(x, y)}`);
  }

  bezierCurveTo(x1: number, y1: number, x2: number, y2: number, x: number, y: number): void {
    this.#path.push(`C${this.#point(x1, y1)} ${this.#point(x2, y2)} ${this.#point(x, y)}`);
  }

  rect(x: number, y: number, width: number, height: number): void {
    this.moveTo(x, y);
    this.lineTo(x + width, y);
    this.lineTo(x + width, y + height);
    this.lineTo(x, y + height);
    this.closePath();
  }

  /** In two halves, since an SVG arc cannot end where it began. */
  arc(x: number, y: number, radius: number, start: number, end: number): void {
    const at = (angle: number): [number, number] => [x + radius * Math.cos(angle), y + radius * Math.sin(angle)];
    const size = round(radius * Math.hypot(this.#matrix[0], this.#matrix[1]));
    const middle = (start + end) / 2;
    this.lineTo(...at(start));
    for (const angle of [middle, end])
      this.#path.push(`A${size} ${size} 0 0 ${end > start ? 1 : 0} ${this.#point(...at(angle))}`);
  }

  clip(): void {
    const id = `clip-${this.#elements.length}`;
    this.#elements.push({ kind: 'clip', id, d: this.#path.join(''), clip: this.#clip });
    this.#clip = id;
  }

  fill(): void {
    this.#draw({ fill: this.#colour(this.fillStyle) });
  }

  stroke(): void {
    this.#draw({
      stroke: this.#colour(this.strokeStyle),
      width: round(this.lineWidth),
      cap: this.lineCap,
      join: this.lineJoin,
      dash: this.#dash.map(round),
      offset: round(this.lineDashOffset),
    });
  }

  fillRect(x: number, y: number, width: number, height: number): void {
    const path = this.#path;
    this.#path = [];
    this.rect(x, y, width, height);
    this.fill();
    this.#path = path;
  }

  fillText(text: string, x: number, y: number): void {
    if (text === '') return;
    const font = parseFont(this.font);
    const shift = font.size * (BASELINE_SHIFT[this.textBaseline] ?? 0);
    this.#elements.push({
      kind: 'text',
      text,
      matrix: multiply(this.#matrix, [1, 0, 0, 1, x, y + shift]).map(round) as Matrix,
      font,
      anchor: ANCHORS[this.textAlign] ?? 'start',
      colour: this.#colour(this.fillStyle),
      clip: this.#clip,
    });
  }

  measureText(text: string): { width: number } {
    return { width: this.#measure(text, this.font) };
  }

  setLineDash(dash: number[]): void {
    this.#dash = [...dash];
  }

  /** Does nothing: a picture is drawn once and never drawn over. */
  clearRect(): void {}

  #draw(paint: Extract<Element, { kind: 'path' }>['paint']): void {
    const colour = 'fill' in paint ? paint.fill : paint.stroke;
    if (this.#path.length === 0 || colour.opacity === 0) return;
    this.#elements.push({ kind: 'path', d: this.#path.join(''), paint, clip: this.#clip });
  }

  #colour(css: string): Colour {
    const { hex, opacity } = parseColour(css);
    return { hex, opacity: round(opacity * this.globalAlpha) };
  }

  #point(x: number, y: number): string {
    const [a, b, c, d, e, f] = this.#matrix;
    return `${round(a * x + c * y + e)} ${round(b * x + d * y + f)}`;
  }
}

/** `600 17px Arial` and Chart.js's `normal 11px/1.2 Arial`. */
export function parseFont(font: string): Font {
  const found = /^(.*?)([\d.]+)px(?:\/[\d.]+(?:px)?)?\s+(.+)$/.exec(font);
  if (found === null) return { weight: 'normal', size: 10, family: 'sans-serif' };
  return { weight: /\b(bold|[1-9]00)\b/.exec(found[1]!)?.[1] ?? 'normal', size: Number(found[2]), family: found[3]! };
}

/** What our palettes and Chart.js write: `#rgb`, `#rrggbb`, `#rrggbbaa`, `rgba(r, g, b, a)`, `transparent`. */
function parseColour(css: string): Colour {
  const short = /^#([0-9a-f])([0-9a-f])([0-9a-f])$/i.exec(css);
  if (short !== null)
    return {
      hex: `#${short
        .slice(1)
        .map((digit) => digit + digit)
        .join('')}`,
      opacity: 1,
    };
  const long = /^(#[0-9a-f]{6})([0-9a-f]{2})?$/i.exec(css);
  if (long !== null) return { hex: long[1]!, opacity: long[2] === undefined ? 1 : parseInt(long[2], 16) / 255 };
  const parts = /^rgba?\((.*)\)$/
    .exec(css)?.[1]
    ?.split(/[\s,/]+/)
    .map(Number);
  if (parts === undefined || parts.length < 3) return { hex: '#000000', opacity: 0 };
  const hex = `#${parts
    .slice(0, 3)
    .map((part) => Math.round(part).toString(16).padStart(2, '0'))
    .join('')}`;
  return { hex, opacity: parts[3] ?? 1 };
}

/** What `save` keeps besides transformation, dashes and clip. */
const LOOK_NAMES = [
  'fillStyle',
  'strokeStyle',
  'lineWidth',
  'lineCap',
  'lineJoin',
  'lineDashOffset',
  'globalAlpha',
  'font',
  'textAlign',
  'textBaseline',
] as const;
type Looks = Pick<Recorder, (typeof LOOK_NAMES)[number]>;

interface Saved {
  matrix: Matrix;
  dash: number[];
  clip: string | null;
  looks: Looks;
}

/**
 * From the given place down to the baseline, in font sizes: usual proportions of a sans serif. Programs that figures
 * are edited with ignore `dominant-baseline`.
 */
const BASELINE_SHIFT: Record<string, number> = {
  top: 0.8,
  hanging: 0.8,
  middle: 0.35,
  bottom: -0.2,
  ideographic: -0.2,
  alphabetic: 0,
};
const ANCHORS: Record<string, 'start' | 'middle' | 'end'> = {
  start: 'start',
  left: 'start',
  center: 'middle',
  right: 'end',
  end: 'end',
};

function multiply([a, b, c, d, e, f]: Matrix, [g, h, i, j, k, l]: Matrix): Matrix {
  return [a * g + c * h, b * g + d * h, a * i + c * j, b * i + d * j, a * k + c * l + e, b * k + d * l + f];
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
