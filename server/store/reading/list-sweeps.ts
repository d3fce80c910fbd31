import { parseJson } from '../../sweep/definition/json.ts';
import { NO_MARK, type Mark } from '../../sweep/marks.ts';
import type { RunState, SweepState } from '../../sweep/results.ts';
import type { Sweep } from '../generated/client.ts';
import { sweepName } from '../database/ids.ts';
import { readSweepMarks } from './read-marks.ts';
import { chooseSweeps, type SweepChoice } from './choose-sweeps.ts';
import { onceARevision } from './once-a-revision.ts';
import { seenError, seenRunState, seenSweepState } from './seen-state.ts';
import type { Storage } from '../database/storage.ts';

/** How many runs are in each state; 0 where none is. */
export type RunCounts = Record<RunState, number>;

export interface SweepRow {
  id: string;
  name: string;
  description: string | null;
  state: SweepState;
  /** True where a cancel was asked for and the process that trains the sweep has not stopped yet. */
  cancelling: boolean;
  metric: { name: string; goal: 'maximize' | 'minimize' };
  arms: number;
  seeds: number;
  counts: RunCounts;
  /** Batches committed and batches asked for; both count those of reused runs. */
  batches: number;
  batchesTotal: number;
  createdAt: Date;
  /** When the sweep last joined the queue; this decides its place there. */
  queuedAt: Date;
  startedAt: Date | null;
  finishedAt: Date | null;
  engine: string | null;
  /** Where only the trunks of the sweep were asked for: on how many of its first seeds. null where all of it was. */
  probeSeeds: number | null;
  /** True where only the trunks were asked for, and none of them is left to train. */
  probed: boolean;
  /** Why the sweep itself could not go on. */
  error: string | null;
  /** True where lists leave it out unless they are asked for it. */
  archived: boolean;
  /** What is remembered of the sweep itself. */
  mark: Mark;
  /**
   * Absolute path of the definition's file; for a confirmation the key that `confirmKey` gives; null for a definition
   * that came through HTTP.
   */
  definitionPath: string | null;
}

export interface PageOptions {
  /** How many to leave out at the beginning. */
  offset?: number;
  /** How many at most; all without it. */
  limit?: number;
}

/** Sweeps with their progress. */
export async function listSweeps(
  storage: Storage,
  { offset = 0, limit, ...choice }: SweepChoice & PageOptions = {},
): Promise<{ items: SweepRow[]; total: number }> {
  const chosen = chooseSweeps(storage, choice);
  const ids = chosen.slice(offset, limit === undefined ? undefined : offset + limit);
  const sweeps = await storage.prisma.sweep.findMany({ where: { id: { in: ids } } });
  const byId = new Map(sweeps.map((sweep) => [sweep.id, sweep]));
  // One that was removed meanwhile is left out.
  const rows = ids.flatMap((id) => byId.get(id) ?? []);
  return { items: toRows(storage, rows), total: chosen.length };
}

export function toRows(storage: Storage, sweeps: Sweep[]): SweepRow[] {
  const marks = readSweepMarks(
    storage,
    sweeps.map(({ id }) => id),
  );
  return sweeps.map((sweep) => ({
    id: sweepName(sweep.id),
    name: sweep.name,
    description: describe(sweep.definition),
    state: seenSweepState(storage, sweep),
    cancelling: sweep.cancelRequested && seenSweepState(storage, sweep) === 'running',
    metric: { name: sweep.metricName, goal: sweep.metricGoal as 'maximize' | 'minimize' },
    seeds: (JSON.parse(sweep.plan) as { seeds: number[] }).seeds.length,
    ...readProgress(storage, sweep.id),
    createdAt: sweep.createdAt,
    queuedAt: sweep.queuedAt,
    startedAt: sweep.startedAt,
    finishedAt: sweep.finishedAt,
    engine: sweep.engine,
    probeSeeds: sweep.probeSeeds,
    probed: sweep.probeSeeds !== null && isProbed(storage, sweep),
    error: seenError(storage, sweep),
    archived: sweep.archived,
    mark: marks.get(sweepName(sweep.id)) ?? NO_MARK,
    definitionPath: sweep.definitionPath,
  }));
}

type SweepProgress = Pick<SweepRow, 'arms' | 'counts' | 'batches' | 'batchesTotal'>;

function readProgress(storage: Storage, sweepId: number): SweepProgress {
  const runState = seenRunState(storage);
  return onceARevision(storage, sweepId, `progress by ${runState}`, () => countRuns(storage, sweepId, runState));
}

function countRuns(storage: Storage, sweepId: number, runState: string): SweepProgress {
  const arms = storage.prepare('SELECT count(*) FROM "Arm" WHERE sweepId = ?').pluck().get(sweepId) as number;
  const states = storage
    .prepare(
      `SELECT ${runState} AS state, count(*) AS count, sum(r.batch) AS batch, sum(r.batches) AS batches
    FROM "SweepRun" s CROSS JOIN "Run" r ON r.id = s.runId WHERE s.sweepId = ? GROUP BY 1`,
    )
    .all(sweepId) as { state: RunState; count: number; batch: number; batches: number }[];
  const counts: RunCounts = { waiting: 0, running: 0, complete: 0, failed: 0, diverged: 0, cancelled: 0 };
  const progress = { arms, counts, batches: 0, batchesTotal: 0 };
  for (const { state, count, batch, batches } of states) {
    counts[state] = count;
    progress.batchesTotal += batches;
    // A diverged run is done, though it never gets to its last batch.
    progress.batches += state === 'diverged' ? batches : batch;
  }
  return progress;
}

/** Trunks are the stages in which the phase is not in force. One that diverged or failed is not tried again. */
function isProbed(storage: Storage, { id, plan, probeSeeds }: Sweep): boolean {
  const { seeds } = JSON.parse(plan) as { seeds: number[] };
  const wanted = JSON.stringify(seeds.slice(0, probeSeeds!));
  return onceARevision(storage, id, `probed on ${wanted}`, () => {
    const { trunks, left } = storage
      .prepare(
        `SELECT count(*) AS trunks, sum(g.batch < g.toBatch AND r.state NOT IN ('failed', 'diverged')) AS left
      FROM "SweepRun" s CROSS JOIN "Run" r ON r.id = s.runId CROSS JOIN "RunStage" p ON p.runId = r.id
      CROSS JOIN "Stage" g ON g.id = p.stageId
      WHERE s.sweepId = ? AND s.seed IN (SELECT value FROM json_each(?)) AND json_extract(g.params, '$.N') IS NULL`,
      )
      .get(id, wanted) as { trunks: number; left: number | null };
    return trunks > 0 && left === 0;
  });
}

function describe(definition: string): string | null {
  const parsed = parseJson(definition);
  if ('problem' in parsed) return null;
  const { description } = parsed.value as { description?: unknown };
  return typeof description === 'string' ? description : null;
}
