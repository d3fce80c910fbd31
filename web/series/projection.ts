import type { FeatureProjection } from '../../server/http/schemas/evaluation.ts';
import type { ChartSpec, PointSymbol } from './chart-spec.ts';
import { toClassName } from './confusion.ts';

/** Ten colours × six symbols: no two of sixty classes look the same. */
const SYMBOLS: PointSymbol[] = ['circle', 'triangle', 'rect', 'rectRot', 'star', 'cross'];

/**
 * Validation features in two dimensions, by class. The axes have no names: all that matters is which points lie beside
 * each other.
 */
export function toProjectionChart({ batch, x, y, labels }: FeatureProjection, classes: string[] | null): ChartSpec {
  const present = [...new Set(labels)].sort((a, b) => a - b);
  const shapes = present.map((label) => {
    const members = labels.flatMap((other, index) =>
      other === label && x[index] !== null && y[index] !== null ? [index] : [],
    );
    return {
      kind: 'points' as const,
      id: `class/${label}`,
      xAxis: 'first',
      yAxis: 'second',
      ink: label,
      label: toClassName(label, classes),
      size: 3,
      // The symbol moves on by one with every turn of the colours, because ten and six share a factor.
      symbol: SYMBOLS[(label + Math.floor(label / 10)) % SYMBOLS.length]!,
      x: members.map((index) => x[index]!),
      y: members.map((index) => y[index]!),
    };
  });
  return {
    description:
      `Projection of ${labels.length} validation features onto two dimensions at batch ${batch}, ` +
      `${present.length} classes`,
    axes: [
      { id: 'first', direction: 'x', title: null, ticks: 5 },
      { id: 'second', direction: 'y', title: null, ticks: 5 },
    ],
    shapes,
    marks: [],
  };
}
