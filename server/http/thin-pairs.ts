import type { ArmBand, PairCurves } from '../report/picture/pair-curves.ts';
import type { Group } from '../report/picture/picture-data.ts';
import type { ArmCurves, Line, MeanLine } from '../report/curves/arm-curves.ts';
import { decimate } from './decimate.ts';

/** Lines up to this length are left alone; longer ones are reduced to the extremes of this many columns. */
const LONGEST = 2_000;
const COLUMNS = 250;

/**
 * Thins long lines to what a page can draw. Lines over the same batches keep the same points: the extremes of every one
 * of these lines.
 */
export function thinPairs({ picture, bands, ...rest }: PairCurves): PairCurves {
  return {
    ...rest,
    bands: bands.map(thinBand),
    picture: picture && {
      ...picture,
      panels: picture.panels.map((panel) => ({
        ...panel,
        groups: panel.groups.map(thinGroup),
        controlSpread: thin(panel.controlSpread, [panel.controlSpread.sd], (spread, pick) => ({
          batches: pick(spread.batches),
          sd: pick(spread.sd),
        })),
      })),
    },
  };
}

/** The same for the curves of chosen arms. */
export function thinArmCurves({ arms, others, spread, ...rest }: ArmCurves): ArmCurves {
  return {
    ...rest,
    arms: arms.map(({ seeds, ...arm }) => ({
      ...arm,
      with: thinMean(arm.with),
      without: arm.without && thinMean(arm.without),
      difference: arm.difference && thinMean(arm.difference),
      seeds: seeds.map((own) => ({
        seed: own.seed,
        with: thinLine(own.with),
        without: own.without && thinLine(own.without),
        difference: own.difference && thinLine(own.difference),
      })),
    })),
    others: others.map(({ name, line }) => ({ name, line: thinMean(line) })),
    spread: spread && { ...spread, line: thinMean(spread.line) },
  };
}

function thinMean(line: MeanLine): MeanLine {
  const { batches: _, ...thinned } = thin(
    { batches: line.x.map((_, place) => place), ...line },
    [line.mean, line.low, line.high],
    (whole, pick) => ({
      batches: [],
      x: pick(whole.x),
      n: pick(whole.n),
      mean: pick(whole.mean),
      low: pick(whole.low),
      high: pick(whole.high),
      thinnedFrom: whole.x.length,
    }),
  );
  return thinned;
}

function thinLine(line: Line): Line {
  const { batches: _, ...thinned } = thin(
    { batches: line.x.map((_, place) => place), ...line },
    [line.y],
    (whole, pick) => ({
      batches: [],
      x: pick(whole.x),
      y: pick(whole.y),
      thinnedFrom: whole.x.length,
    }),
  );
  return thinned;
}

function thinGroup(group: Group): Group {
  const lines = [group.mean, group.low, group.high, ...group.seeds.map(({ values }) => values)];
  const thinned = thin(group, lines, (whole, pick) => ({
    ...whole,
    batches: pick(whole.batches),
    mean: pick(whole.mean),
    low: pick(whole.low),
    high: pick(whole.high),
    seeds: whole.seeds.map(({ seed, values }) => ({ seed, values: pick(values) })),
    thinnedFrom: whole.batches.length,
  }));
  const strip = (curve: Group['truncated']) =>
    thin(curve, [curve.values], (whole, pick) => ({ batches: pick(whole.batches), values: pick(whole.values) }));
  return { ...thinned, truncated: strip(group.truncated), cosine: strip(group.cosine) };
}

function thinBand(band: ArmBand): ArmBand {
  return thin(band, [band.mean, band.low, band.high], (whole, pick) => ({
    ...whole,
    batches: pick(whole.batches),
    n: pick(whole.n),
    mean: pick(whole.mean),
    low: pick(whole.low),
    high: pick(whole.high),
    thinnedFrom: whole.batches.length,
  }));
}

/** Picks the batches at which any of the lines has an extreme, from everything that goes by these batches. */
function thin<T extends { batches: number[] }>(
  whole: T,
  lines: (number | null)[][],
  take: (whole: T, pick: <V>(values: V[]) => V[]) => T,
): T {
  const { batches } = whole;
  if (batches.length <= LONGEST) return whole;
  const kept = new Set(
    lines.flatMap((values) => decimate({ batches, values }, batches[0]!, batches.at(-1)!, COLUMNS).batches),
  );
  return take(whole, (values) => values.filter((_, i) => kept.has(batches[i]!)));
}
