import { parseRunId } from '../../store/database/ids.ts';
import type { Storage } from '../../store/database/storage.ts';
import type { ListedRun } from '../../store/reading/list-runs.ts';
import { readCurve } from '../../store/reading/read-curve.ts';
import { wallTimeOf } from '../wall-time.ts';
import { CreatedRun, Done, type Run } from './answers.ts';
import type { MlflowClient } from './client.ts';
import { paramsOf, runName, STATUS, tagsOf, type SweepKey } from './run-record.ts';

/** What all runs of a sweep have in common. */
export interface AboutSweep {
  key: SweepKey;
  /** The metrics that are sent, and their names there. */
  names: ReadonlyMap<string, string>;
  /** The time of a run that has not started itself and has a trunk. */
  otherwise: Date;
}

/** A run, and what it is known by there. */
export interface KeyedRun {
  run: ListedRun;
  runKey: string;
}

export async function createRun(
  client: MlflowClient,
  experiment: string,
  { run, runKey }: KeyedRun,
  { key, otherwise }: AboutSweep,
): Promise<Run> {
  // With its tags, by which it is found again, should nothing after this succeed.
  const body = {
    experiment_id: experiment,
    run_name: runName(run),
    start_time: Math.round(wallTimeOf(run, otherwise)(0)),
    tags: toPairs(tagsOf(run, runKey, key)),
  };
  return (await client.create('runs/create', body, CreatedRun)).run;
}

/**
 * Sends what is new of a run.
 *
 * @param target the run there, as it stands
 * @returns how many points were sent
 */
export async function sendRun(
  client: MlflowClient,
  storage: Storage,
  { run, runKey }: KeyedRun,
  target: Run,
  { key, names, otherwise }: AboutSweep,
): Promise<number> {
  await sendSettings(client, run, target, tagsOf(run, runKey, key));
  const points = await sendPoints(client, storage, run, { target, names, timeOf: wallTimeOf(run, otherwise) });
  await updateState(client, run, target);
  return points;
}

/** Parameters that are missing there, which MLflow never changes, and tags that are other ones or none any more. */
async function sendSettings(
  client: MlflowClient,
  run: ListedRun,
  target: Run,
  wanted: ReadonlyMap<string, string>,
): Promise<void> {
  const has = new Set(target.data.params.map(({ key }) => key));
  const stands = new Map(target.data.tags.map(({ key, value }) => [key, value]));
  const params = [...paramsOf(run)].filter(([name]) => !has.has(name));
  const tags = [...wanted].filter(([name, value]) => stands.get(name) !== value);
  const gone = [...stands.keys()].filter((name) => name.startsWith('cosweep.') && !wanted.has(name));
  for (const part of inParts(toPairs(params), MOST_PAIRS)) await logBatch(client, target, { params: part });
  for (const part of inParts(toPairs(tags), MOST_PAIRS)) await logBatch(client, target, { tags: part });
  for (const name of gone) await client.post('runs/delete-tag', { run_id: target.info.run_id, key: name }, Done);
}

/** @returns how many points were sent */
async function sendPoints(
  client: MlflowClient,
  storage: Storage,
  run: ListedRun,
  { target, names, timeOf }: { target: Run; names: ReadonlyMap<string, string>; timeOf: (batch: number) => number },
): Promise<number> {
  const lasts = new Map(target.data.metrics.map((metric) => [metric.key, metric]));
  let sent = 0;
  let waiting: object[] = [];
  const send = async (): Promise<void> => {
    if (waiting.length > 0) await logBatch(client, target, { metrics: waiting });
    sent += waiting.length;
    waiting = [];
  };
  for (const [metric, key] of names) {
    const last = lasts.get(key) ?? { step: -1, timestamp: 0 };
    const { batches, values } = readCurve(storage, parseRunId(run.id)!, metric, { from: last.step + 1 });
    for (const [i, step] of batches.entries()) {
      // What was not finite is stored as null; JSON has no NaN, and protobuf reads this text as one.
      const value = values[i] ?? 'NaN';
      // Times are estimates that change as the run goes on; MLflow puts points into the order of their times.
      const timestamp = Math.max(last.timestamp, Math.round(timeOf(step)));
      waiting.push({ key, value, timestamp, step });
      if (waiting.length === MOST_METRICS) await send();
    }
  }
  await send();
  return sent;
}

async function updateState(client: MlflowClient, { state, finishedAt }: ListedRun, target: Run): Promise<void> {
  const status = STATUS[state];
  const end = finishedAt?.getTime();
  if (target.info.status === status && (end === undefined || target.info.end_time === end)) return;
  const body = { run_id: target.info.run_id, status, ...(end === undefined ? {} : { end_time: end }) };
  await client.post('runs/update', body, Done);
}

/** What one request may hold. */
const MOST_METRICS = 1000;
const MOST_PAIRS = 100;

async function logBatch(client: MlflowClient, { info }: Run, batch: object): Promise<void> {
  await client.post('runs/log-batch', { run_id: info.run_id, ...batch }, Done);
}

function toPairs(entries: Iterable<[string, string]>): { key: string; value: string }[] {
  return [...entries].map(([key, value]) => ({ key, value }));
}

function inParts<T>(all: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, i) => all.slice(i * size, (i + 1) * size));
}
