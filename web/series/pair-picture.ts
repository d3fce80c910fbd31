import type { Group, Panel, Picture } from '../../server/http/schemas/picture.ts';
import type { Axis, ChartSpec, Ink, LineShape, Mark, ChartShape } from './chart-spec.ts';
import { assignInks, dashOf } from './colour-keys.ts';
import { lateFrom, lateRange } from './late-range.ts';

export interface PicturePanel {
  label: string;
  spec: ChartSpec;
}

/** A name with its colour, for the legend. */
export interface LegendEntry {
  label: string;
  ink: number;
}

/** What a mark of the picture means. */
export interface MarkEntry {
  label: string;
  ink: Ink;
  look: 'shade' | 'tick' | 'hatch';
}

/** The marks of the picture, for its legend. */
export const PICTURE_MARKS: MarkEntry[] = [
  { label: "control's spread over seeds (± sd)", ink: 'faint', look: 'shade' },
  { label: 'interval leaves zero for good', ink: 'control', look: 'tick' },
  { label: 'truncated term dead on every seed', ink: 'control', look: 'hatch' },
];

/**
 * The picture that answers the question: one panel per N over a shared y. Above, with − without by batch, and at its
 * right the final differences per seed with their interval; below, the truncated term and the intra-class cosine. With
 * `late` the shared axis fits the values after the beginning, because the noise of the beginning is larger than any
 * effect.
 */
export function toPicture(picture: Picture, late = false): { panels: PicturePanel[]; legend: LegendEntry[] } {
  const inks = assignInks(picture.panels.flatMap(({ groups }) => groups.map(({ label }) => label)));
  const shared = sharedRanges(picture, late);
  const panels = picture.panels.map((panel) => ({ label: panel.label, spec: toPanel(panel, picture, inks, shared) }));
  return { panels, legend: [...inks].map(([label, ink]) => ({ label, ink })) };
}

interface SharedRanges {
  difference: [number, number];
  truncated: number;
  cosine: [number, number];
}

function toPanel(panel: Panel, picture: Picture, inks: Map<string, number>, shared: SharedRanges): ChartSpec {
  const { groups } = panel;
  const dash = ({ label }: Group): Pick<LineShape, 'dash'> => {
    const look = dashOf(inks.get(label)!);
    return look === undefined ? {} : { dash: look };
  };
  const scaled = (values: (number | null)[]): (number | null)[] => scale(values, picture.scale);
  return {
    description: describe(panel, picture),
    axes: toAxes(panel, picture, shared),
    shapes: [
      toSpread(panel, picture.scale),
      ...groups.map((group): ChartShape => ({
        ...ON_DIFFERENCE,
        kind: 'band',
        id: `band/${group.arm}`,
        ink: inks.get(group.label)!,
        label: null,
        x: group.batches,
        low: scaled(group.low),
        high: scaled(group.high),
      })),
      ...groups.flatMap((group) =>
        group.seeds.map((line): ChartShape => ({
          ...ON_DIFFERENCE,
          kind: 'line',
          id: `seed/${group.arm}/${line.seed}`,
          ink: inks.get(group.label)!,
          label: null,
          x: group.batches,
          y: scaled(line.values),
          weight: 'thin',
        })),
      ),
      ...groups.map((group): ChartShape => ({
        ...ON_DIFFERENCE,
        kind: 'line',
        id: `mean/${group.arm}`,
        ink: inks.get(group.label)!,
        label: group.label,
        x: group.batches,
        y: scaled(group.mean),
        weight: 'bold',
        ...dash(group),
      })),
      ...groups.flatMap((group, place) => toFinals(group, place, picture.scale, inks.get(group.label)!)),
      ...groups.map((group): ChartShape => ({
        kind: 'line',
        id: `truncated/${group.arm}`,
        xAxis: 'batch',
        yAxis: 'truncated',
        ink: inks.get(group.label)!,
        label: `${group.label}, truncated term`,
        x: group.truncated.batches,
        y: group.truncated.values,
        weight: 'normal',
      })),
      ...groups.map((group): ChartShape => ({
        kind: 'line',
        id: `cosine/${group.arm}`,
        xAxis: 'batch',
        yAxis: 'cosine',
        ink: inks.get(group.label)!,
        label: `${group.label}, intra-class cosine`,
        x: group.cosine.batches,
        y: group.cosine.values,
        weight: 'normal',
      })),
    ],
    marks: toMarks(panel, inks),
  };
}

const ON_DIFFERENCE = { xAxis: 'batch', yAxis: 'difference' };

function toAxes(panel: Panel, picture: Picture, shared: SharedRanges): Axis[] {
  return [
    { id: 'batch', direction: 'x', title: 'batch', min: 0, max: panel.end, share: 7, ticks: 5 },
    {
      id: 'final',
      direction: 'x',
      title: 'at the end',
      share: Math.min(4, 1 + 0.5 * panel.groups.length),
      categories: panel.groups.map(({ label }) => label),
      hideLabels: true,
    },
    {
      id: 'difference',
      direction: 'y',
      title: `with − without (${picture.unit})`,
      min: shared.difference[0],
      max: shared.difference[1],
      format: 'signed',
      share: 10,
    },
    // Room below zero, so that its label does not touch those of the strip below.
    {
      id: 'truncated',
      direction: 'y',
      title: 'trunc.',
      min: -0.08 * shared.truncated,
      max: shared.truncated,
      share: 2.2,
      ticks: 3,
    },
    {
      id: 'cosine',
      direction: 'y',
      title: 'cosine',
      min: shared.cosine[0],
      max: shared.cosine[1],
      share: 2.2,
      ticks: 3,
    },
  ];
}

