import type { ArmItem } from '../../server/http/schemas/arm.ts';
import type { ArmBand } from '../../server/http/schemas/pairs.ts';
import { isAccuracy } from '../format/metric.ts';
import type { ChartSpec, Ink, LineShape, ChartShape } from './chart-spec.ts';
import { assignInks, dashOf } from './colour-keys.ts';
import { lateFrom, lateRange } from './late-range.ts';
import { markSwitch, toBatchAxis } from './curves.ts';
import type { LegendEntry } from './pair-picture.ts';

export interface BandPanel {
  /** The switch batch of the arms in this panel. */
  N: number;
  spec: ChartSpec;
}

interface BandOptions {
  label: (arm: ArmItem) => string;
  /** Labels that have a colour already, in the order of these colours. */
  known?: string[];
  /** True: the vertical axis fits the values after the beginning. */
  late?: boolean;
}

/** Mean ± sd over seeds of every arm with the phase, one panel per N, each with the controls of its arms behind it. */
export function toBandPanels(
  bands: ArmBand[],
  arms: ArmItem[],
  metric: string,
  { label, known = [], late = false }: BandOptions,
): { panels: BandPanel[]; legend: LegendEntry[] } {
  const byIndex = new Map(arms.map((arm) => [arm.index, arm]));
  const withPhase = bands.filter(({ control, N, arm }) => !control && N !== null && byIndex.has(arm));
  const named = (band: ArmBand): string => label(byIndex.get(band.arm)!);
  const labels = new Set(withPhase.map(named));
  const inks = assignInks([...known, ...labels]);
  const switches = [...new Set(withPhase.map(({ N }) => N!))].sort((a, b) => a - b);
  const panels = switches.map((N) => {
    const members = withPhase.filter((band) => band.N === N);
    const controls = new Set(members.map(({ arm }) => byIndex.get(arm)!.controlIndex));
    const behind = bands.filter(({ arm }) => controls.has(arm));
    const all = [
      ...behind.map((band) => ({ band, name: `without (${band.name})`, ink: 'control' as Ink })),
      ...members.map((band) => ({ band, name: named(band), ink: inks.get(named(band))! as Ink })),
    ];
    return { N, spec: toBandChart(all, N, metric, late) };
  });
  return {
    panels,
    legend: [...inks].filter(([name]) => labels.has(name)).map(([name, ink]) => ({ label: name, ink })),
  };
}

function dashOfBand({ control }: ArmBand, ink: Ink): Pick<LineShape, 'dash'> {
  const dash = control ? 'dashed' : dashOf(Number(ink));
  return dash === undefined ? {} : { dash };
}

function toBandChart(
  members: { band: ArmBand; name: string; ink: Ink }[],
  N: number,
  metric: string,
  late: boolean,
): ChartSpec {
  const bands = members.map(({ band, ink }): ChartShape => ({
    kind: 'band',
    id: `band/${band.arm}`,
    xAxis: 'batch',
    yAxis: 'value',
    ink,
    label: null,
    x: band.batches,
    low: band.low,
    high: band.high,
  }));
  const means = members.map(({ band, name, ink }): LineShape => ({
    kind: 'line',
    id: `mean/${band.arm}`,
    xAxis: 'batch',
    yAxis: 'value',
    ink,
    label: name,
    x: band.batches,
    y: band.mean,
    weight: 'normal',
    ...dashOfBand(band, ink),
  }));
  const edges = members.flatMap(({ band }) => [
    { x: band.batches, y: band.low },
    { x: band.batches, y: band.high },
    { x: band.batches, y: band.mean },
  ]);
  const fit = late ? lateRange(edges, lateFrom(edges, null)) : null;
  const names = members.map(({ name }) => name).join(', ');
  return {
    description: `${metric} by batch, mean and one standard deviation over seeds, switch batch ${N}: ${names}`,
    axes: [
      toBatchAxis(edges, null),
      { id: 'value', direction: 'y', title: null, format: isAccuracy(metric) ? 'percent' : 'number', ...fit },
    ],
    shapes: [...bands, ...means],
    marks: [markSwitch(N)],
  };
}
