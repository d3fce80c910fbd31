import type { SweepState } from '../../sweep/results.ts';
import { OutsideError } from '../../sweep/user-error.ts';
import { sweepName } from '../database/ids.ts';
import type { Storage } from '../database/storage.ts';
import { joinAudits } from '../training/note-audit.ts';
import { attachRuns } from './attach-runs.ts';
import { findSweepHere } from './find-sweep-here.ts';
import { type IncomingSweep, incomingSweeps } from './incoming-sweep.ts';
import { takeMarks } from './take-marks.ts';
import type { Part } from './part.ts';

/** What became of a sweep of a part. */
export interface MergedSweep {
  /** Its id here. */
  sweepId: number;
  /** Its id in the part. */
  theirs: number;
  /** `unchanged`: everything of it was here already. */
  was: 'made' | 'grown' | 'unchanged';
  /** The name that it has there, where it got another one here. */
  renamed: string | null;
}

/**
 * Within a transaction, once their runs are here: the sweeps of a part. One that is here already, as a whole or with
 * more arms and seeds, gets the runs that it did not have. Any other one comes over as it is.
 *
 * @param changed runs here that are new or further than before
 */
export function mergeSweeps(storage: Storage, part: Part, changed: ReadonlySet<number>): MergedSweep[] {
  return incomingSweeps(storage, part).map((sweep) => {
    const known = findSweepHere(storage, part, sweep);
    const name = known === null ? freeName(storage, sweep) : sweep.name;
    const sweepId = known ?? insertSweep(storage, part, sweep, name);
    const wasMixed = isOfTwoData(storage, sweepId);
    const attached = attachRuns(storage, part, sweep, sweepId, changed);
    // A whole sweep that nobody here had comes over as it is.
    const isJoined = sweep.isPart || known !== null;
    if (isJoined && !wasMixed && isOfTwoData(storage, sweepId)) throw otherData(storage, part, sweep, sweepId);
    const isMarked = takeMarks(storage, part, { theirs: sweep.theirs, sweepId });
    const isAudited = takeAudit(storage, part, sweep, sweepId);
    if (known === null && !sweep.isPart) stopAtWork(storage, sweepId);
    else if (known === null || attached) settle(storage, part, sweep, sweepId, known === null);
    const was = known === null ? 'made' : attached || isMarked || isAudited ? 'grown' : 'unchanged';
    return { sweepId, theirs: sweep.theirs, was, renamed: name === sweep.name ? null : sweep.name };
  });
}

/** Another sweep of its name is here: the next number makes it another one. */
function freeName(storage: Storage, { name }: IncomingSweep): string {
  const isTaken = storage.prepare('SELECT 1 FROM main."Sweep" WHERE name = ? OR definedName = ?').pluck();
  for (let number = 1; ; number++) {
    const free = number === 1 ? name : `${name}-${number}`;
    if (isTaken.get(free, free) === undefined) return free;
  }
}

function insertSweep(storage: Storage, { schema }: Part, sweep: IncomingSweep, name: string): number {
  const { theirs, isPart, definition, definitionPath, plan } = sweep;
  const { planHash, ...rest } = plan;
  const sweepId = Number(
    storage
      .prepare(
        `INSERT INTO main."Sweep" (name, definition, definitionPath, planHash, plan, state, probeSeeds, ${KEPT})
        SELECT @name, @definition, @definitionPath, @planHash, @plan, state, iif(@isPart, NULL, probeSeeds), ${KEPT}
        FROM ${schema}."Sweep" WHERE id = @theirs`,
      )
      .run({
        theirs,
        name,
        definition,
        definitionPath,
        planHash,
        plan: JSON.stringify({ ...rest, planHash }),
        isPart: Number(isPart),
      }).lastInsertRowid,
  );
  storage
    .prepare(
      `INSERT INTO main."Arm" (sweepId, "index", ${ARM}) SELECT @sweepId, "index", ${ARM}
      FROM ${schema}."Arm" WHERE sweepId = @theirs ORDER BY "index"`,
    )
    .run({ sweepId, theirs });
  if (isPart) return sweepId;
  for (const [table, columns] of Object.entries(HISTORY))
    storage
      .prepare(
        `INSERT INTO main."${table}" (sweepId, ${columns}) SELECT @sweepId, ${columns}
        FROM ${schema}."${table}" WHERE sweepId = @theirs`,
      )
      .run({ sweepId, theirs });
  return sweepId;
}

