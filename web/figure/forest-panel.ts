import type { Forest, ForestLine } from '../../server/http/schemas/verdict.ts';
import { FONT_FAMILY } from '../chart/drawing.ts';
import { LIGHT_PALETTE } from '../chart/palette.ts';
import { formatNumber } from '../format/number.ts';
import { chooseLines, scaleOf, type Scale } from '../series/forest.ts';
import type { Canvas, CsvRow, LegendItem, Panel } from './figure.ts';

/** Below this width a line has its numbers above its plot. */
const NARROW = 450;
const ROW = { beside: 19, above: 33 };
const HEAD = 20;
const AXIS = 34;
const FONT = `10px ${FONT_FAMILY}`;

/** A line of the plot: an arm, or what fresh seeds say of the arm above. */
interface Row {
  name: string;
  text: string;
  p: string;
  n: string;
  isStrong: boolean;
  draw(context: Canvas, at: (value: number) => number, y: number): void;
}

/** The forest plot as a picture: the differences to the control as intervals on one scale, with their numbers. */
export function forestPanel(label: string, forest: Forest, axis: string, scale = scaleOf(forest)): Panel {
  const { lines, hidden } = chooseLines(forest);
  const shown = [...(forest.overall === null ? [] : [forest.overall]), ...lines];
  const rows = shown.flatMap((line) => rowsOf(line, scale));
  const rest =
    hidden === null
      ? null
      : `${hidden.count} more arms, differences from ${formatNumber(hidden.low, 2)} to ${formatNumber(hidden.high, 2)}`;
  return {
    label,
    isWide: true,
    heightAt: (width) => HEAD + rows.length * rowOf(width) + AXIS + (rest === null ? 0 : ROW.beside),
    draw: (context, width) => drawRows(context, width, rows, scale, { axis, rest }),
    rows: () => shown.flatMap(pointsOf),
  };
}

export const FOREST_LEGEND: LegendItem[] = [
  { label: 'mean, 95 % for one arm alone', ink: 0 },
  { label: '95 % for all arms together', ink: 0, look: 'thin' },
  { label: 'seeds', ink: 'control', look: 'dot' },
];

export function forestAxis({ unit, better }: Pick<Forest, 'unit' | 'better'>, metric: string): string {
  const what = `with − without the phase, ${unit === '' ? metric : unit}`;
  if (better === null) return what;
  return better === 'right' ? `${what}; better →` : `← better; ${what}`;
}

function rowsOf(line: ForestLine, scale: Scale): Row[] {
  const { arm, name, text, p, n, isDead, isSignificant, bad, confirmation } = line;
  const own: Row = {
    name: bad === null ? name : `${name} (unstable: ${bad})`,
    text: isDead ? '0, dead' : `${text}${isSignificant ? ' ∗' : ''}`,
    p: isDead ? '–' : (p ?? '–'),
    n: String(n),
    isStrong: arm === null,
    draw: (context, at, y) => {
      if (isDead) return;
      drawInterval(context, line.together, scale, at, y, 1);
      drawInterval(context, line.interval, scale, at, y, 3);
      context.fillStyle = LIGHT_PALETTE.control;
      for (const seed of line.seeds) drawDot(context, at(seed), y, 1.7);
      context.fillStyle = LIGHT_PALETTE.series[0]!;
      if (arm === null) drawDiamond(context, at(line.mean), y, true);
      else drawDot(context, at(line.mean), y, 3.6);
    },
  };
  if (confirmation === null) return [own];
  const fresh: Row = {
    name: `   fresh seeds: ${confirmation.state}`,
    text: confirmation.text,
    p: confirmation.p ?? '–',
    n: '',
    isStrong: false,
    draw: (context, at, y) => {
      drawInterval(context, confirmation.interval, scale, at, y, 3);
      drawDiamond(context, at(confirmation.mean), y, false);
    },
  };
  return [own, fresh];
}

