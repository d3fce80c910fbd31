import type { RunnerEvent, WorkerProgress } from '../runner/events.ts';
import type { ProgressView } from './progress-lines.ts';

/** What the terminal has to remember of the events that the runner told. */
export interface ProgressState {
  sweep: string;
  workers: (WorkerProgress | null)[];
  runsDone: number;
  runs: number;
  /** Of all that the sweep trains; what was trained before this process began is among them. */
  batchesDone: number;
  batches: number;
  batchesBefore: number;
  secondsLeft: number | null;
}

/** The state after an event; null while no sweep trains. */
export function follow(state: ProgressState | null, event: RunnerEvent): ProgressState | null {
  switch (event.kind) {
    case 'sweep': {
      const { sweep, name, workers, runs, left, batches } = event;
      return {
        sweep: `${sweep} ${name}`,
        workers: Array.from({ length: workers }, () => null),
        runsDone: runs - left,
        runs,
        batchesDone: batches,
        batches: 0,
        batchesBefore: batches,
        secondsLeft: null,
      };
    }
    case 'worker':
      return state && { ...state, workers: withWorker(state.workers, event) };
    case 'run':
      return state && (event.state === 'waiting' ? state : { ...state, runsDone: state.runsDone + 1 });
    case 'progress':
      return (
        state && {
          ...state,
          batchesDone: state.batchesBefore + event.batches,
          batches: state.batchesBefore + event.of,
          secondsLeft: event.secondsLeft,
        }
      );
    case 'sweepEnd':
      return null;
    default:
      return state;
  }
}

export function toView({ workers, batchesBefore: _, ...rest }: ProgressState): ProgressView {
  return {
    ...rest,
    workers: workers.map(
      (worker) =>
        worker && {
          ...worker,
          note: worker.batchesPerSecond === null ? null : `${worker.batchesPerSecond.toPrecision(3)} batches/s`,
        },
    ),
  };
}

/** Workers of other machines come while the sweep is trained. */
function withWorker(
  workers: ProgressState['workers'],
  { worker, training }: Extract<RunnerEvent, { kind: 'worker' }>,
): ProgressState['workers'] {
  const more = Array.from({ length: Math.max(0, worker + 1 - workers.length) }, () => null);
  return [...workers, ...more].map((each, i) => (i === worker ? training : each));
}
