import type { CurveItem } from '../../server/http/schemas/curves.ts';
import { pointsDrawn } from '../series/points-drawn.ts';

/** Says under a chart that its lines were thinned. */
export function PointsDrawn({ curves }: { curves: readonly CurveItem[] }) {
  const text = pointsDrawn(curves);
  return text && <p class="small quiet">{text}.</p>;
}
