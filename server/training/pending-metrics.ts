import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { StepMetric } from './step.ts';

/** What one batch has measured. */
export interface BatchMetrics {
  t: number;
  metrics: (StepMetric & { value: number })[];
}

/** Measurements of batches that are still on the device, so that training need not wait for them in every batch. */
export class PendingMetrics {
  #batches: { t: number; rows: StepMetric[]; metrics: Tensor }[] = [];

  get length(): number {
    return this.#batches.length;
  }

  /** Takes over `metrics` [rows.length]; the caller does not dispose it. */
  push(t: number, rows: StepMetric[], metrics: Tensor): void {
    this.#batches.push({ t, rows, metrics });
  }

  /** Reads everything pending in one transfer; nothing is pending afterwards. */
  async read(): Promise<BatchMetrics[]> {
    const batches = this.#batches;
    this.#batches = [];
    if (batches.length === 0) return [];
    const together = tf.concat(batches.map(({ metrics }) => metrics as tf.Tensor1D));
    const values = await together.data();
    tf.dispose([together, ...batches.map(({ metrics }) => metrics)]);
    let at = 0;
    return batches.map(({ t, rows }) => ({ t, metrics: rows.map((row) => ({ ...row, value: values[at++]! })) }));
  }

  dispose(): void {
    tf.dispose(this.#batches.map(({ metrics }) => metrics));
    this.#batches = [];
  }
}
