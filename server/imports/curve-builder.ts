import type { Problem } from '../sweep/problem.ts';
import type { SourceCurve } from './source.ts';

/** Gathers the values of one metric of one run, in whatever order they come. */
export class CurveBuilder {
  readonly #batches: number[] = [];
  readonly #values: number[] = [];
  readonly #lines: number[] = [];
  #ascends = true;

  /** @param line where it stands, to be named where it is there twice */
  add(batch: number, value: number, line = 0): void {
    if (this.#batches.length > 0 && batch <= this.#batches.at(-1)!) this.#ascends = false;
    this.#batches.push(batch);
    this.#values.push(value);
    this.#lines.push(line);
  }

  /**
   * @param repeated gets a problem for each batch that has two different values; `last`: the last one counts, as in
   *   tools whose runs may be continued from an earlier step
   */
  build(metric: string, repeated: 'last' | ((problem: Problem) => void)): SourceCurve {
    if (this.#ascends) return { batches: this.#batches, values: this.#values };
    const order = [...this.#batches.keys()].sort((a, b) => this.#batches[a]! - this.#batches[b]! || a - b);
    const curve: SourceCurve = { batches: [], values: [] };
    let kept = -1;
    for (const i of order) {
      if (kept < 0 || this.#batches[i] !== this.#batches[kept]) {
        curve.batches.push(this.#batches[i]!);
        curve.values.push(this.#values[i]!);
        kept = i;
      } else if (repeated === 'last') {
        curve.values[curve.values.length - 1] = this.#values[i]!;
      } else if (!Object.is(this.#values[i], this.#values[kept])) {
        repeated(this.#second(metric, i, kept));
      }
    }
    return curve;
  }

  #second(metric: string, i: number, kept: number): Problem {
    return {
      path: `line ${this.#lines[i]}`,
      message:
        `found a second value of ${metric} at batch ${this.#batches[i]} of a run, ` +
        `wanted one (the first is in line ${this.#lines[kept]})`,
    };
  }
}
