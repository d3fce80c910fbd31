import type { RunState } from '../../sweep/results.ts';
import { underLease, type Lease } from '../database/lease.ts';
import { groupBy } from '../../sweep/group-by.ts';
import type { ShownParameters } from '../../sweep/shown-parameters.ts';
import type { Storage } from '../database/storage.ts';
import {
  acceptsOtherBits,
  isOneClass,
  isUsable,
  judgeOf,
  noJudge,
  noteBits,
  refuseOtherBits,
  type Here,
  type Judge,
  type Standing,
} from './same-bits.ts';

/** What a run of a sweep would compute, known once the data is loaded and the engine chosen. */
export interface RunIdentity {
  /** Index of the arm. */
  arm: number;
  seed: number;
  /** Names what is computed: effective settings, seed, data, engine. */
  key: string;
  engine: string;
  dataFingerprint: string;
  /** The run's path through the tree, in order of batches; parents come before children. */
  stages: StageIdentity[];
}

export interface StageIdentity {
  key: string;
  /** Batches [from, to). */
  from: number;
  to: number;
  /** The parameters in force in it. */
  params: ShownParameters;
}

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
 * it came from, takes the place of the run that was waiting; stages are shared by key in the same way. With `fresh`
 * nothing is taken over: every run and stage is a new edition of its key, and the runs that no sweep refers to any more
 * are left to `removeSweep`. A fresh sweep that was interrupted and is continued keeps its editions, since its runs
 * have the wanted keys.
 *
 * Runs that failed or were cancelled, in this sweep or in another one, wait again with all their attempts. From here on
 * the sweep has started, and keeps its engine.
 *
 * Nothing is taken over or gone on with that has other bits than this machine computes. A seed of which anything has is
 * trained anew as a whole, as new editions of its keys, so that its pairs never mix both. A seed that is finished stays
 * as it is.
 *
 * @param here null where nothing is going to be trained: then nothing is compared
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
    here = null,
    anew = () => {},
    now = Date.now(),
  }: { here?: Here | null; anew?: (seeds: number[]) => void; now?: number } = {},
): RunTask[] {
  return underLease(storage, lease, () => {
    if (fresh) attachFresh(storage, sweepId, identities, here);
    else attachAll(storage, sweepId, identities, here, anew);
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

interface HeldRun {
  id: number;
  key: string | null;
  state: RunState;
}

function heldRun(storage: Storage, sweepId: number, { arm, seed }: RunIdentity): HeldRun {
  const run = storage
    .prepare(
      `SELECT r.id, r.key, r.state FROM "SweepRun" s JOIN "Run" r ON r.id = s.runId
    WHERE s.sweepId = ? AND s.armIndex = ? AND s.seed = ?`,
    )
    .get(sweepId, arm, seed);
  if (!run) throw new Error(`Cannot identify a run of arm ${arm} with seed ${seed}: sweep ${sweepId} has none`);
  return run as HeldRun;
}

/** Every run and stage is a new edition of its key. */
function attachFresh(storage: Storage, sweepId: number, identities: RunIdentity[], here: Here | null): void {
  const choice: Choice = { edition: nextEdition(storage), judge: noJudge };
  for (const identity of identities) {
    const runId = attach(storage, sweepId, { held: heldRun(storage, sweepId, identity), identity }, choice);
    if (here) noteBits(storage, runId, here.bitsOf(identity.arm));
  }
}

/** Which runs and stages may be taken: with `edition` only those of it, else every one that the judge finds usable. */
interface Choice {
  edition: number | null;
  judge: Judge;
}

/** A run of a sweep, with what the database has for it. */
interface Found {
  identity: RunIdentity;
  held: HeldRun;
  /** The run of this key to take, or to go on with; undefined where there is none. */
  run?: HeldRun | undefined;
  standing: Standing;
}

function attachAll(
  storage: Storage,
  sweepId: number,
  identities: RunIdentity[],
  here: Here | null,
  tellAnew: (seeds: number[]) => void,
): void {
  const judge = here ? judgeOf(storage, here) : noJudge;
  const seeds = [...groupBy(identities, ({ seed }) => seed).values()].map((ofSeed) => {
    const found = ofSeed.map((identity) => find(storage, sweepId, identity, judge));
    const isFinished = found.every(({ run }) => run !== undefined && isDone(run));
    const isForeign = found.some(({ standing }) => !isUsable(standing));
    return { found, isFinished, isForeign, stays: isFinished && (!isForeign || isOfOneClass(storage, found, here!)) };
  });
  const others = seeds.flatMap(({ found }) => found.filter(({ standing }) => standing === 'other'));
  const trains = seeds.some(({ stays }) => !stays);
  if (trains && others.length > 0 && !acceptsOtherBits(storage, sweepId)) refuse(storage, sweepId, others, here!);
  for (const { found, isForeign, stays } of seeds) {
    for (const each of found) {
      const known = stays ? each.run : usableRun(storage, each, judge);
      const runId = attach(storage, sweepId, { ...each, run: known }, { edition: null, judge });
      if (here && !(isForeign && stays)) noteBits(storage, runId, here.bitsOf(each.identity.arm));
    }
  }
  const anew = seeds.filter(({ isForeign, stays }) => isForeign && !stays).map(({ found }) => found[0]!.identity.seed);
  if (anew.length > 0) tellAnew(anew);
}

function find(storage: Storage, sweepId: number, identity: RunIdentity, judge: Judge): Found {
  const { arm, key, stages } = identity;
  const held = heldRun(storage, sweepId, identity);
  if (held.key === key) return { identity, held, run: held, standing: judge.ofRun(held.id, arm) };
  const runs = runsOfKey(storage, key).map((run) => ({ run, standing: judge.ofRun(run.id, arm) }));
  // One that has only what its trunk has is nothing to take over: what matters is the trunk.
  const best = runs.find(({ standing }) => isUsable(standing)) ?? runs.find(({ run }) => hasBegun(storage, run.id));
  return { identity, held, ...(best ?? { standing: standingOfFork(storage, stages, arm, judge) }) };
}

/** Whether anything is stored of the run's last stage. */
function hasBegun(storage: Storage, runId: number): boolean {
  return (
    storage
      .prepare(
        `SELECT g.batch > g.fromBatch FROM "RunStage" p JOIN "Stage" g ON g.id = p.stageId
      WHERE p.runId = ? ORDER BY p.position DESC LIMIT 1`,
      )
      .pluck()
      .get(runId) === 1
  );
}

/** A run of the key that has the bits of this machine, or none yet. */
function usableRun(
  storage: Storage,
  { identity: { key, arm }, run, standing }: Found,
  judge: Judge,
): HeldRun | undefined {
  if (run && isUsable(standing)) return run;
  return runsOfKey(storage, key).find(({ id }) => isUsable(judge.ofRun(id, arm)));
}

/** How the stage stands that a new run with these stages would fork from. */
function standingOfFork(storage: Storage, stages: StageIdentity[], arm: number, judge: Judge): Standing {
  let seen: Standing = 'empty';
  for (const { key } of stages.toReversed()) {
    const standings = stagesOfKey(storage, key).map((id) => judge.ofLine(id, arm));
    if (standings.some(isUsable)) return 'empty';
    seen = standings[0] ?? seen;
  }
  return seen;
}

function isOfOneClass(storage: Storage, found: Found[], here: Here): boolean {
  const areOwn = found.every(({ held, run }) => held.id === run!.id);
  const runs = found.map(({ run, identity }) => ({ runId: run!.id, structure: here.bitsOf(identity.arm) }));
  return areOwn || isOneClass(storage, runs);
}

/** @throws UserError */
function refuse(storage: Storage, sweepId: number, others: Found[], here: Here): never {
  const runs = others.map(({ identity: { arm, seed }, run }) => ({ runId: run?.id ?? null, arm, seed }));
  return refuseOtherBits(storage, sweepId, runs, here);
}

function isDone({ state }: HeldRun): boolean {
  return state === 'complete' || state === 'diverged';
}

/** @returns the id of the run that the sweep has from now on: the one that was found, else a new one */
function attach(
  storage: Storage,
  sweepId: number,
  { held, identity, run }: Pick<Found, 'held' | 'identity' | 'run'>,
  choice: Choice,
): number {
  const runId = run?.id ?? makeRun(storage, held, identity, choice);
  if (runId === held.id) return runId;
  const reused = run !== undefined && isDone(run);
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

/** The runs of this key. Those that are done come first, then the newest edition. */
function runsOfKey(storage: Storage, key: string): HeldRun[] {
  return storage
    .prepare(
      `SELECT id, key, state FROM "Run" WHERE key = ?
    ORDER BY state IN ('complete', 'diverged') DESC, edition DESC`,
    )
    .all(key) as HeldRun[];
}

/**
 * Gives the key to the waiting run. A run that already has a key (other data, another edition) is left alone, and a new
 * run is made.
 */
function makeRun(storage: Storage, held: HeldRun, identity: RunIdentity, choice: Choice): number {
  const { key, engine, dataFingerprint } = identity;
  const runId = held.key === null ? held.id : copyRun(storage, held.id);
  const edition = choice.edition ?? freeEdition(storage, 'Run', key, 0);
  storage
    .prepare('UPDATE "Run" SET key = ?, edition = ?, engine = ?, dataFingerprint = ? WHERE id = ?')
    .run(key, edition, engine, dataFingerprint, runId);
  const insertPath = storage.prepare('INSERT INTO "RunStage" (runId, position, stageId) VALUES (?, ?, ?)');
  for (const [position, stageId] of makePath(storage, identity, choice).entries())
    insertPath.run(runId, position, stageId);
  return runId;
}

/**
 * The ids of a run's stages, first to last. Of its stages that the database holds, the last one is taken with all
 * stages that lead to it: another plan may have cut the same trunk at other batches, and its points are stored once.
 */
function makePath(storage: Storage, { stages, seed, arm }: RunIdentity, choice: Choice): number[] {
  const held = stages.map(({ key }) => heldStage(storage, key, arm, choice));
  const furthest = held.findLastIndex((id) => id !== undefined);
  const path = furthest < 0 ? [] : lineOf(storage, held[furthest]!);
  for (const stage of stages.slice(furthest + 1)) {
    const parent = path.at(-1) ?? null;
    const wanted = parent === null ? 0 : editionOf(storage, parent); // a path keeps its edition where it can
    path.push(
      makeStage(storage, stage, parent, seed, choice.edition ?? freeEdition(storage, 'Stage', stage.key, wanted)),
    );
  }
  return path;
}

function editionOf(storage: Storage, stageId: number): number {
  return storage.prepare('SELECT edition FROM "Stage" WHERE id = ?').pluck().get(stageId) as number;
}

/** The edition that is wanted, or where the key has it already, the one after the key's last. */
function freeEdition(storage: Storage, table: 'Run' | 'Stage', key: string, wanted: number): number {
  const { taken, last } = storage
    .prepare(`SELECT count(*) FILTER (WHERE edition = ?) AS taken, max(edition) AS last FROM "${table}" WHERE key = ?`)
    .get(wanted, key) as { taken: number; last: number | null };
  return taken === 0 ? wanted : last! + 1;
}

/** A stage and its ancestors, first to last. */
function lineOf(storage: Storage, stageId: number): number[] {
  return storage
    .prepare(
      `WITH RECURSIVE line (id, parentId, fromBatch) AS (
      SELECT id, parentId, fromBatch FROM "Stage" WHERE id = ?
      UNION ALL SELECT g.id, g.parentId, g.fromBatch FROM "Stage" g JOIN line ON g.id = line.parentId)
    SELECT id FROM line ORDER BY fromBatch`,
    )
    .pluck()
    .all(stageId) as number[];
}

function heldStage(storage: Storage, key: string, arm: number, { edition, judge }: Choice): number | undefined {
  if (edition === null) return stagesOfKey(storage, key).find((id) => isUsable(judge.ofLine(id, arm)));
  return storage.prepare('SELECT id FROM "Stage" WHERE key = ? AND edition = ?').pluck().get(key, edition) as
    number | undefined;
}

/** The stages of this key. Those of which something is stored come first, then the oldest edition. */
function stagesOfKey(storage: Storage, key: string): number[] {
  return storage
    .prepare('SELECT id FROM "Stage" WHERE key = ? ORDER BY batch > fromBatch DESC, edition')
    .pluck()
    .all(key) as number[];
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
