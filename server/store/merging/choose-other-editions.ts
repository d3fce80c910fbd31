import type { Storage } from '../database/storage.ts';

/**
 * What a part computed with other bits than those that are stored here is another edition here. A seed belongs to one
 * class of bits: all runs that a sweep has of it go together, and so do all that share a stage or a key.
 *
 * @returns how many runs are of another edition than in the part
 */
export function chooseOtherEditions(storage: Storage, part: string): number {
  let groups: Map<number, Set<number>> | null = null;
  const moved = new Set<number>();
  for (;;) {
    const clashing = clashingRuns(storage, part);
    if (clashing.length === 0) return moved.size;
    groups ??= groupsOf(storage, part);
    const runs = new Set(clashing.flatMap((runId) => [...groups!.get(runId)!]));
    raiseEditions(storage, part, runs);
    for (const runId of runs) moved.add(runId);
  }
}

/** Runs of the part that have the key and the edition of a run, or of a stage, that was computed with other bits. */
function clashingRuns(storage: Storage, part: string): number[] {
  return storage
    .prepare(
      `SELECT r.id FROM temp."PartRun" r JOIN main."Run" m ON m.key = r.key AND m.edition = r.edition
      WHERE EXISTS (
        SELECT 1 FROM ${part}."RunStage" p JOIN ${part}."Stage" s ON s.id = p.stageId AND s.batch > s.fromBatch
        JOIN main."RunStage" q ON q.runId = m.id
        JOIN main."Stage" g ON g.id = q.stageId AND g.batch > g.fromBatch AND g.bits <> s.bits
        WHERE p.runId = r.id)
      UNION SELECT p.runId FROM temp."PartStage" t
      JOIN ${part}."Stage" s ON s.id = t.id AND s.batch > s.fromBatch
      JOIN main."Stage" g ON g.key = t.key AND g.edition = t.edition AND g.batch > g.fromBatch AND g.bits <> s.bits
      JOIN ${part}."RunStage" p ON p.stageId = t.id JOIN temp."PartRun" r ON r.id = p.runId`,
    )
    .pluck()
    .all() as number[];
}

/** Every run of the part with the runs that it has to stay together with, itself among them. */
function groupsOf(storage: Storage, part: string): Map<number, Set<number>> {
  const bonds = storage
    .prepare(
      `SELECT r.id AS runId, 'key ' || r.key AS bond FROM temp."PartRun" r
      UNION ALL SELECT r.id, 'stage ' || p.stageId FROM temp."PartRun" r JOIN ${part}."RunStage" p ON p.runId = r.id
      UNION ALL SELECT r.id, 'seed ' || s.sweepId || ' ' || s.seed
        FROM temp."PartRun" r JOIN ${part}."SweepRun" s ON s.runId = r.id
      ORDER BY bond`,
    )
    .all() as { runId: number; bond: string }[];
  const groups = new Map<number, Set<number>>();
  const groupOf = (runId: number): Set<number> => {
    const known = groups.get(runId) ?? new Set([runId]);
    groups.set(runId, known);
    return known;
  };
  for (const [i, { runId, bond }] of bonds.entries()) {
    const before = bonds[i - 1];
    const own = groupOf(runId);
    if (before?.bond !== bond) continue;
    const others = groupOf(before.runId);
    if (others === own) continue;
    const [small, large] = own.size < others.size ? [own, others] : [others, own];
    for (const each of small) {
      large.add(each);
      groups.set(each, large);
    }
  }
  return groups;
}

function raiseEditions(storage: Storage, part: string, runs: ReadonlySet<number>): void {
  const ids = JSON.stringify([...runs]);
  storage
    .prepare(`UPDATE temp."PartRun" SET edition = edition + 1 WHERE id IN (SELECT value FROM json_each(?))`)
    .run(ids);
  storage
    .prepare(
      `UPDATE temp."PartStage" SET edition = edition + 1 WHERE id IN (
        SELECT stageId FROM ${part}."RunStage" WHERE runId IN (SELECT value FROM json_each(?)))`,
    )
    .run(ids);
}
