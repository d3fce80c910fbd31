/**
 * A 2-D context that writes SVG in place of pixels: as much of `CanvasRenderingContext2D` as Chart.js and our marks
 * call. Written here because the published ones set `style` attributes, which the dashboard's content security policy
 * forbids, and place text by `dominant-baseline`, which many programs that figures are edited with ignore.
 */
export class SvgContext {
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

  readonly #measure: (text: string, font: string) => number;
  readonly #name: string;
  readonly #parts: string[] = [];
  readonly #stack: Saved[] = [];
  #matrix: Transform = identity;
  #dash: number[] = [];
  #clip: string | null = null;
  #clips = 0;
  #path: string[] = [];

  /**
   * @param name sets the ids of its clips apart from those of other contexts in the same picture
   * @param measure width of a text in a font
   */
  constructor(name: string, measure: (text: string, font: string) => number) {
    this.#name = name;
    this.#measure = measure;
  }

  /** Everything drawn so far, without the enclosing `svg` element. */
  toMarkup(): string {
    return this.#parts.join('\n');
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

  setTransform(...matrix: Transform): void {
    this.#matrix = matrix;
  }

  resetTransform(): void {
    this.#matrix = identity;
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
    const id = `${this.#name}-clip-${++this.#clips}`;
    this.#parts.push(`<clipPath id="${id}"${this.#clipAttribute()}><path d="${this.#path.join('')}"/></clipPath>`);
    this.#clip = id;
  }

  fill(): void {
    this.#draw(`fill="${escapeXml(this.fillStyle)}"${this.#opacity()}`);
  }

  stroke(): void {
    this.#draw(
      `fill="none" stroke="${escapeXml(this.strokeStyle)}" stroke-width="${round(this.lineWidth)}" ` +
        `stroke-linecap="${this.lineCap}" stroke-linejoin="${this.lineJoin}"${this.#dashes()}${this.#opacity()}`,
    );
  }

  fillRect(x: number, y: number, width: number, height: number): void {
    const path = this.#path;
    this.#path = [];
    this.rect(x, y, width, height);
    this.fill();
    this.#path = path;
  }

  fillText(text: string, x: number, y: number): void {
    const { weight, size, family } = parseFont(this.font);
    const matrix = multiply(this.#matrix, [1, 0, 0, 1, x, y + size * (BASELINE_SHIFT[this.textBaseline] ?? 0)]);
    const anchor = ANCHORS[this.textAlign] ?? 'start';
    const element =
      `<text transform="matrix(${matrix.map(round).join(' ')})" font-family="${escapeXml(family)}" ` +
      `font-size="${size}" font-weight="${weight}" text-anchor="${anchor}" fill="${escapeXml(this.fillStyle)}"` +
      `${this.#opacity()}>${escapeXml(text)}</text>`;
    // A clip is measured in the coordinates of the element that it cuts, and `transform` changes those. The group has
    // no `transform`.
    this.#parts.push(this.#clip === null ? element : `<g${this.#clipAttribute()}>${element}</g>`);
  }

  measureText(text: string): { width: number } {
    return { width: this.#measure(text, this.font) };
  }

  setLineDash(dash: number[]): void {
    this.#dash = [...dash];
  }

  /** Does nothing: a picture is written once and never drawn over. */
  clearRect(): void {}

  #draw(look: string): void {
    if (this.#path.length > 0) this.#parts.push(`<path d="${this.#path.join('')}" ${look}${this.#clipAttribute()}/>`);
  }

  #point(x: number, y: number): string {
    const [a, b, c, d, e, f] = this.#matrix;
    return `${round(a * x + c * y + e)} ${round(b * x + d * y + f)}`;
  }

  #dashes(): string {
    if (this.#dash.length === 0) return '';
    const offset = this.lineDashOffset === 0 ? '' : ` stroke-dashoffset="${round(this.lineDashOffset)}"`;
    return ` stroke-dasharray="${this.#dash.map(round).join(' ')}"${offset}`;
  }

  #opacity(): string {
    return this.globalAlpha === 1 ? '' : ` opacity="${round(this.globalAlpha)}"`;
  }

  #clipAttribute(): string {
    return this.#clip === null ? '' : ` clip-path="url(#${this.#clip})"`;
  }
}

/** [a, b, c, d, e, f]: x′ = a·x + c·y + e, y′ = b·x + d·y + f. */
type Transform = [number, number, number, number, number, number];

const identity: Transform = [1, 0, 0, 1, 0, 0];

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
type Looks = Pick<SvgContext, (typeof LOOK_NAMES)[number]>;

interface Saved {
  matrix: Transform;
  dash: number[];
  clip: string | null;
  looks: Looks;
}

/** From the given place down to the baseline, in font sizes: usual proportions of a sans serif. */
const BASELINE_SHIFT: Record<string, number> = {
  top: 0.8,
  hanging: 0.8,
  middle: 0.35,
  bottom: -0.2,
  ideographic: -0.2,
  alphabetic: 0,
};
const ANCHORS: Record<string, string> = { start: 'start', left: 'start', center: 'middle', right: 'end', end: 'end' };

function multiply([a, b, c, d, e, f]: Transform, [g, h, i, j, k, l]: Transform): Transform {
  return [a * g + c * h, b * g + d * h, a * i + c * j, b * i + d * j, a * k + c * l + e, b * k + d * l + f];
}

/** `600 17px Arial` and Chart.js's `normal 11px/1.2 Arial`. */
function parseFont(font: string): { weight: string; size: number; family: string } {
  const found = /^(.*?)([\d.]+)px(?:\/[\d.]+(?:px)?)?\s+(.+)$/.exec(font);
  if (found === null) return { weight: 'normal', size: 10, family: 'sans-serif' };
  return { weight: /\b(bold|[1-9]00)\b/.exec(found[1]!)?.[1] ?? 'normal', size: Number(found[2]), family: found[3]! };
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
