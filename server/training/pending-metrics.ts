import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';

/** What batches have measured and the device still holds, so that training need not wait for it in every batch. */
export class PendingMetrics {
  #batches: { t: number; names: string[]; metrics: Tensor }[] = [];

  get length(): number {
    return this.#batches.length;
  }

  /** Takes `metrics` [names.length] over. */
  push(t: number, names: string[], metrics: Tensor): void {
    this.#batches.push({ t, names, metrics });
  }

  /** Everything pending in one transfer; nothing is pending afterwards. */
  async read(): Promise<{ t: number; metrics: [name: string, value: number][] }[]> {
    const batches = this.#batches;
    this.#batches = [];
    if (batches.length === 0) return [];
    const together = tf.concat(batches.map(({ metrics }) => metrics as tf.Tensor1D));
    const values = await together.data();
    tf.dispose([together, ...batches.map(({ metrics }) => metrics)]);
    let at = 0;
    return batches.map(({ t, names }) => ({ t, metrics: names.map((name) => [name, values[at++]!]) }));
  }

  dispose(): void {
    tf.dispose(this.#batches.map(({ metrics }) => metrics));
    this.#batches = [];
  }
}
