import { beginLine, endLines, type AttemptBegin } from '../../store/database/log-lines.ts';
import type { Evaluation } from '../../training/evaluate.ts';
import type { Series } from '../../training/curve-buffer.ts';
import type { FitResult } from '../../training/fit-task.ts';
import type { Journal } from './journal.ts';

/** What is told of an attempt when it begins. */
export interface Attempt extends AttemptBegin {
  stageId: number;
  /** Of the worker's process; null where it has none. */
  pid: number | null;
  engine: string;
  device: string;
  /** The checkpoint from which it continues; null for batch 0. */
  start: { batch: number; hash: string } | null;
}

/** The log of one attempt to train a stage. */
export class StageLog {
  readonly #journal: Journal;
  readonly #metric: string;

  /** @param metric name of the one that the sweep decides by */
  constructor(journal: Journal, metric: string, attempt: Attempt) {
    this.#journal = journal;
    this.#metric = metric;
    const { pid, engine, device, start } = attempt;
    const details = [
      `process ${pid ?? 'unknown'}`,
      `engine ${engine} on ${device}`,
      start === null ? 'fresh' : `from the checkpoint of batch ${start.batch} (${start.hash.slice(0, 12)})`,
    ];
    journal.tell([beginLine(attempt, details)]);
  }

  get quote(): Journal['quote'] {
    return this.#journal.quote;
  }

  segment({
    to,
    evaluations,
    points,
  }: {
    to: number;
    evaluations: readonly Evaluation[];
    points: readonly Series[];
  }): void {
    const column = points.find(({ metric }) => metric === this.#metric);
    const valueAt = (batch: number): string => {
      const place = column?.batches.indexOf(batch) ?? -1;
      return place < 0 ? '' : `: ${this.#metric} ${column!.values[place]}`;
    };
    const evaluated = evaluations.filter(({ part }) => part === 'val').map(({ batch }) => batch);
    this.#journal.tell([
      ...evaluated.map((batch) => `evaluation at batch ${batch}${valueAt(batch)}`),
      `segment up to batch ${to}`,
    ]);
  }

  /** It came to an end by itself, or was asked to stop. */
  complete({ outcome, batch }: FitResult): void {
    this.#end(ENDINGS[outcome](batch));
  }

  /** @param reason such as the last words of its process */
  fail(reason: string): void {
    this.#end(`failed: ${reason}`);
  }

  #end(how: string): void {
    this.#journal.tell(endLines(how));
    void this.#journal.end();
  }
}

const ENDINGS: Record<FitResult['outcome'], (batch: number) => string> = {
  complete: (batch) => `complete at batch ${batch}`,
  stopped: (batch) => `stopped at batch ${batch}`,
  diverged: (batch) => `diverged: the total was not finite at batch ${batch}`,
  split: (batch) => `complete up to batch ${batch}, from which on its runs differ`,
};