function drawRows(
  context: Canvas,
  width: number,
  rows: readonly Row[],
  scale: Scale,
  { axis, rest }: { axis: string; rest: string | null },
): void {
  context.font = FONT;
  context.textBaseline = 'middle';
  const widest = (of: (line: Row) => string, head: string) =>
    Math.max(context.measureText(head).width, ...rows.map((line) => context.measureText(of(line)).width));
  const strong = rows.filter(({ isStrong }) => isStrong);
  context.font = `600 ${FONT}`;
  const boldest = Math.max(0, ...strong.map(({ name }) => context.measureText(name).width));
  const boldText = Math.max(0, ...strong.map(({ text }) => context.measureText(text).width));
  context.font = FONT;
  const names = Math.min(
    width * 0.34,
    Math.max(
      boldest,
      widest(({ name }) => name, 'Arm'),
    ),
  );
  const numbers = Math.max(
    boldText,
    widest(({ text }) => text, 'Difference'),
  );
  const ps = widest(({ p }) => p, 'p');
  const ns = widest(({ n }) => n, 'n');
  const right = width - 4;
  const ends = { n: right, p: right - ns - 10, text: right - ns - ps - 20 };
  const row = rowOf(width);
  const isNarrow = row === ROW.above;
  const [from, to] = isNarrow ? [14, width - 14] : [names + 14, ends.text - numbers - 14];
  const at = (value: number) => from + Math.min(1, Math.max(0, scale.at(value))) * (to - from);
  const bottom = HEAD + rows.length * row;

  context.fillStyle = LIGHT_PALETTE.quiet;
  context.textAlign = 'left';
  context.fillText('Arm', 4, HEAD / 2);
  context.textAlign = 'right';
  context.fillText('Difference', ends.text, HEAD / 2);
  context.fillText('p', ends.p, HEAD / 2);
  context.fillText('n', ends.n, HEAD / 2);
  drawLine(context, [4, HEAD], [right, HEAD], LIGHT_PALETTE.axis, 1);
  drawLine(context, [at(0), HEAD], [at(0), bottom], LIGHT_PALETTE.axis, 1);

  rows.forEach((each, index) => {
    const top = HEAD + index * row;
    const y = isNarrow ? top + 10 : top + row / 2;
    each.draw(context, at, isNarrow ? top + 24 : y);
    context.fillStyle = LIGHT_PALETTE.text;
    context.font = each.isStrong ? `600 ${FONT}` : FONT;
    context.textAlign = 'left';
    context.fillText(shortened(context, each.name, isNarrow ? ends.text - numbers - 12 : names), 4, y);
    context.textAlign = 'right';
    context.fillText(each.text, ends.text, y);
    context.fillText(each.p, ends.p, y);
    context.fillText(each.n, ends.n, y);
  });

  context.font = FONT;
  drawLine(context, [from, bottom], [to, bottom], LIGHT_PALETTE.axis, 1);
  context.fillStyle = LIGHT_PALETTE.quiet;
  context.textAlign = 'center';
  for (const tick of scale.ticks) {
    drawLine(context, [at(tick), bottom], [at(tick), bottom + 4], LIGHT_PALETTE.axis, 1);
    context.fillText(String(tick).replace('-', '−'), at(tick), bottom + 11);
  }
  const half = context.measureText(axis).width / 2;
  context.fillText(axis, Math.max(half + 4, Math.min(width - half - 4, (from + to) / 2)), bottom + 26);
  context.textAlign = 'left';
  if (rest !== null) context.fillText(rest, 4, bottom + AXIS + ROW.beside / 2);
}

function rowOf(width: number): number {
  return width < NARROW ? ROW.above : ROW.beside;
}

function drawInterval(
  context: Canvas,
  ends: [number, number] | null,
  scale: Scale,
  at: (value: number) => number,
  y: number,
  width: number,
): void {
  if (ends === null) return;
  const [low, high] = ends;
  const colour = LIGHT_PALETTE.series[0]!;
  drawLine(context, [at(low), y], [at(high), y], colour, width);
  context.fillStyle = colour;
  // An end beyond the scale has an arrowhead there.
  if (low < scale.low) drawArrow(context, at(low), y, -1);
  if (high > scale.high) drawArrow(context, at(high), y, 1);
  if (width > 1) return;
  for (const end of [low, high])
    if (end >= scale.low && end <= scale.high) drawLine(context, [at(end), y - 3.5], [at(end), y + 3.5], colour, 1);
}

function drawArrow(context: Canvas, x: number, y: number, direction: 1 | -1): void {
  context.beginPath();
  context.moveTo(x + 5 * direction, y);
  context.lineTo(x, y - 3.5);
  context.lineTo(x, y + 3.5);
  context.closePath();
  context.fill();
}

function drawDiamond(context: Canvas, x: number, y: number, isFull: boolean): void {
  context.beginPath();
  context.moveTo(x - 6, y);
  context.lineTo(x, y - 5);
  context.lineTo(x + 6, y);
  context.lineTo(x, y + 5);
  context.closePath();
  context.fillStyle = isFull ? LIGHT_PALETTE.series[0]! : LIGHT_PALETTE.surface;
  context.fill();
  context.strokeStyle = LIGHT_PALETTE.series[0]!;
  context.lineWidth = 1.3;
  context.stroke();
}

function drawDot(context: Canvas, x: number, y: number, radius: number): void {
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.fill();
}

function drawLine(
  context: Canvas,
  [x1, y1]: readonly [number, number],
  [x2, y2]: readonly [number, number],
  colour: string,
  width: number,
): void {
  context.beginPath();
  context.moveTo(x1, y1);
  context.lineTo(x2, y2);
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.stroke();
}

function shortened(context: Canvas, text: string, width: number): string {
  if (context.measureText(text).width <= width) return text;
  let end = text.length;
  while (end > 1 && context.measureText(`${text.slice(0, end)}…`).width > width) end--;
  return `${text.slice(0, end)}…`;
}

function pointsOf({ name, mean, interval, together, seeds, n, p, confirmation }: ForestLine): CsvRow[] {
  const [low, high] = interval ?? [null, null];
  const words = [`n = ${n}`, ...(p === null ? [] : [`p = ${p}`])].join(', ');
  return [
    { series: name, shape: 'mean', x: null, y: mean, low, high, note: words },
    ...(together === null
      ? []
      : [{ series: name, shape: 'together', x: null, y: mean, low: together[0], high: together[1] }]),
    ...seeds.map((seed) => ({ series: name, shape: 'seed', x: null, y: seed })),
    ...(confirmation === null
      ? []
      : [
          {
            series: name,
            shape: 'fresh seeds',
            x: null,
            y: confirmation.mean,
            low: confirmation.interval?.[0] ?? null,
            high: confirmation.interval?.[1] ?? null,
            note: confirmation.state,
          },
        ]),
  ];
}
