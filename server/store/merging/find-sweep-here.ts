import { computationOf } from '../../sweep/arm-computation.ts';
import { partOf } from '../../sweep/definition/part.ts';
import { differenceOfArms } from '../../sweep/plan/plan-difference.ts';
import type { PlanRest } from '../../sweep/plan/whole-plan.ts';
import { printable } from '../../sweep/printable.ts';
import { UserError } from '../../sweep/user-error.ts';
import { sweepName } from '../database/ids.ts';
import type { Storage } from '../database/storage.ts';
import { readArms } from '../reading/read-arms.ts';
import type { IncomingSweep } from './incoming-sweep.ts';
import type { Part } from './part.ts';

/**
 * @returns the sweep here that has all arms and seeds of the other one; null where there is none
 * @throws {UserError} where parts of one sweep do not fit together
 */
export function findSweepHere(storage: Storage, part: Part, sweep: IncomingSweep): number | null {
  const candidates = storage
    .prepare('SELECT id, engine, share, planHash, plan, definition FROM main."Sweep" WHERE definedName = ? ORDER BY id')
    .all(sweep.definedName) as Candidate[];
  if (sweep.isPart) refuseIntoPart(storage, part, sweep, candidates);
  const found = candidates.filter((candidate) => has(storage, candidate, sweep));
  const alike = found.find(
    ({ engine, share }) =>
      (share === 1) === sweep.share && (engine === null || sweep.engine === null || engine === sweep.engine),
  );
  if (alike !== undefined) return alike.id;
  if (!sweep.isPart) return null;
  const [ofAnotherEngine] = found;
  if (ofAnotherEngine !== undefined) throw otherEngine(storage, part, sweep, ofAnotherEngine);
  const ofOneSplit = candidates.find(({ planHash }) => planHash === sweep.plan.planHash);
  if (ofOneSplit !== undefined) throw otherArms(storage, part, sweep, ofOneSplit);
  return null;
}

interface Candidate {
  id: number;
  engine: string | null;
  share: number;
  planHash: string;
  plan: string;
  definition: string;
}

/** A part has the definition of a part: it cannot become the whole. */
function refuseIntoPart(
  { file }: Storage,
  { storage: other }: Part,
  { name, plan }: IncomingSweep,
  candidates: readonly Candidate[],
): void {
  for (const { id, definition } of candidates) {
    const found = partOf(definition)?.part;
    if (found?.planHash === plan.planHash)
      throw new UserError(
        `Cannot merge database ${other.file} into ${file}: ${sweepName(id)} there is itself part ${found.number} of ` +
          `${found.parts} of ${printable(name)}; wanted a new file that gets all parts (\`cosweep merge NEW PART…\`)`,
      );
  }
}

function has(storage: Storage, { id, plan }: Candidate, sweep: IncomingSweep): boolean {
  const seeds = new Set((JSON.parse(plan) as PlanRest).seeds);
  const arms = new Set(readArms(storage, id).map(computationOf));
  return sweep.plan.seeds.every((seed) => seeds.has(seed)) && sweep.computations.every((arm) => arms.has(arm));
}

function otherEngine(storage: Storage, part: Part, sweep: IncomingSweep, { id, engine, share }: Candidate): UserError {
  const how = (trained: string | null, isShared: boolean) =>
    `${trained ?? 'any engine'}${isShared ? '' : ' (--no-share)'}`;
  return new UserError(
    `Cannot merge database ${part.storage.file}: its part of ${printable(sweep.name)} was trained on ` +
      `${how(sweep.engine, sweep.share)}, and ${sweepName(id)} of ${storage.file} on ${how(engine, share === 1)}; ` +
      'wanted all parts of a sweep trained in the same way (`cosweep run` with the same --engine)',
  );
}

/** One definition was planned in two ways: by two versions, or on data of two sizes. */
function otherArms(storage: Storage, part: Part, sweep: IncomingSweep, { id }: Candidate): UserError {
  const stored = readArms(storage, id);
  const known = new Set(stored.map(computationOf));
  const first = sweep.arms.find((_, index) => !known.has(sweep.computations[index]!));
  const before = first && stored[first.index];
  const found =
    first === undefined
      ? 'has other seeds'
      : `has another arm ${printable(first.name)}` +
        (before === undefined ? '' : ` (${printable(differenceOfArms(before, first))})`);
  return new UserError(
    `Cannot merge database ${part.storage.file}: its part of ${printable(sweep.name)} ${found} than ` +
      `${sweepName(id)} of ${storage.file}; ` +
      'wanted all parts planned alike, by one version of Cosweep and on the same data',
  );
}
