import { dirname, resolve } from 'node:path';
import type { Arm } from '../../sweep/arm.ts';
import { computationOf } from '../../sweep/arm-computation.ts';
import { partOf } from '../../sweep/definition/part.ts';
import { type PlanRest, wholePlan } from '../../sweep/plan/whole-plan.ts';
import { printable } from '../../sweep/printable.ts';
import { UserError } from '../../sweep/user-error.ts';
import type { Storage } from '../database/storage.ts';
import { sweepName } from '../database/ids.ts';
import type { Part } from './part.ts';

/** A sweep of a part, as it is to be here: of a part that `split` has made, the whole sweep. */
export interface IncomingSweep {
  /** Its id in the part. */
  theirs: number;
  /** Whether it is one of several parts of a sweep. */
  isPart: boolean;
  name: string;
  definedName: string;
  definition: string;
  definitionPath: string | null;
  plan: PlanRest;
  engine: string | null;
  share: boolean;
  arms: Arm[];
  /** By the arm's index: what it computes. */
  computations: string[];
}

interface Row {
  id: number;
  name: string;
  definedName: string;
  definition: string;
  definitionPath: string | null;
  plan: string;
  planHash: string;
  engine: string | null;
  share: number;
}

/** Every sweep of a part, in order. */
export function incomingSweeps(storage: Storage, part: Part): IncomingSweep[] {
  const rows = storage
    .prepare(
      `SELECT id, name, definedName, definition, definitionPath, plan, planHash, engine, share
      FROM ${part.schema}."Sweep" ORDER BY id`,
    )
    .all() as Row[];
  return rows.map((row) => toIncoming(storage, part, row));
}

function toIncoming(storage: Storage, part: Part, { id, share, plan: stored, planHash, ...rest }: Row): IncomingSweep {
  const arms = storage
    .prepare(`SELECT settings FROM ${part.schema}."Arm" WHERE sweepId = ? ORDER BY "index"`)
    .pluck()
    .all(id)
    .map((settings) => JSON.parse(settings as string) as Arm);
  const plan = { ...(JSON.parse(stored) as PlanRest), planHash };
  const whole = wholeOf(part, { id, ...rest }, plan, arms);
  const computations = arms.map(computationOf);
  return { theirs: id, ...rest, plan, isPart: whole !== null, share: share === 1, arms, computations, ...whole };
}

type Whole = Pick<IncomingSweep, 'definition' | 'definitionPath' | 'plan'>;

/** @returns null where the sweep is no part of another one */
function wholeOf(
  source: Part,
  { id, definition, definitionPath }: Pick<Row, 'id' | 'definition' | 'definitionPath'>,
  plan: PlanRest,
  arms: readonly Arm[],
): Whole | null {
  const found = partOf(definition);
  if (found === null) return null;
  const { part, seeds, whole } = found;
  const added = plan.seeds.filter((seed) => !seeds.includes(seed));
  if (added.length > 0)
    throw new UserError(
      `Cannot merge ${sweepName(id)} of ${source.storage.file}: it is a part of ${part.of}, which has no ` +
        `seed ${added[0]}; extend the whole sweep once its parts are merged`,
    );
  refuseAddedArms(source, id, part.of, arms);
  const rows = arms.filter(({ controlIndex }) => controlIndex !== null).length;
  return {
    definition: whole,
    definitionPath: definitionPath === null ? null : resolve(dirname(definitionPath), part.of),
    plan: wholePlan(plan, { seeds, planHash: part.planHash, rows }),
  };
}

/** The other parts have no runs of arms that were added to one of them. */
function refuseAddedArms({ storage }: Part, id: number, of: string, arms: readonly Arm[]): void {
  const before = storage.prepare('SELECT min(arms) FROM "Extension" WHERE sweepId = ?').pluck().get(id) as
    number | null;
  const added = before === null ? undefined : arms[before];
  if (added === undefined) return;
  throw new UserError(
    `Cannot merge ${sweepName(id)} of ${storage.file}: it is a part of ${of}, and the arm ${printable(added.name)} ` +
      'was added to this part alone; extend the whole sweep once its parts are merged',
  );
}
