import type { RunState } from '../../sweep/results.ts';
import { underLease, type Lease } from '../database/lease.ts';
import type { Storage } from '../database/storage.ts';
import { chooseAnew, chooseEditions, type Chosen, type SeedChoice } from './choose-editions.ts';
import { lineOf } from './line-of.ts';
import {
  heldRun,
  isDone,
  storedRun,
  storedStage,
  type HeldRun,
  type RunIdentity,
  type StageIdentity,
  type Wanted,
} from './run-identity.ts';
import {
  acceptsOtherBits,
  isUsable,
  judgeOf,
  noteBits,
  refuseOtherBits,
  type Here,
  type OtherBits,
} from './same-bits.ts';

export type { RunIdentity, StageIdentity };

/** A run of a sweep as the runner sees it. Only the runner's `StageQueue` changes it while it is trained. */
export interface RunTask {
  readonly runId: number;
  readonly arm: number;
  readonly seed: number;
  readonly state: RunState;
  /** True where another sweep had already completed it. */
  readonly reused: boolean;
  readonly attempts: number;
  readonly stages: readonly StageTask[];
}

/** A stage on the paths of one or several runs, all of which hold the same object. Only `StageQueue` changes it. */
export interface StageTask {
  readonly stageId: number;
  readonly parentId: number | null;
  readonly edition: number;
  readonly from: number;
  readonly to: number;
  /** Everything before this batch is committed. */
  readonly batch: number;
  /** Whether the state at `batch` is kept. */
  readonly kept: boolean;
  /** Every run whose path goes through the stage, runs of other sweeps too. */
  readonly members: readonly StageMember[];
}

export interface StageMember {
  runId: number;
  /** null where the intra-class phase is never in force. */
  epsilon: number | null;
}

/**
 * Gives the runs of a sweep their keys, all in one transaction. A run that the database already holds, whichever sweep
 * it came from, takes the place of the run that was waiting; stages are shared by key in the same way. Runs that start
 * alike are all of one edition: a pair of two editions would not be two halves of one computation. With `fresh`
 * nothing is taken over: every run and stage is a new edition of its key, and the runs that no sweep refers to any more
 * are left to `removeSweep`. A fresh sweep that was interrupted and is continued keeps its editions, since its runs
 * have the wanted keys.
 *
 * Runs that failed or were cancelled, in this sweep or in another one, wait again with all their attempts. From here on
 * the sweep has started, and keeps its engine.
 *
 * Nothing is taken over or gone on with that has other bits than are computed now. A seed of which anything has is
 * trained anew as a whole, as another edition, so that its pairs never mix both. A seed that is finished stays as it
 * is.
 *
 * @param classes those that are to train; none where nothing is going to be trained, or nobody knows yet by whom: then
 * nothing is compared
 * @param anew told which seeds are trained anew
 * @throws UserError where something has other bits and the user has not asked to go on nevertheless
 */
export function identifyRuns(
  storage: Storage,
  lease: Lease,
  sweepId: number,
  identities: RunIdentity[],
  fresh: boolean,
  {
    classes = [],
    anew = () => {},
    now = Date.now(),
  }: { classes?: readonly Here[]; anew?: (seeds: number[]) => void; now?: number } = {},
): RunTask[] {
  return underLease(storage, lease, () => {
    const wanted = identities.map((identity) => ({ identity, held: heldRun(storage, sweepId, identity) }));
    if (fresh) attachFresh(storage, sweepId, wanted, classes);
    else attachStored(storage, sweepId, wanted, { classes, anew });
    waitAgain(storage, sweepId);
    storage
      .prepare(
        `UPDATE "Sweep" SET startedAt = coalesce(startedAt, @now), resumedAt = @now, batchesBefore = (
        SELECT coalesce(sum(CASE r.state WHEN 'diverged' THEN r.batches ELSE r.batch END), 0)
        FROM "SweepRun" s JOIN "Run" r ON r.id = s.runId WHERE s.sweepId = @sweepId)
      WHERE id = @sweepId`,
      )
      .run({ now, sweepId });
    return readTasks(storage, sweepId);
  });
}

/** Whether every run of a sweep is done as it stands, so that nothing is going to be trained or taken over. */
export function isAllDone(storage: Storage, sweepId: number, identities: readonly RunIdentity[]): boolean {
  return identities.every((identity) => {
    const held = heldRun(storage, sweepId, identity);
    return held.key === identity.key && isDone(held);
  });
}

