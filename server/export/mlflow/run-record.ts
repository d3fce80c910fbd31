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

/** The tag that a run there is known by. A run may stand for several arms, each with a run there. */
export function runKey({ id, arm }: Pick<ListedRun, 'id' | 'arm'>): string {
  return `${id} arm ${arm}`;
}

export const KEY_TAG = 'cosweep.run';

export function runName({ armName, seed }: Pick<ListedRun, 'armName' | 'seed'>): string {
  return `${armName} seed ${seed}`;
}

/** By name; what is not in force is left out. */
export function paramsOf({ armName, seed, params }: ListedRun): Map<string, string> {
  const given = Object.entries({ arm: armName, seed, ...params }).filter(([, value]) => value !== null);
  const names = safeNames(given.map(([name]) => name));
  return new Map(given.map(([name, value]) => [names.get(name)!, String(value).slice(0, MOST_PARAM)]));
}

export function tagsOf(run: ListedRun, { database, sweep }: SweepKey): Map<string, string> {
  const { arm, ablation, control, state, engine, device, error, mark } = run;
  const tags = {
    'mlflow.runName': runName(run),
    'mlflow.source.name': 'cosweep',
    'mlflow.source.type': 'LOCAL',
    'cosweep.database': database,
    'cosweep.sweep': sweep,
    [KEY_TAG]: runKey(run),
    'cosweep.arm_index': String(arm),
    'cosweep.ablation': ablation,
    'cosweep.control': String(control),
    'cosweep.state': state,
    'cosweep.engine': engine,
    'cosweep.device': device,
    'cosweep.error': error,
    'cosweep.star': mark.star ? 'true' : null,
    'cosweep.tags': mark.tags.length === 0 ? null : mark.tags.join(', '),
    'cosweep.note': mark.note,
  };
  return new Map(
    Object.entries(tags).flatMap(([key, value]) => (value === null ? [] : [[key, value.slice(0, MOST_TAG)] as const])),
  );
}

export const STATUS: Record<RunState, string> = {
  waiting: 'SCHEDULED',
  running: 'RUNNING',
  complete: 'FINISHED',
  failed: 'FAILED',
  diverged: 'FAILED',
  cancelled: 'KILLED',
};
