import type { CurveItem } from '../../server/http/schemas/curves.ts';
import { formatCount } from '../format/number.ts';

/** `3,200 of 1,000,000 points drawn`; null where every recorded point is drawn. */
export function pointsDrawn(curves: readonly Pick<CurveItem, 'raw' | 'points' | 'batches'>[]): string | null {
  if (curves.every(({ raw }) => raw)) return null;
  const drawn = curves.reduce((sum, { batches }) => sum + batches.length, 0);
  const recorded = curves.reduce((sum, { points }) => sum + points, 0);
  return `${formatCount(drawn)} of ${formatCount(recorded)} points drawn`;
}
