import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { inflateSync } from 'node:zlib';
import { beforeAll, expect, test } from 'vitest';
import type { Forest, ForestLine } from '../../server/http/schemas/verdict.ts';
import { chartPanel, legendOf } from '../../web/figure/chart-panel.ts';
import type { Drawing, Element } from '../../web/figure/elements.ts';
import { drawFigure } from '../../web/figure/draw-figure.ts';
import type { Figure } from '../../web/figure/figure.ts';
import { forestPanel } from '../../web/figure/forest-panel.ts';
import { toCsv } from '../../web/figure/to-csv.ts';
import { toPdf, type FontFiles } from '../../web/figure/to-pdf.ts';
import { toSvg } from '../../web/figure/to-svg.ts';
import { openTypeface, type Typeface } from '../../web/figure/typeface.ts';
import type { ChartSpec } from '../../web/series/chart-spec.ts';

const hostile = '=<img src=x onerror="alert(1)"> & β';

const spec: ChartSpec = {
  description: 'accuracy by batch',
  axes: [
    { id: 'batch', direction: 'x', title: 'batch', min: 0, max: 100 },
    { id: 'value', direction: 'y', title: 'accuracy' },
  ],
  shapes: [
    {
      kind: 'band',
      id: 'band/3',
      series: hostile,
      ink: 0,
      xAxis: 'batch',
      yAxis: 'value',
      label: null,
      x: [0, 50, 100],
      low: [0.1, null, 0.3],
      high: [0.2, null, 0.5],
    },
    {
      kind: 'line',
      id: 'mean/3',
      ink: 0,
      xAxis: 'batch',
      yAxis: 'value',
      label: hostile,
      x: [0, 50, 100],
      y: [0.15, null, 1 / 3],
      weight: 'normal',
    },
    {
      kind: 'line',
      id: 'mean/0',
      ink: 'control',
      xAxis: 'batch',
      yAxis: 'value',
      label: 'without',
      dash: 'dashed',
      x: [0, 50, 100],
      y: [0.1, 0.2, 0.3],
      weight: 'normal',
    },
  ],
  marks: [{ kind: 'vertical', xAxis: 'batch', at: 50, label: 'N = 50' }],
};

const line = (arm: number | null, name: string, mean: number, more: Partial<ForestLine> = {}): ForestLine => ({
  arm,
  name,
  mean,
  interval: [mean - 0.2, mean + 0.2],
  together: [mean - 0.4, mean + 0.4],
  seeds: [mean - 0.1, mean + 0.1],
  n: 6,
  text: `+${mean} [${mean - 0.2}, ${mean + 0.2}]`,
  p: '0.031',
  isSignificant: arm === 1,
  isDead: false,
  bad: null,
  confirmation: null,
  ...more,
});
const fresh = { state: 'not confirmed', mean: 0.1, interval: [-0.1, 0.3], text: '+0.1', p: '0.11' } as const;
const forest: Forest = {
  unit: 'points',
  better: 'right',
  overall: line(null, '2 arms together', 0.3),
  lines: [
    line(1, 'β0.2', 0.5, { confirmation: { ...fresh, interval: [-0.1, 0.3] } }),
    line(2, 'β0.4', 0.1, { isDead: true }),
  ],
};

const figure: Figure = {
  title: 'β helps: +0.5 points',
  panels: [forestPanel('Forest', forest, 'with − without, points; better →'), chartPanel('N = ½', spec)],
  legend: legendOf(spec),
  note: '6 seeds',
};

let fonts: FontFiles;
let typeface: Typeface;
let drawing: Drawing;

beforeAll(() => {
  const folder = createRequire(import.meta.url).resolve('dejavu-fonts-ttf/package.json');
  const read = (name: string) => readFileSync(new URL(`ttf/${name}.ttf`, `file://${folder}`));
  fonts = { regular: read('DejaVuSans'), bold: read('DejaVuSans-Bold') };
  typeface = openTypeface(fonts);
  drawing = drawFigure(figure, 'two', typeface.measure);
});

const textsOf = ({ elements }: { elements: Element[] }) =>
  elements.flatMap((element) => (element.kind === 'text' ? [element.text] : []));