/** The faint stripe shows how far the control alone strays from seed to seed. */
function toSpread({ controlSpread: { batches, sd } }: Panel, factor: number): ChartShape {
  return {
    ...ON_DIFFERENCE,
    kind: 'band',
    id: 'spread',
    ink: 'faint',
    label: null,
    stripe: true,
    x: batches,
    low: scale(sd, -factor),
    high: scale(sd, factor),
  };
}

/**
 * Dots per seed, side by side so that equal values do not hide each other, the mean, and its interval as an upright
 * line.
 */
function toFinals(group: Group, place: number, factor: number, ink: number): ChartShape[] {
  const base = { xAxis: 'final', yAxis: 'difference', ink };
  const count = group.final.length;
  const dots: ChartShape = {
    ...base,
    kind: 'points',
    id: `final/${group.arm}`,
    label: group.label,
    symbol: 'circle',
    size: 2.5,
    x: group.final.map((_, index) => place + (count < 2 ? 0 : (index / (count - 1) - 0.5) * 0.5)),
    y: group.final.map(({ value }) => value * factor),
    notes: group.final.map(({ seed }) => `seed ${seed}`),
  };
  if (group.finalMean === null) return [dots];
  const mean: ChartShape = {
    ...base,
    kind: 'points',
    id: `finalMean/${group.arm}`,
    label: group.label,
    symbol: 'rectRot',
    size: 5,
    x: [place],
    y: [group.finalMean * factor],
    notes: ['mean'],
  };
  if (group.finalLow === null || group.finalHigh === null) return [dots, mean];
  return [
    dots,
    {
      ...base,
      kind: 'line',
      id: `interval/${group.arm}`,
      label: null,
      x: [place, place],
      y: [group.finalLow * factor, group.finalHigh * factor],
      weight: 'bold',
    },
    mean,
  ];
}

function toMarks(panel: Panel, inks: Map<string, number>): Mark[] {
  const marks: Mark[] = [{ kind: 'zero', yAxis: 'difference' }];
  if (panel.N > 0) marks.push({ kind: 'area', xAxis: 'batch', from: 0, to: panel.N, label: 'same run' });
  let ticks = 0;
  panel.groups.forEach((group, lane) => {
    for (const { from, to } of group.dead)
      marks.push({
        kind: 'hatch',
        xAxis: 'batch',
        yAxis: 'truncated',
        from,
        to,
        lane,
        lanes: panel.groups.length,
        ink: inks.get(group.label)!,
      });
    if (group.leavesZeroAt !== null)
      marks.push({
        kind: 'tick',
        xAxis: 'batch',
        yAxis: 'difference',
        at: group.leavesZeroAt,
        lane: ticks++,
        ink: inks.get(group.label)!,
      });
  });
  return marks;
}

function sharedRanges(picture: Picture, late: boolean): SharedRanges {
  const groups = picture.panels.flatMap((panel) => panel.groups);
  const truncated = groups.flatMap((group) => finite(group.truncated.values));
  const cosine = groups.flatMap((group) => finite(group.cosine.values));
  const highest = largest(truncated);
  return {
    difference: (late ? lateDifferences(picture) : null) ?? picture.yRange,
    // A term that was dead everywhere still needs a strip in which zero is at the bottom.
    truncated: highest > 0 ? highest * 1.1 : 1,
    cosine: cosine.length === 0 ? [0, 1] : padded(-largest(cosine.map((value) => -value)), largest(cosine)),
  };
}

/** The range of everything after the beginning, the final differences, and zero. */
function lateDifferences({ panels, scale: factor }: Picture): [number, number] | null {
  const lines = panels.flatMap(({ end, groups }) =>
    groups.flatMap((group) => [
      ...[group.low, group.high, ...group.seeds.map(({ values }) => values)].map((values) => ({
        x: group.batches,
        y: scale(values, factor),
      })),
      {
        x: [end, end, end, ...group.final.map(() => end)],
        y: scale([0, group.finalLow, group.finalHigh, ...group.final.map(({ value }) => value)], factor),
      },
    ]),
  );
  const range = lateRange(lines, lateFrom(lines, null));
  return range === null ? null : [range.min, range.max];
}

function describe(panel: Panel, { metric, unit, scale: factor }: Picture): string {
  const finals = panel.groups.map(({ label, finalMean, finalLow, finalHigh }) => {
    if (finalMean === null) return `${label}: no final difference yet`;
    const interval =
      finalLow === null || finalHigh === null ? '' : ` [${round(finalLow * factor)}, ${round(finalHigh * factor)}]`;
    return `${label}: ${round(finalMean * factor)}${interval}`;
  });
  const shown = `${metric.name} with minus without the intra-class phase by batch, in ${unit}`;
  return `${panel.label}: ${shown}; at the end ${finals.join('; ')}`;
}

function scale(values: (number | null)[], factor: number): (number | null)[] {
  return values.map((value) => (value === null ? null : value * factor));
}

function finite(values: (number | null)[]): number[] {
  return values.filter((value) => value !== null);
}

function largest(values: number[]): number {
  return values.reduce((most, value) => Math.max(most, value), -Infinity);
}

function padded(low: number, high: number): [number, number] {
  const pad = (high - low || Math.abs(high) || 1) * 0.08;
  return [low - pad, high + 2 * pad];
}

function round(value: number): number {
  return Number(value.toPrecision(3));
}
