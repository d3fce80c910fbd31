import type { Line, MeanLine } from '../../server/http/schemas/arm-curves.ts';
import type { CurveItem } from '../../server/http/schemas/curves.ts';
import type { ArmBand } from '../../server/http/schemas/pairs.ts';
import type { Group } from '../../server/http/schemas/picture.ts';
import { formatCount } from '../format/number.ts';

/** Of a line, or of several together. */
export interface PointCount {
  drawn: number;
  recorded: number;
}

/** `3,200 of 1,000,000 points drawn`; null where all of them are. */
export function pointsDrawn(lines: readonly PointCount[]): string | null {
  const drawn = lines.reduce((sum, line) => sum + line.drawn, 0);
  const recorded = lines.reduce((sum, line) => sum + line.recorded, 0);
  return drawn === recorded ? null : `${formatCount(drawn)} of ${formatCount(recorded)} points drawn`;
}

export function ofCurve({ points, batches }: Pick<CurveItem, 'points' | 'batches'>): PointCount {
  return { drawn: batches.length, recorded: points };
}

/** Of a line of single values, or of means over seeds: these count once, with their band. */
export function ofLine({ x, thinnedFrom }: Pick<Line | MeanLine, 'x' | 'thinnedFrom'>): PointCount {
  return { drawn: x.length, recorded: thinnedFrom ?? x.length };
}

/** Of means over seeds by batch. */
export function ofBand({ batches, thinnedFrom }: Pick<ArmBand, 'batches' | 'thinnedFrom'>): PointCount {
  return { drawn: batches.length, recorded: thinnedFrom ?? batches.length };
}

/** Of the differences of an arm: the line of each seed and their mean. */
export function ofGroup({ seeds, ...mean }: Pick<Group, 'batches' | 'thinnedFrom' | 'seeds'>): PointCount {
  const { drawn, recorded } = ofBand(mean);
  return { drawn: (1 + seeds.length) * drawn, recorded: (1 + seeds.length) * recorded };
}