test('a figure is drawn without a browser: every name, number, tick and mark is there, within its size', () => {
  const texts = textsOf(drawing);
  for (const text of [
    figure.title,
    'Forest',
    '2 arms together',
    'β0.2',
    '+0.5 [0.3, 0.7] ∗',
    '   fresh seeds: not confirmed',
    '0, dead',
    'with − without, points; better →',
    'N = ½',
    'N = 50',
    'batch',
    'accuracy',
    hostile,
    'without',
    '6 seeds',
  ])
    expect(texts).toContain(text);
  const strokes = drawing.elements.filter((element) => element.kind === 'path' && 'stroke' in element.paint);
  expect(
    strokes.some((element) => element.kind === 'path' && 'stroke' in element.paint && element.paint.dash[0] === 6),
  ).toBe(true);
  for (const element of drawing.elements) {
    if (element.kind !== 'text' || element.matrix[0] !== 1) continue;
    expect(element.matrix[4]).toBeLessThanOrEqual(drawing.width);
    expect(element.matrix[5]).toBeLessThanOrEqual(drawing.height);
  }
  expect([drawing.width, drawFigure(figure, 'one', typeface.measure).width]).toEqual([661, 321]);
});

test('the mean of an arm stands where its axis says', () => {
  const circles = drawing.elements.flatMap((element) =>
    element.kind === 'path' && 'fill' in element.paint && element.d.includes('A3.6 3.6')
      ? [Number(/^M([\d.]+)/.exec(element.d)![1]) - 3.6]
      : [],
  );
  // one arm is alive; its tick marks are 0 and 0.5 of the axis
  const tick = (label: string) =>
    drawing.elements.find((element) => element.kind === 'text' && element.text === label) as { matrix: number[] };
  expect(circles).toHaveLength(1);
  expect(circles[0]).toBeCloseTo(tick('0.5').matrix[4]!, 0);
});

test('SVG: text stays text, and names of a user are no markup', () => {
  const svg = toSvg(drawing);
  expect(svg).toContain('&lt;img src=x onerror=&quot;alert(1)&quot;&gt; &amp; β');
  expect(svg).not.toMatch(/<img|style=|href|<script/);
  expect(svg.match(/<text /g)).toHaveLength(textsOf(drawing).length);
  const outlined = typeface.outlined(drawing);
  expect(textsOf(outlined)).toEqual([]);
  expect(outlined.elements).toHaveLength(drawing.elements.length);
});

test('PDF: one page of the size, every text as text in an embedded typeface, every line as a line', async () => {
  const pdf = Buffer.from(await toPdf(drawing, fonts));
  const whole = pdf.toString('latin1');
  expect(whole.startsWith('%PDF-')).toBe(true);
  expect(whole).toContain(`/MediaBox [0 0 ${drawing.width * 0.75} ${drawing.height * 0.75}]`);
  expect(whole.match(/\/Type \/Page\b/g)).toHaveLength(1);
  expect(whole).toMatch(/\/FontFile2/);
  const streams = [...whole.matchAll(/stream\n([\s\S]*?)\nendstream/g)].flatMap(([, body]) => {
    try {
      return [inflateSync(Buffer.from(body!, 'latin1')).toString('latin1')];
    } catch {
      return [];
    }
  });
  const page = streams.find((text) => text.includes('BT\n'))!;
  expect(page.match(/^BT$/gm)).toHaveLength(textsOf(drawing).length);
  const painted = drawing.elements.filter(({ kind }) => kind === 'path').length;
  expect(page.match(/^(S|f)$/gm)).toHaveLength(painted);
  // what a reader copies from it: Greek letters have their own signs
  expect(streams.some((text) => text.includes('begincmap') && text.includes('03b2'))).toBe(true);
});

test('CSV: the points that are drawn, in full digits; a gap is empty, and no cell is a formula', () => {
  const lines = toCsv(figure).split('\n');
  expect(lines[0]).toBe('\ufeffpanel,series,shape,x,y,low,high,note');
  expect(lines).toContain(`N = ½,"'${hostile.replaceAll('"', '""')}",line,100,${1 / 3},,,`);
  expect(lines).toContain(`N = ½,"'${hostile.replaceAll('"', '""')}",band,50,,,,`);
  expect(lines).toContain('Forest,β0.2,fresh seeds,,0.1,-0.1,0.3,not confirmed');
  expect(lines.filter((text) => text.startsWith('N = ½'))).toHaveLength(9);
});
