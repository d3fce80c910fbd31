import type { ArmItem } from '../../server/http/schemas/arm.ts';
import type { PairCurves } from '../../server/http/schemas/pairs.ts';
import type { ShownFactors } from '../../server/http/schemas/factors.ts';
import type { Forest, Verdict } from '../../server/http/schemas/verdict.ts';
import { metricLabel } from '../format/metric.ts';
import { parameterLabel } from '../format/parameter.ts';
import { armLabel } from '../series/arm-label.ts';
import { toBandPanels } from '../series/bands.ts';
import { sharedScale } from '../series/forest.ts';
import { toEffectScatter, toMapChart } from '../series/effect-map.ts';
import { PICTURE_MARKS, toPicture } from '../series/pair-picture.ts';
import { toSliceChart, toTrendChart } from '../series/slices.ts';
import { chartPanel } from './chart-panel.ts';
import type { Figure } from './figure.ts';
import { FOREST_LEGEND, forestAxis, forestPanel } from './forest-panel.ts';

/** More panels are no figure any more; a note says how many are left out. */
const MOST_PANELS = 12;
/** Lines of seeds hide each other above so many arms in one panel. */
const MOST_WITH_SEEDS = 4;

/** The differences of all arms to their controls. */
export function forestFigure({ forest, metric }: Pick<Verdict, 'forest' | 'metric'>): Figure {
  return {
    title: `Difference of ${metricLabel(metric)} to the control`,
    panels: [forestPanel('', forest, forestAxis(forest, metricLabel(metric)))],
    legend: FOREST_LEGEND,
    note: '∗ corrected p under 0.05.',
  };
}

/** The differences within several sweeps, a panel for each, on one scale. */
export function forestsFigure(sweeps: readonly { label: string; forest: Forest }[], metric: string): Figure {
  const scale = sharedScale(sweeps.map(({ forest }) => forest));
  return {
    title: `Difference of ${metricLabel(metric)} to the control, by sweep`,
    panels: sweeps.map(({ label, forest }) =>
      forestPanel(label, forest, forestAxis(forest, metricLabel(metric)), scale),
    ),
    legend: FOREST_LEGEND,
    note: '∗ p under 0.05, corrected within each sweep.',
  };
}

/** The differences by batch, one panel for each switch batch; null while there are none. */
export function differencesFigure({ picture }: Pick<PairCurves, 'picture'>): Figure | null {
  if (picture === null) return null;
  const few = picture.panels.map((panel) =>
    panel.groups.length <= MOST_WITH_SEEDS
      ? panel
      : { ...panel, groups: panel.groups.map((group) => ({ ...group, seeds: [] })) },
  );
  const { panels, legend } = toPicture({ ...picture, panels: few.slice(0, MOST_PANELS) }, true);
  return {
    title: picture.title,
    panels: panels.map(({ label, spec }) => chartPanel(label, spec, 1.05)),
    legend: [...legend, ...PICTURE_MARKS],
    note: [
      `${metricLabel(picture.metric.name)}, with − without by batch: mean over seeds,`,
      "Student's 95 % interval (unadjusted).",
      leftOut(picture.panels.length),
    ].join(' '),
  };
}

/** Arms with and without the phase by batch, one panel for each switch batch; null while there are none. */
export function curvesFigure(
  { bands, metric: { name } }: Pick<PairCurves, 'bands' | 'metric'>,
  { armList, varying }: { armList: ArmItem[]; varying: string[] },
): Figure | null {
  const { panels, legend } = toBandPanels(bands, armList, name, {
    label: (arm) => armLabel(arm, varying),
    late: true,
  });
  if (panels.length === 0) return null;
  return {
    title: `${metricLabel(name)} with and without the intra-class phase`,
    panels: panels.slice(0, MOST_PANELS).map(({ N, spec }) => chartPanel(`N = ${N}`, spec)),
    legend: [{ label: 'without the intra-class phase', ink: 'control', look: 'dashed' }, ...legend],
    note: ['Mean ± sd over seeds.', leftOut(panels.length)].join(' '),
  };
}

/** The difference along each parameter, one panel a parameter; null where nothing varies. */
export function slicesFigure(shown: ShownFactors): Figure | null {
  const panels = [
    ...shown.slices.map((slice) =>
      chartPanel(slice.contrast ?? parameterLabel(slice.factor), toSliceChart(slice, shown)),
    ),
    ...shown.trends.map(({ factor, symbol }) => chartPanel(symbol, toTrendChart(factor, shown))),
  ];
  if (panels.length === 0) return null;
  return {
    title: `Difference of ${metricLabel(shown.metric)} to the control by parameter`,
    panels: panels.slice(0, MOST_PANELS),
    legend: [
      { label: 'mean with 95 % interval', ink: 0, look: 'dot' },
      { label: 'arms', ink: 'faint', look: 'dot' },
    ],
    note: ['Averaged within seeds over the settings of the other parameters.', leftOut(panels.length)].join(' '),
  };
}

/** The difference over two parameters; null where fewer than two vary. */
export function mapFigure(shown: ShownFactors): Figure | null {
  const { map, factors, unit, metric } = shown;
  const [x, y] = factors;
  if (x === undefined || y === undefined) return null;
  const spec = map === null ? toEffectScatter(shown, x.name, y.name) : toMapChart(map);
  const names = map === null ? `${x.symbol} and ${y.symbol}` : `${map.x.symbol} and ${map.y.symbol}`;
  const inUnit = unit === '' ? '' : `, in ${unit}`;
  return {
    title: `Difference of ${metricLabel(metric)} to the control by ${names}${inUnit}`,
    panels: [chartPanel('', spec)],
    legend: [],
    note: [
      shown.better === null ? 'Blue: above 0, orange: below.' : 'Blue: better, orange: worse.',
      ...(map === null ? [] : [MAP_NOTE]),
    ].join(' '),
  };
}

const MAP_NOTE =
  'Bold outline: p < 0.05 over the cells. Pale: the 95 % interval includes 0. ' +
  'Hatched: left out by the constraints. Corner: over other settings than most cells.';

function leftOut(panels: number): string {
  return panels > MOST_PANELS ? `The first ${MOST_PANELS} of ${panels} panels.` : '';
}
