/** Points of one metric: `values[i]` belongs to `batches[i]`. */
export interface Series {
  metric: string;
  /** The ε of a metric that differs by ε while several ε are trained together; null otherwise. */
  epsilon: number | null;
  batches: Int32Array;
  values: Float64Array;
}

/** Collects points of many metrics, in the order of their batches. */
export class CurveBuffer {
  #series = new Map<string, { metric: string; epsilon: number | null; batches: number[]; values: number[] }>();

  add(metric: string, batch: number, value: number, epsilon: number | null = null): void {
    const key = `${metric} ${epsilon}`;
    let series = this.#series.get(key);
    if (!series) this.#series.set(key, (series = { metric, epsilon, batches: [], values: [] }));
    series.batches.push(batch);
    series.values.push(value);
  }

  /** Gives the collected points, and starts again with none. */
  take(): Series[] {
    const taken = [...this.#series.values()].map(({ metric, epsilon, batches, values }) => ({
      metric,
      epsilon,
      batches: Int32Array.from(batches),
      values: Float64Array.from(values),
    }));
    this.#series = new Map();
    return taken;
  }
}
