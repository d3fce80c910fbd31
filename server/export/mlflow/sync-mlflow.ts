import { databaseId } from '../../store/reading/database-id.ts';
import { parseSweepId } from '../../store/database/ids.ts';
import type { Storage } from '../../store/database/storage.ts';
import { listRuns } from '../../store/reading/list-runs.ts';
import type { SweepRecord } from '../../store/reading/read-sweep.ts';
import { UserError } from '../../sweep/user-error.ts';
import { hasBegun } from '../has-begun.ts';
import { CreatedExperiment, Experiment, Runs, type Run } from './answers.ts';
import { RefusedError, type MlflowClient } from './client.ts';
import { KEY_TAG, runKey, type SweepKey } from './run-record.ts';
import { safeNames } from './safe-names.ts';
import { createRun, sendRun } from './send-run.ts';

export interface SyncOptions {
  /** The name of the experiment there. */
  experiment: string;
  /** Of these alone; null: of all that are recorded. */
  metrics: readonly string[] | null;
  /** Is told after each run. */
  progress(done: number, of: number, points: number): void;
}

/** What was done. */
export interface Synced {
  /** The id of the experiment there. */
  experiment: string;
  /** Runs that are there now, and how many of them were made. */
  runs: number;
  created: number;
  points: number;
  /** Runs that somebody deleted there, which stay so. */
  deleted: number;
  /** Metrics that have another name there. */
  renamed: Record<string, string>;
}

/**
 * Brings a sweep to an MLflow server: an experiment for the sweep, a run for each run that has begun. What is there
 * already is found by its tags, so a second time makes nothing twice and sends what is new: points after the last one
 * of each metric, tags that changed, runs that were added. Whatever stops it, the next time goes on there.
 */
export async function syncMlflow(
  storage: Storage,
  sweep: SweepRecord,
  client: MlflowClient,
  { experiment: name, metrics, progress }: SyncOptions,
): Promise<Synced> {
  const key = { database: databaseId(storage), sweep: sweep.id };
  const experiment = await findOrCreateExperiment(client, name);
  const there = await findRuns(client, experiment, key);
  const names = safeNames(metrics ?? sweep.metrics);
  const about = { key, names, otherwise: sweep.startedAt ?? sweep.createdAt };
  const begun = listRuns(storage, parseSweepId(sweep.id)!).items.filter(hasBegun);
  const synced = { experiment, runs: 0, created: 0, points: 0, deleted: 0, renamed: renamedIn(names) };
  for (const [i, run] of begun.entries()) {
    const found = there.get(runKey(run));
    if (found?.info.lifecycle_stage === 'deleted') synced.deleted += 1;
    else {
      const target = found ?? (await createRun(client, experiment, run, about));
      synced.points += await sendRun(client, storage, run, target, about);
      synced.runs += 1;
      if (found === undefined) synced.created += 1;
    }
    progress(i + 1, begun.length, synced.points);
  }
  return synced;
}

async function findOrCreateExperiment(client: MlflowClient, name: string): Promise<string> {
  try {
    const { experiment } = await client.get('experiments/get-by-name', { experiment_name: name }, Experiment);
    if (experiment.lifecycle_stage !== 'deleted') return experiment.experiment_id;
  } catch (error) {
    if (!(error instanceof RefusedError && error.code === 'RESOURCE_DOES_NOT_EXIST')) throw error;
    return (await client.post('experiments/create', { name }, CreatedExperiment)).experiment_id;
  }
  throw new UserError(
    `Cannot sync to MLflow: its experiment ${JSON.stringify(name)} is deleted there; ` +
      'wanted it restored, or another name by --experiment',
  );
}

/** The runs of a sweep there, deleted ones too, by the tag that names ours. */
async function findRuns(client: MlflowClient, experiment: string, key: SweepKey): Promise<Map<string, Run>> {
  const filter = `tags.\`cosweep.database\` = '${key.database}' AND tags.\`cosweep.sweep\` = '${key.sweep}'`;
  const found = new Map<string, Run>();
  for (let page: string | undefined; ;) {
    const query = { experiment_ids: [experiment], filter, run_view_type: 'ALL', max_results: 1000 };
    const { runs, next_page_token } = await client.post('runs/search', { ...query, page_token: page }, Runs);
    for (const run of runs) {
      const ours = run.data.tags.find(({ key }) => key === KEY_TAG)?.value;
      const isNew = ours !== undefined && (found.get(ours)?.info.lifecycle_stage ?? 'deleted') === 'deleted';
      if (isNew) found.set(ours, run);
    }
    if (!next_page_token) return found;
    page = next_page_token;
  }
}

function renamedIn(names: ReadonlyMap<string, string>): Record<string, string> {
  return Object.fromEntries([...names].filter(([ours, theirs]) => ours !== theirs));
}
