import type { Series } from '../../training/curve-buffer.ts';
import type { FitResult } from '../../training/fit-task.ts';
import type { SentCheckpoint } from '../checkpoints/sent-checkpoint.ts';
import type { Loaded } from '../workers/messages.ts';

/** A checkpoint of a training, with what the program itself says of the state in it. */
export type Saved = SentCheckpoint & { digest: string | null };

/** What came of one training of the check. */
export interface Trained {
  /** Every point, by metric and batch. */
  points: Points;
  /** In the order in which they were made. */
  saved: Saved[];
  loaded: Loaded | null;
  /** null where it was killed. */
  result: FitResult | null;
}

/** By metric: batch → value. */
export type Points = Map<string, Map<number, number>>;

export function addPoints(points: Points, series: readonly Series[]): void {
  for (const { metric, batches, values } of series) {
    const known = points.get(metric) ?? new Map<number, number>();
    points.set(metric, known);
    batches.forEach((batch, i) => known.set(batch, values[i]!));
  }
}

/** Those of the points for which `belongs` holds. */
export function pointsOf(points: Points, belongs: (metric: string, batch: number) => boolean): Points {
  return new Map(
    [...points].map(([metric, known]) => [metric, new Map([...known].filter(([batch]) => belongs(metric, batch)))]),
  );
}

/** Whether a point belongs to the batches before `batch`: an evaluation belongs to those before it. */
export function isBefore(metric: string, at: number, batch: number): boolean {
  return metric.startsWith('train/') ? at < batch : at <= batch;
}

/** The state after so many batches; null where it was not saved. */
export function savedAt({ saved }: Pick<Trained, 'saved'>, batch: number): Saved | null {
  return saved.find((each) => each.batch === batch) ?? null;
}

/** Two states are compared by what the program says of them where it says it of both, else by the files. */
export function identitiesOf(a: Saved, b: Saved): [string, string] {
  return a.digest !== null && b.digest !== null ? [a.digest, b.digest] : [a.hash, b.hash];
}
