import { databaseId } from '../../store/reading/database-id.ts';
import { parseSweepId } from '../../store/database/ids.ts';
import type { Storage } from '../../store/database/storage.ts';
import { listRuns } from '../../store/reading/list-runs.ts';
import type { SweepRecord } from '../../store/reading/read-sweep.ts';
import { UserError } from '../../sweep/user-error.ts';
import { hasBegun } from '../has-begun.ts';
import { CreatedExperiment, Done, Experiment, Experiments, Runs, type Run } from './answers.ts';
import { RefusedError, type MlflowClient } from './client.ts';
import { KEY_TAG, keyRuns, REPLACED, STATE_TAG, type SweepKey } from './run-record.ts';
import { safeNames } from './safe-names.ts';
import { createRun, sendRun } from './send-run.ts';

export interface SyncOptions {
  /** The name of the experiment there; null: the one of the sweep, by whatever name it was made. */
  experiment: string | null;
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
  /** Runs that the sweep has no more, which stay and say so. */
  replaced: number;
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
  const experiment = await findExperiment(client, name, sweep.name, key);
  const there = await findRuns(client, experiment, key);
  const names = safeNames(metrics ?? sweep.metrics);
  const about = { key, names, otherwise: sweep.startedAt ?? sweep.createdAt };
  const columns = { metrics: [], deltas: [] };
  const all = listRuns(storage, parseSweepId(sweep.id)!, { columns }).items;
  const begun = [...keyRuns(all)].filter(([, run]) => hasBegun(run));
  const synced = { experiment, runs: 0, created: 0, points: 0, deleted: 0, replaced: 0, renamed: renamedIn(names) };
  for (const [i, [runKey, run]] of begun.entries()) {
    const found = there.get(runKey);
    if (found?.info.lifecycle_stage === 'deleted') synced.deleted += 1;
    else {
      const target = found ?? (await createRun(client, experiment, { run, runKey }, about));
      synced.points += await sendRun(client, storage, { run, runKey }, target, about);
      synced.runs += 1;
      if (found === undefined) synced.created += 1;
    }
    progress(i + 1, begun.length, synced.points);
  }
  synced.replaced = await markReplaced(client, there, new Set(begun.map(([runKey]) => runKey)));
  return synced;
}

/** Of a sweep that was called something else before, the one that it made then. */
async function findExperiment(
  client: MlflowClient,
  asked: string | null,
  sweepName: string,
  { database, sweep }: SweepKey,
): Promise<string> {
  if (asked !== null) return findOrCreateExperiment(client, asked, []);
  const filter = `tags.\`cosweep.database\` = '${database}' AND tags.\`cosweep.sweep\` = '${sweep}'`;
  const { experiments } = await client.post('experiments/search', { filter, max_results: 1 }, Experiments);
  if (experiments[0] !== undefined) return experiments[0].experiment_id;
  return findOrCreateExperiment(client, sweepName, [
    { key: 'cosweep.database', value: database },
    { key: 'cosweep.sweep', value: sweep },
  ]);
}

async function findOrCreateExperiment(
  client: MlflowClient,
  name: string,
  tags: readonly { key: string; value: string }[],
): Promise<string> {
  try {
    const { experiment } = await client.get('experiments/get-by-name', { experiment_name: name }, Experiment);
    if (experiment.lifecycle_stage !== 'deleted') return experiment.experiment_id;
  } catch (error) {
    if (!(error instanceof RefusedError && error.code === 'RESOURCE_DOES_NOT_EXIST')) throw error;
    return (await client.create('experiments/create', { name, tags }, CreatedExperiment)).experiment_id;
  }
  throw new UserError(
    `Cannot sync to MLflow: its experiment ${JSON.stringify(name)} is deleted there; ` +
      'wanted it restored, or another name by --experiment',
  );
}

/** What the sweep has no more stays there, and says so. */
async function markReplaced(
  client: MlflowClient,
  there: ReadonlyMap<string, Run>,
  known: ReadonlySet<string>,
): Promise<number> {
  const left = [...there].filter(([key, { info }]) => !known.has(key) && info.lifecycle_stage !== 'deleted');
  for (const [, { info, data }] of left) {
    if (data.tags.some(({ key, value }) => key === STATE_TAG && value === REPLACED)) continue;
    await client.post('runs/set-tag', { run_id: info.run_id, key: STATE_TAG, value: REPLACED }, Done);
  }
  return left.length;
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