/**
 * The runs of a sweep in the order in which they are to be trained. Runs that share a stage hold the same object for
 * it.
 */
export function readTasks(storage: Storage, sweepId: number): RunTask[] {
  const tasks = storage
    .prepare(
      `SELECT r.id AS runId, s.armIndex AS arm, r.seed, r.state, s.reused, r.attempts FROM "SweepRun" s
    JOIN "Run" r ON r.id = s.runId WHERE s.sweepId = ? ORDER BY s.position`,
    )
    .all(sweepId) as (Omit<RunTask, 'reused'> & { reused: number })[];
  const paths = readPaths(
    storage,
    tasks.map(({ runId }) => runId),
  );
  return tasks.map((task) => ({ ...task, reused: task.reused === 1, stages: paths.get(task.runId) ?? [] }));
}

/** The stages of each of these runs, first to last. */
export function readPaths(storage: Storage, runIds: number[]): Map<number, StageTask[]> {
  const wanted = JSON.stringify(runIds);
  const rows = storage
    .prepare(
      `SELECT p.runId, g.id AS stageId, g.parentId, g.edition, g.fromBatch AS "from", g.toBatch AS "to", g.batch,
      EXISTS (SELECT 1 FROM "Checkpoint" c WHERE c.stageId = g.id AND c.batch = g.batch) AS kept
    FROM "RunStage" p JOIN "Stage" g ON g.id = p.stageId
    WHERE p.runId IN (SELECT value FROM json_each(?)) ORDER BY p.runId, p.position`,
    )
    .all(wanted) as (Omit<StageTask, 'members' | 'kept'> & { runId: number; kept: number })[];
  const stages = new Map<number, StageTask & { members: StageMember[] }>();
  const paths = new Map<number, StageTask[]>();
  for (const { runId, ...row } of rows) {
    let stage = stages.get(row.stageId);
    if (!stage) stages.set(row.stageId, (stage = { ...row, kept: row.kept === 1, members: [] }));
    const path = paths.get(runId);
    if (path) path.push(stage);
    else paths.set(runId, [stage]);
  }
  const members = storage
    .prepare(
      `SELECT p.stageId, r.id AS runId, r.epsilon FROM "RunStage" p JOIN "Run" r ON r.id = p.runId
    WHERE p.stageId IN (SELECT value FROM json_each(?)) ORDER BY r.id`,
    )
    .all(JSON.stringify([...stages.keys()])) as (StageMember & { stageId: number })[];
  for (const { stageId, ...member } of members) stages.get(stageId)!.members.push(member);
  return paths;
}

/** Every run and stage is a new edition of its key. What audits have found was found of those before. */
function attachFresh(storage: Storage, sweepId: number, wanted: Wanted[], classes: readonly Here[]): void {
  storage.prepare('UPDATE "Sweep" SET audit = NULL WHERE id = ?').run(sweepId);
  const edition = nextEdition(storage);
  for (const each of wanted) {
    const runId = attach(storage, sweepId, each, edition);
    if (classes.length === 1) noteBits(storage, runId, classes[0]!.bitsOf(each.identity.arm));
  }
}

/** @throws UserError where something has other bits and the user has not asked to go on nevertheless */
function attachStored(
  storage: Storage,
  sweepId: number,
  wanted: Wanted[],
  { classes, anew }: { classes: readonly Here[]; anew: (seeds: number[]) => void },
): void {
  const judges = classes.map((here) => ({ here, judge: judgeOf(storage, here) }));
  const seeds = chooseEditions(storage, wanted, judges);
  const others = seeds.flatMap(({ chosen }) => chosen.filter(({ standing }) => standing === 'other'));
  if (others.length > 0 && seeds.some(({ stays }) => !stays) && !acceptsOtherBits(storage, sweepId))
    refuseOtherBits(storage, sweepId, others.map(toOtherBits), classes[0]!);
  for (const seed of seeds) {
    const here = classOf(seed, classes);
    for (const each of seed.anew ? chooseAnew(storage, seed.chosen, seed.by!.judge) : seed.chosen) {
      const runId = attach(storage, sweepId, each, each.edition);
      if (here && isUsable(each.standing)) noteBits(storage, runId, here.bitsOf(each.identity.arm));
    }
  }
  const trainedAnew = seeds.filter((each) => each.anew).map(({ seed }) => seed);
  if (trainedAnew.length > 0) anew(trainedAnew);
}

