import { buildConfirmReport, metricsOfConfirmation, type ConfirmReport } from '../../report/confirm/confirm-report.ts';
import { parseSweepId } from '../../store/database/ids.ts';
import { queueSweep } from '../../store/sweeps/queue-sweep.ts';
import { listConfirmations } from '../../store/reading/list-confirmations.ts';
import { readArms } from '../../store/reading/read-arms.ts';
import { readResults } from '../../store/reading/read-results.ts';
import { readSweep, type SweepRecord } from '../../store/reading/read-sweep.ts';
import type { Storage } from '../../store/database/storage.ts';
import type { Arm } from '../../sweep/arm.ts';
import { armToConfirm, confirmDefinition, freshSeeds } from '../../sweep/definition/confirm-definition.ts';
import { confirmKey, parseConfirmKey } from '../../sweep/definition/confirm-key.ts';
import type { PlanAction } from './plan-action.ts';
import { usedSeeds } from './used-seeds.ts';

export interface Confirmation {
  /** The index of the arm, or the index or name that a user wrote. */
  arm: string | number;
  /** How many fresh seeds. */
  seeds: number;
  /** Default: the sweep's own. */
  metric: string | null;
  /** Default: the sweep's own. */
  engine: string | null;
  /** True: where the arm was confirmed before, another attempt on seeds of its own. */
  again?: boolean;
}

/**
 * Stores an arm of a sweep and its control, on fresh seeds, as a queued sweep of its own. Asking again for the same
 * arm gives the same sweep, which keeps its seeds once it has begun, unless another attempt is asked for.
 *
 * @returns the number of the sweep that confirms
 */
export async function queueConfirmation(
  storage: Storage,
  sweepId: number,
  wanted: Confirmation,
  plan: PlanAction,
): Promise<number> {
  const sweep = (await readSweep(storage, sweepId))!;
  const metric =
    wanted.metric === null || wanted.metric === sweep.metric.name
      ? sweep.metric
      : { name: wanted.metric, goal: undefined };
  metricsOfConfirmation(metric.name, sweep.plan.metrics);
  const arm = armToConfirm(sweep.name, sweep.armList, wanted.arm);
  const attempts = await attemptsAt(storage, sweep, arm);
  const attempt = Math.max(1, attempts.length + (wanted.again === true ? 1 : 0));
  const known = attempts[attempt - 1];
  const isBegun = known !== undefined && known.batches > 0;
  const definition = confirmDefinition({
    sweep: sweep.name,
    arm,
    control: sweep.armList[arm.controlIndex!]!,
    metric,
    metrics: sweep.plan.metrics ?? [],
    seeds: isBegun ? known.plan.seeds : freshSeeds(usedSeeds(storage, sweep, [arm], known?.id), wanted.seeds),
  });
  return queueSweep(storage, {
    definition,
    definitionPath: confirmKey(sweep.id, arm, attempt),
    folder: sweep.folder,
    plan: await plan(definition, sweep.folder, sweep.engine),
    engine: wanted.engine ?? sweep.engine,
    share: true,
  }).sweepId;
}

/** The sweeps that confirm an arm, oldest first. */
async function attemptsAt(storage: Storage, { id }: SweepRecord, arm: Arm): Promise<SweepRecord[]> {
  const attempts: SweepRecord[] = [];
  for (const each of listConfirmations(storage, parseSweepId(id)!)) {
    const sweep = (await readSweep(storage, parseSweepId(each.id)!))!;
    if (parseConfirmKey(sweep.definitionPath)!.isArm(arm)) attempts.push(sweep);
  }
  return attempts;
}

/** What a confirmation says by now; null for a sweep that confirms nothing. */
export async function readConfirmation(storage: Storage, sweepId: number): Promise<ConfirmReport | null> {
  const sweep = (await readSweep(storage, sweepId))!;
  const confirms = readConfirmed(storage, sweep);
  if (confirms === null) return null;
  const { metric } = sweep;
  const { test, validation } = metricsOfConfirmation(metric.name, sweep.plan.metrics);
  return buildConfirmReport(
    readResults(storage, sweepId, [test, validation], { confusion: false })!,
    metric.name,
    confirms,
  );
}

/**
 * The sweep and the arm that a sweep confirms; null for a sweep that confirms nothing. The arm is null if the confirmed
 * sweep no longer has it.
 */
export function readConfirmed(
  storage: Storage,
  { definitionPath }: Pick<SweepRecord, 'definitionPath'>,
): { sweep: string; arm: number | null } | null {
  const key = parseConfirmKey(definitionPath);
  if (key === null) return null;
  const arms = readArms(storage, parseSweepId(key.sweep)!);
  return { sweep: key.sweep, arm: arms.find(key.isArm)?.index ?? null };
}
