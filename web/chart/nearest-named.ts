import { Interaction, type Chart, type ChartEvent, type InteractionItem, type InteractionModeFunction } from 'chart.js';

declare module 'chart.js' {
  interface InteractionModeMap {
    nearestNamed: InteractionModeFunction;
  }
}

/**
 * The one thing that the pointer is nearest to, among what has a name: of a line by its distance where the pointer
 * stands, also between two of its points; of points by their own. A tooltip that lists every line hides the chart.
 */
Interaction.modes.nearestNamed = (chart: Chart, event: ChartEvent): InteractionItem[] => {
  const pointer = { x: event.x ?? 0, y: event.y ?? 0 };
  let nearest: { item: InteractionItem; distance: number } | null = null;
  for (const [datasetIndex, dataset] of chart.data.datasets.entries()) {
    if ((dataset as { isNamed?: boolean }).isNamed === false || !chart.isDatasetVisible(datasetIndex)) continue;
    const points = chart.getDatasetMeta(datasetIndex).data.map((element, index) => ({ element, index }));
    const seen = points.filter(({ element }) => Number.isFinite(element.x) && Number.isFinite(element.y));
    const found =
      (dataset as { showLine?: boolean }).showLine === false ? ofPoints(seen, pointer) : ofLine(seen, pointer);
    if (found === null || (nearest !== null && found.distance >= nearest.distance)) continue;
    const { element, index } = found.point;
    nearest = { item: { element, index, datasetIndex }, distance: found.distance };
  }
  return nearest === null ? [] : [nearest.item];
};

interface Place {
  x: number;
  y: number;
}
interface Point {
  element: InteractionItem['element'];
  index: number;
}
type Found = { point: Point; distance: number } | null;

function ofPoints(points: readonly Point[], { x, y }: Place): Found {
  let found: Found = null;
  for (const point of points) {
    const distance = Math.hypot(point.element.x - x, point.element.y - y);
    if (found === null || distance < found.distance) found = { point, distance };
  }
  return found;
}

/** The points of a line ascend. */
function ofLine(points: readonly Point[], pointer: Place): Found {
  const after = points.findIndex(({ element }) => element.x >= pointer.x);
  if (after <= 0) return ofPoints(points.slice(after, after === 0 ? 1 : undefined).slice(-1), pointer);
  const [left, right] = [points[after - 1]!, points[after]!];
  const share = (pointer.x - left.element.x) / (right.element.x - left.element.x || 1);
  const height = left.element.y + share * (right.element.y - left.element.y);
  return { point: share < 0.5 ? left : right, distance: Math.abs(height - pointer.y) };
}