/** The class that trains a seed, where that is known: of several classes it is the one that the seed was begun with. */
function classOf({ by, chosen, anew }: SeedChoice, classes: readonly Here[]): Here | null {
  const isBegun = !anew && chosen.some(({ standing }) => standing === 'same');
  return by !== null && (classes.length === 1 || isBegun) ? by.here : null;
}

function toOtherBits({ identity: { arm, seed }, run }: Chosen): OtherBits {
  return { runId: run?.id ?? null, arm, seed };
}

/** @returns the id of the run that the sweep has from now on */
function attach(storage: Storage, sweepId: number, { held, identity }: Wanted, edition: number): number {
  if (held.key === identity.key && held.edition === edition) return held.id;
  const known = storedRun(storage, identity.key, edition);
  const runId = known?.id ?? makeRun(storage, held, identity, edition);
  if (runId === held.id) return runId;
  const reused = known !== undefined && isDone(known);
  storage
    .prepare('UPDATE "SweepRun" SET runId = ?, reused = ? WHERE sweepId = ? AND armIndex = ? AND seed = ?')
    .run(runId, Number(reused), sweepId, identity.arm, identity.seed);
  if (held.key === null)
    storage.prepare('DELETE FROM "Run" WHERE id = ? AND id NOT IN (SELECT runId FROM "SweepRun")').run(held.id);
  return runId;
}

/**
 * Lets the failed and cancelled runs of a sweep wait again. To be called once every run has its key: a run that the
 * sweep refers to no longer is not asked for.
 */
function waitAgain(storage: Storage, sweepId: number): void {
  storage
    .prepare(
      `UPDATE "Run" SET state = 'waiting', attempts = 0, error = NULL WHERE state IN ('failed', 'cancelled')
    AND id IN (SELECT runId FROM "SweepRun" WHERE sweepId = ?)`,
    )
    .run(sweepId);
}

/**
 * Gives the key to the waiting run. A run that already has another key (other data, another edition) is left alone, and
 * a new run is made.
 */
function makeRun(storage: Storage, held: HeldRun, identity: RunIdentity, edition: number): number {
  const { key, engine, dataFingerprint, seed } = identity;
  const runId = held.key === null ? held.id : copyRun(storage, held.id);
  storage
    .prepare('UPDATE "Run" SET key = ?, edition = ?, engine = ?, dataFingerprint = ? WHERE id = ?')
    .run(key, edition, engine, dataFingerprint, runId);
  const insertPath = storage.prepare('INSERT INTO "RunStage" (runId, position, stageId) VALUES (?, ?, ?)');
  for (const [position, stageId] of makePath(storage, identity.stages, seed, edition).entries())
    insertPath.run(runId, position, stageId);
  return runId;
}

/**
 * The ids of a run's stages, first to last. Of its stages that the database holds, the last one is taken with all
 * stages that lead to it: another plan may have cut the same trunk at other batches, and its points are stored once.
 */
function makePath(storage: Storage, stages: StageIdentity[], seed: number, edition: number): number[] {
  const held = stages.map(({ key }) => storedStage(storage, key, edition));
  const furthest = held.findLastIndex((id) => id !== undefined);
  const path = furthest < 0 ? [] : lineOf(storage, held[furthest]!);
  for (const stage of stages.slice(furthest + 1))
    path.push(makeStage(storage, stage, path.at(-1) ?? null, seed, edition));
  return path;
}

function copyRun(storage: Storage, runId: number): number {
  return Number(
    storage
      .prepare(
        `INSERT INTO "Run" (seed, state, batches, epsilon)
        SELECT seed, 'waiting', batches, epsilon FROM "Run" WHERE id = ?`,
      )
      .run(runId).lastInsertRowid,
  );
}

function makeStage(
  storage: Storage,
  { key, from, to, params }: StageIdentity,
  parent: number | null,
  seed: number,
  edition: number,
): number {
  return Number(
    storage
      .prepare(
        `INSERT INTO "Stage" (key, edition, parentId, fromBatch, toBatch, batch, seed, params)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
      )
      .run(key, edition, parent, from, to, from, seed, JSON.stringify(params)).lastInsertRowid,
  );
}

function nextEdition(storage: Storage): number {
  return (
    1 +
    Number(
      storage
        .prepare(
          'SELECT max((SELECT coalesce(max(edition), 0) FROM "Run"), (SELECT coalesce(max(edition), 0) FROM "Stage"))',
        )
        .pluck()
        .get(),
    )
  );
}
