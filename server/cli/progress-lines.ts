import { printable } from './columns.ts';
import { toDuration } from './duration.ts';

/** What is at work, as the terminal shows it. */
export interface ProgressView {
  sweep: string;
  workers: WorkerView[];
  runsDone: number;
  runs: number;
  batchesDone: number;
  batches: number;
  /** null until there is something to go by. */
  secondsLeft: number | null;
}

/** A worker and the run that it trains, and a remark; null where it waits for one. */
export type WorkerView = {
  run: string;
  arm: string;
  seed: number;
  batch: number;
  batches: number;
  note: string | null;
} | null;

/** One line per worker and an overall bar with the time left; no line is wider than the terminal. */
export function toProgressLines(view: ProgressView, width: number): string[] {
  const workers = view.workers.map(
    (worker, i) => `${String(i + 1).padStart(2)} ${worker === null ? 'waits' : workerLine(worker)}`,
  );
  const left = view.secondsLeft === null ? '' : `, ${toDuration(view.secondsLeft)} left`;
  const overall = `${bar(view.batchesDone, view.batches, 24)} ${view.runsDone} of ${view.runs} runs${left}  ${view.sweep}`;
  return [...workers, overall].map((line) => cut(printable(line), width));
}

function workerLine({ run, arm, seed, batch, batches, note }: NonNullable<WorkerView>): string {
  return `${bar(batch, batches, 12)} ${batch}/${batches}  ${run} ${arm}, seed ${seed}${note === null ? '' : `  ${note}`}`;
}

function bar(done: number, total: number, cells: number): string {
  const filled = total === 0 ? cells : Math.min(cells, Math.floor((cells * done) / total));
  return '█'.repeat(filled) + '░'.repeat(cells - filled);
}

/** A line that wraps would leave its rest behind when it is drawn over. */
function cut(line: string, width: number): string {
  const signs = [...line];
  return signs.length < width ? line : `${signs.slice(0, Math.max(0, width - 2)).join('')}…`;
}
