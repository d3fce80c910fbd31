import { armsToPromote } from '../../report/verdict/arms-to-promote.ts';
import { queueSweep } from '../../store/sweeps/queue-sweep.ts';
import { readSweep } from '../../store/reading/read-sweep.ts';
import type { Storage } from '../../store/database/storage.ts';
import { freshSeeds } from '../../sweep/definition/confirm-definition.ts';
import { promoteDefinition } from '../../sweep/definition/promote-definition.ts';
import type { PlanAction } from './plan-action.ts';
import type { SweepResults } from '../../sweep/results.ts';
import { UserError } from '../../sweep/user-error.ts';
import { usedSeeds } from './used-seeds.ts';
import { readVerdict, smallestEffectOf } from './verdict.ts';

export interface Promotion {
  /** How many arms go on; default: a quarter, at most five. */
  arms: number | null;
  /** How many fresh seeds. */
  seeds: number;
  /** Default: the sweep's own. */
  engine: string | null;
}

/**
 * Stores the best arms of a screening and their controls, on fresh seeds, as a queued sweep of its own. What the
 * screening measured is not carried over: the arms were chosen by it.
 *
 * @param read reads the results of the screening
 * @returns the number of the new sweep
 * @throws UserError where no arm has a difference to its control
 */
export async function queuePromotion(
  storage: Storage,
  sweepId: number,
  wanted: Promotion,
  plan: PlanAction,
  read?: (metrics: string[]) => SweepResults,
): Promise<number> {
  const sweep = (await readSweep(storage, sweepId))!;
  const chosen = armsToPromote(await readVerdict(storage, sweep, {}, read), wanted.arms ?? undefined);
  if (chosen.length === 0)
    throw new UserError(
      `Cannot promote arms of ${sweep.id} ${sweep.name}: found no arm with a difference to its control, ` +
        'wanted at least one complete pair',
    );
  const arms = chosen.map((index) => sweep.armList[index]!);
  const definition = promoteDefinition({
    sweep: sweep.name,
    arms,
    controls: arms.map(({ controlIndex }) => sweep.armList[controlIndex!]!),
    metric: sweep.metric,
    smallestEffect: smallestEffectOf(sweep, sweep.metric.name),
    metrics: sweep.plan.metrics ?? [],
    seeds: freshSeeds(usedSeeds(storage, sweep, arms), wanted.seeds),
  });
  return queueSweep(storage, {
    definition,
    definitionPath: null,
    folder: sweep.folder,
    plan: await plan(definition, sweep.folder, sweep.engine),
    engine: wanted.engine ?? sweep.engine,
    share: true,
  }).sweepId;
}
