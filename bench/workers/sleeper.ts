import { createHash, randomFillSync } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { writeUnnamed } from '../../server/runner/checkpoints/checkpoint-files.ts';
import { BYTES_UP_TO, type SentCheckpoint } from '../../server/runner/checkpoints/sent-checkpoint.ts';
import type { ProgramOrder, StageOrder } from '../../server/runner/workers/messages.ts';
import type { StageCallbacks, Trainer } from '../../server/runner/workers/trainer.ts';

/** When stages were begun and ended, by `performance.now()`. */
export interface Times {
  first: number;
  last: number;
  stages: number;
  /** Resolves when all workers have come: they begin together. */
  all: Promise<void>;
}

/** Stands in for whoever trains: it sleeps so long for each stage, and gives a checkpoint of so many bytes. */
export class Sleeper implements Trainer {
  readonly opened: Promise<{ device: string; versions: Record<string, string> }>;
  readonly pid = null;
  readonly dead = false;
  readonly #seconds: number;
  readonly #bytes: number;
  readonly #times: Times;

  constructor(seconds: number, bytes: number, times: Times) {
    this.#seconds = seconds;
    this.#bytes = bytes;
    this.#times = times;
    this.opened = times.all.then(() => ({ device: 'sleeper', versions: {} }));
  }

  async sign(structures: readonly unknown[]): Promise<string[]> {
    return structures.map(() => 'a'.repeat(64));
  }

  holds(): boolean {
    return false;
  }

  async train(order: StageOrder | ProgramOrder, { onLoaded, onSegment }: StageCallbacks): Promise<void> {
    const { from, to, checkpoints } = order;
    this.#times.first = Math.min(this.#times.first, performance.now());
    onLoaded({ classes: ['a', 'b'], evaluated: { val: 1, test: 0 } });
    await sleep(1000 * this.#seconds);
    void onSegment({
      from,
      to,
      points: [{ metric: 'train/total', epsilon: null, batches: Int32Array.of(from), values: Float64Array.of(1) }],
      evaluations: [],
      checkpoint: await this.#checkpoint(to, checkpoints),
      seconds: { training: this.#seconds, evaluation: 0 },
      usage: null,
      result: { outcome: 'complete', batch: to, intraDead: false },
    });
    this.#times.stages++;
    this.#times.last = performance.now();
  }

  stop(): void {}
  kill(): void {}
  async end(): Promise<void> {}

  async #checkpoint(batch: number, { folder, name }: StageOrder['checkpoints']): Promise<SentCheckpoint> {
    const bytes = randomFillSync(new Uint8Array(this.#bytes));
    if (bytes.length >= BYTES_UP_TO) {
      const { file, hash, size } = await writeUnnamed(folder, name, [bytes]);
      return { batch, hash, size, content: { file } };
    }
    const hash = createHash('sha256').update(bytes).digest('hex');
    return { batch, hash, size: bytes.length, content: { bytes } };
  }
}
