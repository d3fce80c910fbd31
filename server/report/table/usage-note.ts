import type { SweepResults, Usage } from '../../sweep/results.ts';
import { runsByArm } from '../curves/runs-by-arm.ts';
import { toDuration, toEnergy } from '../number-format.ts';

/**
 * How long training took, and where something was measured, what it used. An arm has taken what its own runs took from
 * batch 0 on; the whole has taken what was trained, so stages that arms share count once there.
 */
export function trainingTime(results: SweepResults): string[] {
  const { seconds, usage } = results;
  if (seconds === 0) return [];
  if (usage === null) return [`Training took ${toDuration(seconds)} in total.`];
  return [
    `Training took ${timeOfArms(results)}${toDuration(seconds)} in all, with what is shared counted once; ` +
      `${energyInWords(usage)}.`,
  ];
}

/** `18 min an arm (7 min to 26 min), ` of the arms whose runs are all complete. */
function timeOfArms(results: SweepResults): string {
  const complete = runsByArm(results).filter(
    (runs) => runs.length === results.seeds.length && runs.every(({ state }) => state === 'complete'),
  );
  if (complete.length === 0) return '';
  const times = complete.map((runs) => runs.reduce((total, { seconds }) => total + (seconds ?? 0), 0));
  const mean = times.reduce((total, time) => total + time, 0) / times.length;
  const [least, most] = [Math.min(...times), Math.max(...times)].map(toDuration);
  return `${toDuration(mean)} an arm${least === most ? '' : ` (${least} to ${most})`}, `;
}

/** From this share on something counts as measured all the time: the first sample of a card comes after its start. */
export const WHOLE = 0.95;

function energyInWords({ energy }: Usage): string {
  if (energy === null) return 'energy not measured';
  const { joules, share } = energy;
  const over = share >= WHOLE ? 'in all' : `over ${Math.round(100 * share)} % of this time`;
  return `${toEnergy(joules)} ${over} by nvidia-smi`;
}
