/** Points of one metric: `values[i]` belongs to `batches[i]`. */
export interface Series {
  metric: string;
  batches: Int32Array;
  values: Float64Array;
}

/** Collects points of many metrics, in the order of their batches. */
export class CurveBuffer {
  #series = new Map<string, { batches: number[]; values: number[] }>();

  add(metric: string, batch: number, value: number): void {
    let series = this.#series.get(metric);
    if (!series) this.#series.set(metric, (series = { batches: [], values: [] }));
    series.batches.push(batch);
    series.values.push(value);
  }

  /** Gives what was collected and starts again. */
  take(): Series[] {
    const taken = [...this.#series].map(([metric, { batches, values }]) => ({
      metric,
      batches: Int32Array.from(batches),
      values: Float64Array.from(values),
    }));
    this.#series = new Map();
    return taken;
  }
}
