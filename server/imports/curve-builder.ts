import type { Problem } from '../sweep/problem.ts';
import type { SourceCurve } from './source.ts';

/** Gathers the curves of one run by their metrics. */
export class CurveBuilders {
  readonly #builders = new Map<string, CurveBuilder>();

  get size(): number {
    return this.#builders.size;
  }

  /** @param line where the value stands, to be named where it is there twice */
  add(metric: string, batch: number, value: number, line = 0): void {
    let builder = this.#builders.get(metric);
    if (builder === undefined) this.#builders.set(metric, (builder = new CurveBuilder()));
    builder.add(batch, value, line);
  }

  /** @param repeated as for one curve */
  build(repeated: Repeated): Map<string, SourceCurve> {
    return new Map([...this.#builders].map(([metric, builder]) => [metric, builder.build(metric, repeated)]));
  }
}

/**
 * What becomes of a batch that has two different values: a problem for each; or `last`: the last one counts, as in
 * tools whose runs may be continued from an earlier step.
 */
type Repeated = 'last' | ((problem: Problem) => void);

/** Gathers the values of one metric, in whatever order they come. */
class CurveBuilder {
  readonly #batches: number[] = [];
  readonly #values: number[] = [];
  readonly #lines: number[] = [];
  #ascends = true;

  add(batch: number, value: number, line: number): void {
    if (this.#batches.length > 0 && batch <= this.#batches.at(-1)!) this.#ascends = false;
    this.#batches.push(batch);
    this.#values.push(value);
    this.#lines.push(line);
  }

  build(metric: string, repeated: Repeated): SourceCurve {
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
