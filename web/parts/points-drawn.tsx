import { pointsDrawn, type PointCount } from '../series/points-drawn.ts';

/** Says under a chart that its lines were thinned. */
export function PointsDrawn({ lines }: { lines: readonly PointCount[] }) {
  const text = pointsDrawn(lines);
  return text && <p class="small quiet">{text}.</p>;
}
