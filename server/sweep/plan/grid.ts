import type { Assignment, ParamValue } from '../arm.ts';
import type { Parameter } from '../space/definition.ts';
import { gridValues } from '../space/space.ts';

/** How many points the full product has. */
export function gridSize(parameters: readonly Parameter[]): number {
  return parameters.reduce((size, { space }) => size * gridValues(space).length, 1);
}

/**
 * All points of the full product: parameters in declaration order, the last one fastest. Every point is the same
 * object, changed in place: whoever keeps a point copies it.
 */
export function* gridPoints(parameters: readonly Parameter[]): Generator<Assignment> {
  const axes: [name: string, values: ParamValue[]][] = parameters.map(({ name, space }) => [name, gridValues(space)]);
  const at = axes.map(() => 0);
  const point: Assignment = Object.fromEntries(axes.map(([name, values]) => [name, values[0]!]));
  for (;;) {
    yield point;
    let axis = axes.length - 1;
    for (; axis >= 0; axis--) {
      const [name, values] = axes[axis]!;
      at[axis] = (at[axis]! + 1) % values.length;
      point[name] = values[at[axis]!]!;
      if (at[axis] !== 0) break;
    }
    if (axis < 0) return;
  }
}
