import type { ProbeArm, ProbeTrunk, Quantiles, Spread } from '../../server/http/schemas/probe.ts';
import { formatAmount, formatCount, formatExact, formatNumber, formatPercent } from '../format/number.ts';
import type { Axis, ChartSpec, Ink, ChartShape } from './chart-spec.ts';
import { dashOf } from './colour-keys.ts';
import type { LegendEntry } from './pair-picture.ts';

/** How far to the left of N the batches before N are drawn, and how far to the right the batches from N on. */
const ASIDE = 0.16;

/** The first place in the palette belongs to the quantiles. */
const inkOf = (index: number): number => index + 1;

/**
 * L2's quantiles on a trunk before and after every N, means over the seeds, with a line across for every ε; null for a
 * trunk that is not trained.
 */
export function toQuantileChart({ name, candidates }: ProbeTrunk): ChartSpec | null {
  const boxes = candidates.flatMap(({ N, before, after }, index) => [
    ...(before === null
      ? []
      : [{ id: `${N}/before`, x: index - ASIDE, ink: 'control' as const, label: 'before N', quantiles: before }]),
    ...(after === null ? [] : [{ id: `${N}/after`, x: index + ASIDE, ink: 0, label: 'from N on', quantiles: after }]),
  ]);
  if (boxes.length === 0) return null;
  const words = boxes.map(boxWords);
  const epsilons = listEpsilons(candidates);
  const values = [...boxes.flatMap(({ quantiles: { q05, max } }) => [q05.mean, max.mean]), ...epsilons];
  return {
    description: `L2 on the trunk ${name} by switch batch: ${words.join('; ')}; ε: ${epsilons.join(', ')}`,
    axes: [axisOfN(candidates), { id: 'value', direction: 'y', title: 'L2', ...rangeOf(values) }],
    shapes: [
      ...epsilons.map((epsilon, index) => across(`epsilon/${epsilon}`, epsilon, inkOf(index), candidates.length)),
      ...boxes.flatMap(toBox),
    ],
    marks: [],
  };
}

/**
 * ‖β∇L2‖/‖α∇L1‖ of every β by N, and a line at the ratio under which no effect was found; null where no ratio is known.
 */
export function toRatioChart({ name, candidates }: ProbeTrunk, weakRatio: number): ChartSpec | null {
  const betas = listBetas(candidates);
  const known = candidates.flatMap(({ N, ratios }, index) =>
    ratios.flatMap(({ beta, ratio }) => (ratio === null ? [] : [{ N, index, beta, ratio }])),
  );
  if (known.length === 0) return null;
  const base = { xAxis: 'N', yAxis: 'value' };
  const shapes = betas.flatMap((beta, place): ChartShape[] => {
    const own = known.filter((each) => each.beta === beta);
    const ink = inkOf(place);
    // Side by side, so that the spreads of neighbours stay apart.
    const x = own.map(({ index }) => index + (betas.length === 1 ? 0 : (place / (betas.length - 1) - 0.5) * 2 * ASIDE));
    return [
      ...own.map(({ N, ratio }, i): ChartShape => ({
        ...base,
        kind: 'line',
        id: `spread/${beta}/${N}`,
        ink,
        label: null,
        weight: 'normal',
        x: [x[i]!, x[i]!],
        y: [ratio.low, ratio.high],
      })),
      {
        ...base,
        kind: 'points',
        id: `ratio/${beta}`,
        ink,
        label: `β = ${formatExact(beta)}`,
        symbol: 'circle',
        size: 5,
        x,
        y: own.map(({ ratio }) => ratio.mean),
      },
    ];
  });
  const words = known.map(({ N, beta, ratio }) => `N = ${N}, β = ${beta}: ${formatNumber(ratio.mean, 3)}`);
  return {
    description: `Gradient ratio at the features on the trunk ${name}: ${words.join('; ')}; weak under ${weakRatio}`,
    axes: [
      axisOfN(candidates),
      {
        id: 'value',
        direction: 'y',
        title: '‖β∇L2‖ / ‖α∇L1‖',
        ...rangeOf([...known.flatMap(({ ratio: { low, high } }) => [low, high]), weakRatio]),
      },
    ],
    shapes: [across('weak', weakRatio, 'control', candidates.length), ...shapes],
    marks: [],
  };
}

export function epsilonLegend({ candidates }: ProbeTrunk): LegendEntry[] {
  return listEpsilons(candidates).map((epsilon, index) => ({
    label: `ε = ${formatExact(epsilon)}`,
    ink: inkOf(index),
  }));
}

export function betaLegend({ candidates }: ProbeTrunk): LegendEntry[] {
  return listBetas(candidates).map((beta, index) => ({ label: `β = ${formatExact(beta)}`, ink: inkOf(index) }));
}

/** What ε does to the term of an arm. */
export function verdictWords({ verdict, above }: Pick<ProbeArm, 'verdict' | 'above'>): string {
  if (verdict === null) return 'not known';
  if (verdict === 'dead') return above === 'maximum' ? 'dead: ε is above all of L2' : 'dead: ε is above 95 % of L2';
  return verdict === 'live' ? 'always live' : 'live at times';
}

