import { neededSeeds } from '../statistics/needed-seeds.ts';
import { standardDeviation } from '../statistics/moments.ts';
import type { JudgedArm } from './compare-arms.ts';
import { secondsOfRun, type Facts } from './facts.ts';
import { IMPORTED } from '../../sweep/imported-engine.ts';
import type { NextStep } from './verdict.ts';

/** A confirmation has an even number of seeds, and at least these. */
const CONFIRMATION_SEEDS = 12;

type Step = Pick<NextStep, 'action' | 'text'> & Partial<NextStep>;

export function step(facts: Facts, { runs = 0, ...rest }: Step & { runs?: number }): NextStep {
  const perRun = secondsOfRun(facts);
  if (isImported(facts)) return elsewhere(rest);
  return {
    arm: null,
    seeds: null,
    again: false,
    seconds: runs === 0 || perRun === null ? null : perRun * runs,
    ...rest,
  };
}

function isImported({ results: { runs } }: Facts): boolean {
  return runs.length > 0 && runs.every(({ engine, state }) => engine === IMPORTED || state === 'waiting');
}

/** Cosweep cannot train what was trained elsewhere. */
function elsewhere({ action, text, arm = null, seeds = null }: Step): NextStep {
  const step = { arm, seeds, again: false, seconds: null };
  if (action === 'report' || action === 'end' || action === 'wait') return { ...step, action, text };
  const again =
    action === 'addControl'
      ? 'say what the controls have, and import again with --control'
      : `${text.replace('clone the sweep', 'train arms')} where the others were trained, and import the results again`;
  return { ...step, action: 'import', text: again };
}

/** Confirm an arm on fresh seeds: enough for the difference that it may have, by what the other seeds chose. */
export function confirmStep(facts: Facts, { index, name }: JudgedArm, seeds = CONFIRMATION_SEEDS): NextStep {
  return step(facts, {
    action: 'confirm',
    text: `confirm ${name} on ${seeds} fresh seeds`,
    arm: index,
    seeds,
    runs: 2 * seeds,
  });
}

/**
 * How many fresh seeds a confirmation of the arm needs for δ, or for the difference that its choice on the other seeds
 * showed; null where no number that anybody trains is enough.
 */
export function seedsToConfirm(facts: Facts, arm: JudgedArm, smallestEffect: number | null): number | null {
  const { mean } = arm.change!;
  // A difference of the other sign than the arm's is none that could be confirmed.
  const expected = facts.chosen === null ? Math.abs(mean) : Math.sign(mean) * facts.chosen;
  const needed = neededSeeds([...arm.differences.values()], smallestEffect ?? expected);
  if (needed === null) return CONFIRMATION_SEEDS;
  if (typeof needed !== 'number') return null;
  return Math.max(CONFIRMATION_SEEDS, needed + (needed % 2));
}

/** How many seeds a sweep should have in all. */
export function seedsToExtend(arm: JudgedArm, smallestEffect: number | null): number {
  const differences = [...arm.differences.values()];
  if (standardDeviation(differences) === null) return CONFIRMATION_SEEDS;
  const needed = neededSeeds(differences, smallestEffect ?? Math.abs(arm.change!.mean));
  return Math.max(CONFIRMATION_SEEDS, typeof needed === 'number' ? needed : 0);
}
