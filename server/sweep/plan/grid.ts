import type { ParamValue } from '../arm.ts';
import type { Parameter } from '../space/definition.ts';
import { gridValues } from '../space/space.ts';

/** A walk through all points of a product: parameters in declaration order, the last one fastest. */
export class GridWalk {
  /** The values of the present point by the position of their parameters; changed in place. */
  readonly values: ParamValue[];
  readonly #axes: ParamValue[][];
  readonly #at: number[];

  /** @param axes the values of each parameter, at least one */
  constructor(axes: ParamValue[][]) {
    this.#axes = axes;
    this.#at = axes.map(() => 0);
    this.values = axes.map(([first]) => first!);
  }

  /** How many points share the values up to a position. */
  sizeBelow(position: number): number {
    return this.#axes.slice(position + 1).reduce((size, { length }) => size * length, 1);
  }

  /**
   * Goes on to the next point that differs in a value up to a position.
   *
   * @returns false after the last point
   */
  next(position: number): boolean {
    for (let inner = position + 1; inner < this.#axes.length; inner++) this.#set(inner, 0);
    for (let axis = position; axis >= 0; axis--) {
      const at = (this.#at[axis]! + 1) % this.#axes[axis]!.length;
      this.#set(axis, at);
      if (at !== 0) return true;
    }
    return false;
  }

  #set(axis: number, at: number): void {
    this.#at[axis] = at;
    this.values[axis] = this.#axes[axis]![at]!;
  }
}

/** The values that a grid takes of each parameter. */
export function gridAxes(parameters: readonly Parameter[]): ParamValue[][] {
  return parameters.map(({ space }) => gridValues(space));
}