/** How many arms each finding holds for; a finding that holds for no arm is left out. */
export function countWords(arms: readonly ProbeArm[], weakRatio: number): string {
  const count = (test: (arm: ProbeArm) => boolean): number => arms.filter(test).length;
  const found: [number, string][] = [
    [count(({ verdict }) => verdict === 'dead'), 'would be dead'],
    [count(({ verdict }) => verdict === 'live'), 'always live'],
    [count(({ verdict }) => verdict === 'between'), 'live at times'],
    [count(({ sameAs }) => sameAs !== null), 'the same as a neighbour in ε'],
    [count(({ weak }) => weak === true), `weak (gradient ratio under ${weakRatio})`],
    [count(({ verdict }) => verdict === null), 'not known yet'],
  ];
  const words = found.filter(([number]) => number > 0).map(([number, what]) => `${formatCount(number)} ${what}`);
  return `Of ${formatAmount(arms.length, 'arm')} with the intra-class phase: ${words.join(', ')}.`;
}

/** The arm whose run this one would be the same as, and how surely. */
export function sameWords({ sameAs }: Pick<ProbeArm, 'sameAs'>): string {
  if (sameAs === null) return '';
  return sameAs.certain ? `the same run as ${sameAs.name}: both are dead` : `perhaps the same run as ${sameAs.name}`;
}

/** Mean over the seeds, with the lowest and the highest seed where they differ. */
export function spreadWords({ mean, low, high }: Spread, percent = false): string {
  const show = (value: number): string => (percent ? formatPercent(value, 1) : formatNumber(value, 3));
  return show(low) === show(high) ? show(mean) : `${show(mean)} (${show(low)}–${show(high)})`;
}

type Candidates = ProbeTrunk['candidates'];

function listEpsilons(candidates: Candidates): number[] {
  return rising(candidates.flatMap(({ epsilons }) => epsilons.map(({ epsilon }) => epsilon)));
}

function listBetas(candidates: Candidates): number[] {
  return rising(candidates.flatMap(({ ratios }) => ratios.map(({ beta }) => beta)));
}

function rising(values: number[]): number[] {
  return [...new Set(values)].sort((a, b) => a - b);
}

function axisOfN(candidates: Candidates): Axis {
  return { id: 'N', direction: 'x', title: null, categories: candidates.map(({ N }) => `N = ${N}`) };
}

/**
 * Logarithmic, because orders of magnitude lie between the ε and between the β. Not logarithmic where a value is not
 * above 0, because a logarithm has no place for it.
 */
function rangeOf(values: number[]): Pick<Axis, 'logarithmic' | 'min' | 'max'> {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return low > 0 ? { logarithmic: true, min: roundTo(low / 1.2, Math.floor), max: roundTo(high * 1.2, Math.ceil) } : {};
}

/** Rounds to a number of one digit, so that the end of the axis has a short label. */
function roundTo(value: number, round: (value: number) => number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return Number((round(value / power) * power).toPrecision(1));
}

function across(id: string, at: number, ink: Ink, places: number): ChartShape {
  const dash = (typeof ink === 'number' ? dashOf(ink) : undefined) ?? 'dashed';
  return {
    kind: 'line',
    id,
    xAxis: 'N',
    yAxis: 'value',
    ink,
    label: null,
    weight: 'normal',
    dash,
    x: [-0.6, places - 0.4],
    y: [at, at],
  };
}

interface Box {
  id: string;
  x: number;
  ink: Ink;
  label: string;
  quantiles: Quantiles;
}

/** `N = 20, before: median 0.4, 5 % to 95 %: 0.1 to 0.9`. */
function boxWords({ id, quantiles: { q05, q50, q95 } }: Box): string {
  const range = `${formatNumber(q05.mean, 3)} to ${formatNumber(q95.mean, 3)}`;
  return `N = ${id.replace('/', ', ')}: median ${formatNumber(q50.mean, 3)}, 5 % to 95 %: ${range}`;
}

/** A thin line from 5 to 95 %, a bold one from 25 to 75 %, the median, and the largest value. */
function toBox({ id, x, ink, label, quantiles: { from, to, q05, q25, q50, q75, q95, max } }: Box): ChartShape[] {
  const base = { xAxis: 'N', yAxis: 'value', ink };
  const upright = (part: string, low: number, high: number, weight: 'thin' | 'bold'): ChartShape => ({
    ...base,
    kind: 'line',
    id: `${id}/${part}`,
    label: null,
    weight,
    x: [x, x],
    y: [low, high],
  });
  const where = `${label} (batches ${from} to ${to - 1})`;
  return [
    upright('whole', q05.mean, q95.mean, 'thin'),
    upright('middle', q25.mean, q75.mean, 'bold'),
    {
      ...base,
      kind: 'points',
      id: `${id}/median`,
      label: `median ${where}`,
      symbol: 'circle',
      size: 5,
      x: [x],
      y: [q50.mean],
    },
    {
      ...base,
      kind: 'points',
      id: `${id}/max`,
      label: `largest ${where}`,
      symbol: 'triangle',
      size: 3.5,
      x: [x],
      y: [max.mean],
    },
  ];
}
