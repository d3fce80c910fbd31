import { printable } from '../../sweep/printable.ts';
import { OutsideError } from '../../sweep/user-error.ts';
import { runName } from '../database/ids.ts';
import type { Storage } from '../database/storage.ts';
import type { Part } from './part.ts';
import type { Steps } from './steps.ts';

/** A run that both databases have, and that is not the same in both. */
interface Conflict {
  /** In the part. */
  runId: number;
  found: string;
}

/** So many conflicts are named. */
const SHOWN = 5;

/**
 * Compares whatever both databases have: equal keys have to mean equal points, equal states and equal ends. Other bits
 * were told apart before.
 *
 * @throws {OutsideError} that says which runs differ, and where
 */
export async function refuseConflicts(storage: Storage, part: Part, steps: Steps): Promise<void> {
  const conflicts: Conflict[] = [];
  const add = (found: Conflict | undefined): void => {
    if (found !== undefined && !conflicts.some(({ runId }) => runId === found.runId)) conflicts.push(found);
  };
  for (const stage of storedStages(storage)) {
    add(otherPointsOfStage(storage, part.schema, stage));
    await steps.breathe();
  }
  for (const run of storedRuns(storage, part.schema)) {
    add(otherEnd(run) ?? otherCheckpoint(storage, part.schema, run) ?? otherPoints(storage, part.schema, run));
    await steps.breathe();
  }
  if (conflicts.length > 0) throw toError(storage, part, conflicts);
}

interface BothStages {
  id: number;
  mine: number;
}

function storedStages(storage: Storage): BothStages[] {
  return storage.prepare('SELECT id, mine FROM temp."PartStage" WHERE wasThere').all() as BothStages[];
}

interface BothRuns extends BothStages {
  epsilon: number | null;
  state: string;
  mineState: string;
  divergedBatch: number | null;
  mineDivergedBatch: number | null;
}

function storedRuns(storage: Storage, part: string): BothRuns[] {
  return storage
    .prepare(
      `SELECT r.id, r.mine, o.epsilon, o.state, m.state AS mineState, o.divergedBatch,
        m.divergedBatch AS mineDivergedBatch FROM temp."PartRun" r JOIN ${part}."Run" o ON o.id = r.id
      JOIN main."Run" m ON m.id = r.mine ORDER BY r.id`,
    )
    .all() as BothRuns[];
}

function otherPointsOfStage(storage: Storage, part: string, { id, mine }: BothStages): Conflict | undefined {
  const found = storage
    .prepare(
      `SELECT (SELECT p.runId FROM ${part}."RunStage" p WHERE p.stageId = @id LIMIT 1) AS runId,
        n.name, v.batch, v.value, w.value AS mine
      FROM ${part}."Point" v CROSS JOIN temp."PartMetric" q ON q.id = v.metricId
      CROSS JOIN main."Point" w ON w.stageId = @mine AND w.metricId = q.mine AND w.batch = v.batch
      JOIN ${part}."Metric" n ON n.id = v.metricId WHERE v.stageId = @id AND w.value IS NOT v.value LIMIT 1`,
    )
    .get({ id, mine }) as OtherPoint | undefined;
  return found && { runId: found.runId, found: pointInWords(found) };
}

interface OtherPoint {
  runId: number;
  name: string;
  batch: number;
  value: number | null;
  mine: number | null;
}

function pointInWords({ name, batch, value, mine }: OtherPoint): string {
  return `${name} at batch ${batch} is ${value ?? 'not finite'} there and ${mine ?? 'not finite'} here`;
}

function otherEnd({ id, state, mineState, divergedBatch, mineDivergedBatch }: BothRuns): Conflict | undefined {
  const ends = ['complete', 'diverged'];
  if (!ends.includes(state) || !ends.includes(mineState)) return undefined;
  if (state === mineState && divergedBatch === mineDivergedBatch) return undefined;
  const inWords = (how: string, batch: number | null) => (batch === null ? how : `${how} at batch ${batch}`);
  return {
    runId: id,
    found: `it is ${inWords(state, divergedBatch)} there, ${inWords(mineState, mineDivergedBatch)} here`,
  };
}

function otherCheckpoint(storage: Storage, part: string, { id, mine }: BothRuns): Conflict | undefined {
  const batch = storage
    .prepare(
      `SELECT c.batch FROM ${part}."RunStage" p JOIN ${part}."Checkpoint" c ON c.stageId = p.stageId
      JOIN main."RunStage" q ON q.runId = @mine
      JOIN main."Checkpoint" d ON d.stageId = q.stageId AND d.batch = c.batch AND d.hash <> c.hash
      WHERE p.runId = @id LIMIT 1`,
    )
    .pluck()
    .get({ id, mine }) as number | undefined;
  return batch === undefined ? undefined : { runId: id, found: `its state after batch ${batch} is another one` };
}

/** Of the stages that were not compared by themselves. */
function otherPoints(storage: Storage, part: string, { id, mine, epsilon }: BothRuns): Conflict | undefined {
  const found = storage
    .prepare(
      `SELECT p.runId, n.name, v.batch, v.value, w.value AS mine FROM ${part}."RunStage" p
      CROSS JOIN temp."PartStage" t ON t.id = p.stageId AND NOT t.wasThere
      CROSS JOIN ${part}."Point" v ON v.stageId = p.stageId
      CROSS JOIN ${part}."Metric" n ON n.id = v.metricId AND (n.epsilon IS NULL OR n.epsilon = @epsilon)
      CROSS JOIN main."Metric" m ON m.name = n.name AND (m.epsilon IS NULL OR m.epsilon = @epsilon)
      CROSS JOIN main."RunStage" q ON q.runId = @mine
      CROSS JOIN main."Point" w ON w.stageId = q.stageId AND w.metricId = m.id AND w.batch = v.batch
      WHERE p.runId = @id AND w.value IS NOT v.value LIMIT 1`,
    )
    .get({ id, mine, epsilon }) as OtherPoint | undefined;
  return found && { runId: id, found: pointInWords(found) };
}

function toError(storage: Storage, { schema, storage: { file } }: Part, conflicts: readonly Conflict[]): OutsideError {
  const named = conflicts.slice(0, SHOWN).map(({ runId, found }) => {
    const { arm, seed, mine } = storage
      .prepare(
        `SELECT a.name AS arm, s.seed, r.mine FROM ${schema}."SweepRun" s
        JOIN ${schema}."Arm" a ON a.sweepId = s.sweepId AND a."index" = s.armIndex
        JOIN temp."PartRun" r ON r.id = s.runId WHERE s.runId = ? LIMIT 1`,
      )
      .get(runId) as { arm: string; seed: number; mine: number | null };
    const here = mine === null ? '' : `, ${runName(mine)} here`;
    return `${runName(runId)} (${printable(arm)}, seed ${seed}${here}): ${found}`;
  });
  const more = conflicts.length > SHOWN ? [`and ${conflicts.length - SHOWN} more runs`] : [];
  return new OutsideError(
    `Cannot merge database ${file} into ${storage.file}: what both have is not the same, and nothing was stored. ` +
      [...named, ...more].join('; '),
  );
}
