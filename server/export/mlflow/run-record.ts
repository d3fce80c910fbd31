import type { ListedRun } from '../../store/reading/list-runs.ts';
import type { RunState } from '../../sweep/results.ts';
import { safeNames } from './safe-names.ts';

/** What tells a sweep from every other. */
export interface SweepKey {
  database: string;
  sweep: string;
}

const MOST_PARAM = 6000;
const MOST_TAG = 8000;

/**
 * The tag that a run there is known by: its id, which stays whatever becomes of its arm's place and name. A run may
 * stand for several arms, each with a run there; they are counted.
 */
export function keyRuns<R extends Pick<ListedRun, 'id'>>(runs: readonly R[]): Map<string, R> {
  const counts = new Map<string, number>();
  return new Map(
    runs.map((run) => {
      const count = (counts.get(run.id) ?? 0) + 1;
      counts.set(run.id, count);
      return [count === 1 ? run.id : `${run.id} (${count})`, run];
    }),
  );
}

export const KEY_TAG = 'cosweep.run';

export function runName({ armName, seed }: Pick<ListedRun, 'armName' | 'seed'>): string {
  return `${armName} seed ${seed}`;
}

/** By name; what is not in force is left out. */
export function paramsOf({ seed, params }: ListedRun): Map<string, string> {
  const given = Object.entries({ seed, ...params }).filter(([, value]) => value !== null);
  const names = safeNames(given.map(([name]) => name));
  return new Map(given.map(([name, value]) => [names.get(name)!, cut(String(value), MOST_PARAM)]));
}

export function tagsOf(run: ListedRun, key: string, { database, sweep }: SweepKey): Map<string, string> {
  const { arm, armName, ablation, control, state, engine, device, error, mark } = run;
  const tags = {
    'mlflow.runName': runName(run),
    'mlflow.source.name': 'cosweep',
    'mlflow.source.type': 'LOCAL',
    'cosweep.database': database,
    'cosweep.sweep': sweep,
    [KEY_TAG]: key,
    // MLflow never changes a parameter, and arms may get other names.
    'cosweep.arm': armName,
    'cosweep.arm_index': String(arm),
    'cosweep.ablation': ablation,
    'cosweep.control': String(control),
    [STATE_TAG]: state,
    'cosweep.engine': engine,
    'cosweep.device': device,
    'cosweep.error': error,
    'cosweep.star': mark.star ? 'true' : null,
    'cosweep.tags': mark.tags.length === 0 ? null : mark.tags.join(', '),
    'cosweep.note': mark.note,
  };
  return new Map(
    Object.entries(tags).flatMap(([key, value]) => (value === null ? [] : [[key, cut(value, MOST_TAG)] as const])),
  );
}

/** A character may be two units. */
function cut(text: string, most: number): string {
  return text.length <= most ? text : [...text].slice(0, most / 2).join('');
}

export const STATE_TAG = 'cosweep.state';
/** The state of a run there that the sweep has no more: it was trained anew, or its arm is gone. */
export const REPLACED = 'replaced';

export const STATUS: Record<RunState, string> = {
  waiting: 'SCHEDULED',
  running: 'RUNNING',
  complete: 'FINISHED',
  failed: 'FAILED',
  diverged: 'FAILED',
  cancelled: 'KILLED',
};
