import { printable } from '../sweep/printable.ts';
import { displayWidth, signsOf } from './display-width.ts';
import { toDuration } from './duration.ts';

/** The progress of a sweep, as the terminal shows it. */
export interface ProgressView {
  sweep: string;
  workers: WorkerView[];
  runsDone: number;
  runs: number;
  batchesDone: number;
  batches: number;
  /** null until an estimate is possible. */
  secondsLeft: number | null;
}

/** The run that a worker trains, with a remark; null where the worker waits for a run. */
export type WorkerView = {
  run: string;
  arm: string;
  seed: number;
  batch: number;
  batches: number;
  note: string | null;
} | null;

/** The terminal's size in columns and rows. */
export interface Size {
  width: number;
  height: number;
}

/**
 * One line per worker and an overall bar with the time left. No line is wider than the terminal. Where it has too few
 * rows, the last workers are only counted: what scrolls out of it could not be drawn over.
 */
export function toProgressLines(view: ProgressView, { width, height }: Size): string[] {
  // One row is the overall bar's, and one the cursor's.
  const rows = Math.max(0, height - 2);
  const shown = view.workers.length <= rows ? view.workers.length : Math.max(0, rows - 1);
  const workers = view.workers
    .slice(0, shown)
    .map((worker, i) => `${String(i + 1).padStart(2)} ${worker === null ? 'waits' : workerLine(worker)}`);
  if (shown < view.workers.length && rows > 0) workers.push(`   … and ${view.workers.length - shown} more workers`);
  const left = view.secondsLeft === null ? '' : `, ${toDuration(view.secondsLeft)} left`;
  const done = view.batches === 0 ? 0 : view.batchesDone / view.batches;
  const batches = `${Math.floor(100 * done)} % of the batches`;
  const overall = `${bar(done, 24)} ${batches}, ${view.runsDone} of ${view.runs} runs${left}  ${view.sweep}`;
  return [...workers, overall].map((line) => cut(printable(line), width));
}

function workerLine({ run, arm, seed, batch, batches, note }: NonNullable<WorkerView>): string {
  const progress = `${bar(batches === 0 ? 1 : batch / batches, 12)} ${batch}/${batches}`;
  return `${progress}  ${run} ${arm}, seed ${seed}${note === null ? '' : `  ${note}`}`;
}

function bar(share: number, cells: number): string {
  const filled = Math.min(cells, Math.floor(cells * share));
  return '█'.repeat(filled) + '░'.repeat(cells - filled);
}

/** Cuts a line to the terminal's width. A line that wraps would leave its rest behind when the block is drawn over. */
function cut(line: string, width: number): string {
  if (displayWidth(line) < width) return line;
  let kept = '';
  let used = 0;
  for (const sign of signsOf(line)) {
    used += sign.width;
    if (used > width - 2) break;
    kept += sign.sign;
  }
  return `${kept}…`;
}
