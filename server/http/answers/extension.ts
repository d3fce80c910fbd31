import { listConfirmations, readSeeds } from '../../store/reading/list-confirmations.ts';
import { readGrowth } from '../../store/reading/read-growth.ts';
import { readPace } from '../../store/reading/read-pace.ts';
import { readSweep, type SweepRecord } from '../../store/reading/read-sweep.ts';
import { parseSweepId, sweepName } from '../../store/database/ids.ts';
import type { Storage } from '../../store/database/storage.ts';
import { extendSweep } from '../../store/sweeps/extend-sweep.ts';
import type { Arm, ParamValue } from '../../sweep/arm.ts';
import { parseConfirmKey } from '../../sweep/definition/confirm-key.ts';
import { extendDefinition, moreSeeds } from '../../sweep/definition/extend-definition.ts';
import { extendPlan } from '../../sweep/plan/extend-plan.ts';
import type { Plan } from '../../sweep/plan/plan.ts';
import { batchesOf, buildStageTree } from '../../sweep/stage-tree.ts';
import { UserError } from '../../sweep/user-error.ts';
import type { PlanAction } from './plan-action.ts';
import type { ExtensionPlan } from '../schemas/extend.ts';

/** What is to be added to a sweep. */
export interface Addition {
  /** How many seeds in all; null: as many as there are. */
  seeds: number | null;
  /** Further values by the name of their parameter. */
  values: Record<string, ParamValue[]>;
  /** The text of a changed definition instead, which still has all arms and seeds; null: the stored one. */
  definition: string | null;
}

interface Extended {
  sweep: SweepRecord;
  definition: string;
  plan: Plan;
}

/** What an addition to a sweep would train, before anything is changed. */
export async function planExtension(
  storage: Storage,
  sweepId: number,
  addition: Addition,
  makePlan: PlanAction,
): Promise<ExtensionPlan> {
  const { sweep, plan } = await extended(storage, sweepId, addition, makePlan);
  const seeds = sweep.plan.seeds.length;
  const batches = batchesOfSeed(plan.arms, sweep) * plan.seeds.length - batchesOfSeed(sweep.armList, sweep) * seeds;
  const pace = readPace(storage, sweepId);
  const { complete, diverged } = sweep.counts;
  return {
    id: sweep.id,
    name: sweep.name,
    arms: { before: sweep.armList.length, after: plan.arms.length },
    seeds: { before: seeds, after: plan.seeds.length },
    runs: { stored: complete + diverged, before: sweep.armList.length * seeds, after: plan.runs.length },
    newArms: plan.arms.slice(sweep.armList.length).map(({ name }) => name),
    newSeeds: plan.seeds.filter((seed) => !sweep.plan.seeds.includes(seed)),
    batches,
    seconds: pace === null ? null : pace * batches,
    looks: new Set([...readGrowth(storage, sweepId).looks, ...lookNow(sweep), plan.seeds.length]).size,
  };
}

function batchesOfSeed(arms: readonly Arm[], { share }: SweepRecord): number {
  return share ? batchesOf(buildStageTree(arms)) : arms.reduce((sum, { training }) => sum + training.batches, 0);
}

/** Adds seeds or arms to a sweep, which is queued then. */
export async function queueExtension(
  storage: Storage,
  sweepId: number,
  { engine, ...addition }: Addition & { engine: string | null },
  makePlan: PlanAction,
): Promise<void> {
  const { sweep, definition, plan } = await extended(storage, sweepId, addition, makePlan);
  extendSweep(storage, sweepId, { definition, plan, extends: sweep.planHash, engine });
}

async function extended(
  storage: Storage,
  sweepId: number,
  { seeds: count, values, definition }: Addition,
  makePlan: PlanAction,
): Promise<Extended> {
  const sweep = (await readSweep(storage, sweepId))!;
  const { id, plan: stored, armList: arms, metric } = sweep;
  const fresh = await confirmedOn(storage, sweep);
  const seeds = count === null ? null : wantedSeeds(sweep, count, fresh);
  const text = extendDefinition(id, definition ?? sweep.definition, { seeds, values });
  const made = await makePlan(text, sweep.folder, sweep.engine);
  const plan = extendPlan({ sweep: id, arms, seeds: stored.seeds, metric }, made);
  const taken = plan.seeds.filter((seed) => !stored.seeds.includes(seed) && fresh.includes(seed));
  if (taken.length > 0)
    throw new UserError(
      `Cannot extend ${id} by seed ${taken[0]}: a confirmation of it is trained on that seed, ` +
        'and tells something only of seeds that the sweep has not seen; wanted other seeds',
    );
  return { sweep, definition: text, plan };
}

function wantedSeeds({ id, plan }: SweepRecord, count: number, taken: readonly number[]): number[] {
  if (count < plan.seeds.length)
    throw new UserError(`Cannot extend ${id} to ${count} seeds: it has ${plan.seeds.length}, wanted at least as many`);
  return moreSeeds(plan.seeds, count, taken);
}

/** Every seed that a confirmation of the sweep is trained on. */
async function confirmedOn(storage: Storage, { id, definitionPath }: SweepRecord): Promise<number[]> {
  if (parseConfirmKey(definitionPath) !== null)
    throw new UserError(
      `Cannot extend ${id}: it confirms an arm, with one test on the seeds that it has; ` +
        '`cosweep confirm --again` makes another attempt',
    );
  const confirmations = new Set(listConfirmations(storage, parseSweepId(id)!).map((each) => each.id));
  return readSeeds(storage).flatMap((each) => (confirmations.has(sweepName(each.id)) ? each.seeds : []));
}

/** The number of seeds that a complete sweep shows its p-values for by now. */
function lookNow({ counts, plan }: SweepRecord): number[] {
  return counts.waiting + counts.running + counts.cancelled === 0 ? [plan.seeds.length] : [];
}
