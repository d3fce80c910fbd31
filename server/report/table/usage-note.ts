import type { RunResult, SweepResults } from '../../sweep/results.ts';
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
  const arms = completeArms(results);
  const hours = ofArms(arms, ({ seconds }) => seconds ?? 0, toDuration);
  return [
    `Training took ${hours}${toDuration(seconds)} in all, with what is shared counted once; ` +
      `${energyInWords(usage.energy, arms)}.`,
  ];
}

/** The runs of each arm whose runs are all complete. */
function completeArms(results: SweepResults): RunResult[][] {
  return runsByArm(results).filter(
    (runs) => runs.length === results.seeds.length && runs.every(({ state }) => state === 'complete'),
  );
}

/** `18 min an arm (7 min to 26 min), `; nothing where there is no arm. */
function ofArms(
  arms: readonly RunResult[][],
  amountOf: (run: RunResult) => number,
  toText: (amount: number) => string,
): string {
  if (arms.length === 0) return '';
  const amounts = arms.map((runs) => runs.reduce((total, run) => total + amountOf(run), 0));
  const mean = amounts.reduce((total, amount) => total + amount, 0) / amounts.length;
  const [least, most] = [Math.min(...amounts), Math.max(...amounts)].map(toText);
  return `${toText(mean)} an arm${least === most ? '' : ` (${least} to ${most})`}, `;
}

/** From this share on something counts as measured all the time: the first sample of a card comes after its start. */
export const WHOLE = 0.95;

/** Energies of arms are said where those of all of them are known: else the arms would differ by what was measured. */
function energyInWords(energy: NonNullable<SweepResults['usage']>['energy'], arms: readonly RunResult[][]): string {
  if (energy === null) return 'energy not measured';
  const { joules, share } = energy;
  const areMeasured = arms.flat().every((run) => (run.energy?.share ?? 0) >= WHOLE);
  const each = areMeasured ? ofArms(arms, (run) => run.energy!.joules, toEnergy) : '';
  const over = share >= WHOLE ? 'in all' : `over ${Math.round(100 * share)} % of this time`;
  return `${each}${toEnergy(joules)} ${over} by nvidia-smi`;
}
