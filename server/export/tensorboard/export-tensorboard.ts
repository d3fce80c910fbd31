import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseRunId, parseSweepId } from '../../store/database/ids.ts';
import type { Storage } from '../../store/database/storage.ts';
import { listRuns, type ListedRun } from '../../store/reading/list-runs.ts';
import { readPoints } from '../../store/reading/read-points.ts';
import type { SweepRecord } from '../../store/reading/read-sweep.ts';
import { hasBegun } from '../has-begun.ts';
import { wallTimeOf } from '../wall-time.ts';
import { EventFile } from './event-file.ts';
import { experimentEvent, hparamTypes, sessionEndEvent, sessionStartEvent, type HParamTypes } from './hparams.ts';
import { runFolder } from './run-folder.ts';

/** What was written. */
export interface ExportedEvents {
  runs: number;
  points: number;
}

/**
 * Writes a sweep as TensorBoard reads it: a folder for each run that has begun, with a scalar for every point, and what
 * the HParams plugin shows of it. On top of them stands what all runs have in common: the names of their
 * hyperparameters and metrics.
 *
 * @param folder an empty one
 * @param metrics of these alone; null: of all that are recorded
 */
export function exportTensorBoard(
  storage: Storage,
  sweep: SweepRecord,
  folder: string,
  metrics: readonly string[] | null,
): ExportedEvents {
  const { items } = listRuns(storage, parseSweepId(sweep.id)!, { columns: { metrics: [], deltas: [] } });
  const wanted = metrics ?? sweep.metrics;
  const types = hparamTypes(items);
  const written = { runs: 0, points: 0 };
  const top = new EventFile(folder, 0, sweep.createdAt.getTime());
  top.add(experimentEvent(sweep, types, wanted));
  top.close();
  for (const run of items) {
    const points = exportRun(storage, { sweep, run, types, top: folder, metrics: wanted });
    if (points === null) continue;
    written.runs += 1;
    written.points += points;
  }
  return written;
}

interface RunExport {
  sweep: SweepRecord;
  run: ListedRun;
  types: HParamTypes;
  top: string;
  metrics: readonly string[];
}

/** @returns how many points there were; null where the run has not begun, so that nothing was written */
function exportRun(storage: Storage, { sweep, run, types, top, metrics }: RunExport): number | null {
  if (!hasBegun(run)) return null;
  const timeOf = wallTimeOf(run, sweep.startedAt ?? sweep.createdAt);
  const folder = join(top, runFolder(run));
  mkdirSync(folder, { recursive: true });
  const file = new EventFile(folder, run.batch, timeOf(0));
  file.add(sessionStartEvent(run, types, timeOf(0)));
  let points = 0;
  for (const metric of metrics) points += addCurve(storage, run, metric, file, timeOf);
  file.add(sessionEndEvent(run, Math.max(run.finishedAt?.getTime() ?? 0, timeOf(run.batch))));
  file.close();
  return points;
}

function addCurve(
  storage: Storage,
  run: ListedRun,
  metric: string,
  file: EventFile,
  timeOf: (batch: number) => number,
): number {
  let points = 0;
  for (const [batch, value] of readPoints(storage, parseRunId(run.id)!, metric)) {
    // What was not finite is stored as null.
    const summary = { value: [{ tag: metric, simpleValue: value ?? NaN }] };
    file.add({ wallTime: timeOf(batch) / 1000, step: batch, summary });
    points += 1;
  }
  return points;
}
