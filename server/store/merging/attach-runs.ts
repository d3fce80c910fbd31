import { computationOf } from '../../sweep/arm-computation.ts';
import { groupBy } from '../../sweep/group-by.ts';
import type { RunState } from '../../sweep/results.ts';
import type { Storage } from '../database/storage.ts';
import { readArms } from '../reading/read-arms.ts';
import { isDone } from '../training/run-identity.ts';
import type { IncomingSweep } from './incoming-sweep.ts';
import type { Part } from './part.ts';

/**
 * Within a transaction: gives a sweep here the runs of a sweep of a part. A sweep that has none yet gets all runs of
 * its plan, waiting where the part has them not. Of a seed that both have with different runs (of other data, or of
 * other bits) the side stays that is further, as a whole, so that pairs are of one kind.
 *
 * @param changed runs here that are new or further than before
 * @returns whether the sweep is another one than before
 */
export function attachRuns(
  storage: Storage,
  { schema }: Part,
  sweep: IncomingSweep,
  sweepId: number,
  changed: ReadonlySet<number>,
): boolean {
  const isEmpty = storage.prepare('SELECT 1 FROM main."SweepRun" WHERE sweepId = ?').get(sweepId) === undefined;
  if (isEmpty) placeRuns(storage, schema, sweep, sweepId);
  const offered = offeredRuns(storage, schema, sweep, sweepId);
  let isChanged = offered.some(({ mine }) => mine !== null && changed.has(mine.id));
  for (const ofSeed of groupBy(offered, ({ seed }) => seed).values()) {
    const others = ofSeed.filter(({ own, mine }) => mine !== null && own.id !== mine.id);
    if (others.length === 0) continue;
    // A seed that is begun here stays of one kind, with its arms that are not begun yet.
    const isBegun = others.some(({ own }) => own.key !== null);
    const isFurther = progressOf(others.map(({ mine }) => mine!)) > progressOf(others.map(({ own }) => own));
    if (isBegun && !isFurther) continue;
    for (const { armIndex, seed, mine, reused } of others) {
      replaceRun(storage, { sweepId, armIndex, seed, runId: mine!.id, reused });
      isChanged = true;
    }
  }
  // A run without a key was never begun.
  storage.prepare('DELETE FROM main."Run" WHERE key IS NULL AND id NOT IN (SELECT runId FROM main."SweepRun")').run();
  return isChanged;
}

/** Every run of the plan, waiting, in the order in which a plan has them. */
function placeRuns(storage: Storage, part: string, { theirs, plan, isPart }: IncomingSweep, sweepId: number): void {
  const arms = storage
    .prepare(
      `SELECT s.armIndex, r.batches, r.epsilon FROM ${part}."SweepRun" s JOIN ${part}."Run" r ON r.id = s.runId
      WHERE s.sweepId = ? GROUP BY s.armIndex ORDER BY s.armIndex`,
    )
    .all(theirs) as { armIndex: number; batches: number; epsilon: number | null }[];
  const places = isPart
    ? plan.seeds.flatMap((seed) => arms.map((arm) => ({ ...arm, seed, state: 'waiting' })))
    : (storage
        .prepare(
          `SELECT s.armIndex, s.seed, r.batches, r.epsilon, iif(r.key IS NULL, r.state, 'waiting') AS state
          FROM ${part}."SweepRun" s JOIN ${part}."Run" r ON r.id = s.runId WHERE s.sweepId = ? ORDER BY s.position`,
        )
        .all(theirs) as Place[]);
  const insertRun = storage.prepare('INSERT INTO main."Run" (seed, state, batches, epsilon) VALUES (?, ?, ?, ?)');
  const insertPlace = storage.prepare(
    'INSERT INTO main."SweepRun" (sweepId, position, armIndex, seed, runId) VALUES (?, ?, ?, ?, ?)',
  );
  for (const [position, { armIndex, seed, batches, epsilon, state }] of places.entries()) {
    const { lastInsertRowid } = insertRun.run(seed, state, batches, epsilon);
    insertPlace.run(sweepId, position, armIndex, seed, lastInsertRowid);
  }
}

interface Place {
  armIndex: number;
  seed: number;
  batches: number;
  epsilon: number | null;
  state: string;
}

interface OfferedRun {
  /** Of the sweep here. */
  armIndex: number;
  seed: number;
  own: HeldRun;
  /** The part's run, as it is here; null where the part never began it. */
  mine: HeldRun | null;
  reused: number;
}

interface HeldRun {
  id: number;
  key: string | null;
  state: RunState;
  batch: number;
}

/** The runs of the part's sweep beside those that the sweep here has for the same arm and seed. */
function offeredRuns(storage: Storage, part: string, sweep: IncomingSweep, sweepId: number): OfferedRun[] {
  const arms = new Map(readArms(storage, sweepId).map((arm) => [computationOf(arm), arm.index]));
  const select = storage.prepare(
    `SELECT r.id, r.key, r.state, r.batch FROM main."SweepRun" s JOIN main."Run" r ON r.id = s.runId
    WHERE s.sweepId = ? AND s.armIndex = ? AND s.seed = ?`,
  );
  const rows = storage
    .prepare(
      `SELECT s.armIndex, s.seed, s.reused, m.id, m.key, m.state, m.batch FROM ${part}."SweepRun" s
      LEFT JOIN temp."PartRun" r ON r.id = s.runId LEFT JOIN main."Run" m ON m.id = r.mine
      WHERE s.sweepId = ? ORDER BY s.position`,
    )
    .all(sweep.theirs) as (Pick<OfferedRun, 'armIndex' | 'seed' | 'reused'> & HeldRun)[];
  return rows.map(({ armIndex: theirs, seed, reused, ...mine }) => {
    const armIndex = arms.get(sweep.computations[theirs]!)!;
    const own = select.get(sweepId, armIndex, seed) as HeldRun;
    return { armIndex, seed, own, mine: mine.id === null ? null : mine, reused: sweep.isPart ? 0 : reused };
  });
}

/** A run that is at its end counts for more than any that is not. */
function progressOf(runs: readonly HeldRun[]): number {
  return runs.reduce((sum, run) => sum + run.batch + (isDone(run) ? 1e9 : 0), 0);
}

function replaceRun(
  storage: Storage,
  { runId, reused, sweepId, armIndex, seed }: { runId: number; reused: number } & OfSweep,
): void {
  storage
    .prepare('UPDATE main."SweepRun" SET runId = ?, reused = ? WHERE sweepId = ? AND armIndex = ? AND seed = ?')
    .run(runId, reused, sweepId, armIndex, seed);
}

interface OfSweep {
  sweepId: number;
  armIndex: number;
  seed: number;
}