const KEPT = `definedName, folder, metricName, metricGoal, engine, share, inexact, audit, keepCheckpoints, keepWeights,
  otherBits, archived, createdAt, queuedAt, startedAt, finishedAt, resumedAt, batchesBefore`;
const ARM = 'name, ablation, control, controlIndex, alpha, beta, gamma, epsilon, N, swept, settings';
const HISTORY = { Look: 'seeds', Extension: 'extendedAt, definition, arms, seeds' };

/** A table pairs and averages over seeds: the runs of an arm have to be of the same data. */
function isOfTwoData(storage: Storage, sweepId: number): boolean {
  const found = storage
    .prepare(
      `SELECT 1 FROM main."SweepRun" s JOIN main."Run" r ON r.id = s.runId WHERE s.sweepId = ?
      GROUP BY s.armIndex HAVING count(DISTINCT r.dataFingerprint) > 1 LIMIT 1`,
    )
    .get(sweepId);
  return found !== undefined;
}

function otherData(storage: Storage, part: Part, { name, theirs, isPart }: IncomingSweep, sweepId: number): Error {
  const found = isPart
    ? `its part of ${name} was trained on other data than the parts that are merged already`
    : `its ${sweepName(theirs)} (${name}) was trained on other data than the same sweep here, ` +
      `${sweepName(sweepId)} of ${storage.file}`;
  const wanted = isPart ? 'parts that are trained on the same data' : 'the same data, or another file to merge it into';
  return new OutsideError(
    `Cannot merge database ${part.storage.file}: ${found} (the fingerprints of the data sets differ); wanted ${wanted}`,
  );
}

/** What audits have found there is said here too, behind what they have found here. @returns whether it is new here */
function takeAudit(storage: Storage, { schema }: Part, { theirs }: IncomingSweep, sweepId: number): boolean {
  const read = (of: string, id: number) =>
    storage.prepare(`SELECT audit FROM ${of}."Sweep" WHERE id = ?`).pluck().get(id) as string | null;
  const here = read('main', sweepId);
  const both = joinAudits(here, read(schema, theirs));
  if (both === here) return false;
  storage.prepare('UPDATE main."Sweep" SET audit = ? WHERE id = ?').run(both, sweepId);
  return true;
}

/** A sweep that nobody here had comes over as it is, but nobody trains it here. */
function stopAtWork(storage: Storage, sweepId: number): void {
  storage
    .prepare(`UPDATE main."Sweep" SET state = 'interrupted' WHERE id = ? AND state IN ('queued', 'running')`)
    .run(sweepId);
}

/** How the sweep stands with the runs that it has now. One that waits here for its turn goes on waiting. */
function settle(storage: Storage, { schema }: Part, { theirs }: IncomingSweep, sweepId: number, isNew: boolean): void {
  const { state, open, cancelled } = storage
    .prepare(
      `SELECT w.state, total(r.state IN ('waiting', 'running')) AS open, total(r.state = 'cancelled') AS cancelled
      FROM main."Sweep" w JOIN main."SweepRun" s ON s.sweepId = w.id JOIN main."Run" r ON r.id = s.runId
      WHERE w.id = ?`,
    )
    .get(sweepId) as { state: SweepState; open: number; cancelled: number };
  const ended: SweepState = open > 0 ? 'interrupted' : cancelled > 0 ? 'cancelled' : 'complete';
  const now = state === 'queued' && !isNew ? state : ended;
  storage
    .prepare(
      `UPDATE main."Sweep" SET state = @now, error = NULL, cancelRequested = false, killRequested = false,
        engine = coalesce("Sweep".engine, o.engine), inexact = coalesce("Sweep".inexact, o.inexact),
        keepCheckpoints = "Sweep".keepCheckpoints OR o.keepCheckpoints, otherBits = "Sweep".otherBits OR o.otherBits,
        keepWeights = CASE WHEN 'all' IN ("Sweep".keepWeights, o.keepWeights) THEN 'all' ELSE "Sweep".keepWeights END,
        createdAt = min("Sweep".createdAt, o.createdAt),
        startedAt = coalesce(min("Sweep".startedAt, o.startedAt), "Sweep".startedAt, o.startedAt),
        finishedAt = iif(@now = 'queued', NULL,
          coalesce(max("Sweep".finishedAt, o.finishedAt), "Sweep".finishedAt, o.finishedAt))
      FROM (SELECT * FROM ${schema}."Sweep" WHERE id = @theirs) o WHERE "Sweep".id = @sweepId`,
    )
    .run({ now, theirs, sweepId });
}
