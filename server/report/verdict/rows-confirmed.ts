import { smallestP } from '../../sweep/plan/smallest-p.ts';
import { toPValue } from '../number-format.ts';
import type { JudgedArm } from './compare-arms.ts';
import type { Confirmation } from './confirmations.ts';
import type { Decision, Question } from './decision.ts';
import { bestOf, type Facts } from './facts.ts';
import { confirmStep, step } from './next-steps.ts';
import { capital, plain, reportStep, unstable } from './sentence-parts.ts';
import type { Words } from './words.ts';

export function confirmed(question: Question, words: Words): Decision | null {
  const { facts, confirmations } = question;
  const found = confirmations.filter(({ state }) => state === 'confirmed');
  if (found.length === 0) return null;
  const sign = facts.metric.goal === 'maximize' ? 1 : -1;
  const [best, ...others] = [...found].sort((a, b) => sign * (b.difference!.mean - a.difference!.mean));
  const arm = facts.arms[best!.arm]!;
  const difference = best!.difference!;
  const listed = [
    ...list('also confirmed', others, facts),
    ...list(
      'not confirmed',
      confirmations.filter(({ state }) => state !== 'confirmed' && state !== 'pending'),
      facts,
    ),
  ];
  return {
    case: 'confirmed',
    sentence:
      `Confirmed: ${arm.name} is ${words.direction(difference.mean)}: ${words.change(difference)}, ` +
      `p = ${toPValue(best!.p!, floorOf(best!))}, ${best!.complete} fresh seeds, ${partOf(best!)}.` +
      `${inSweep(arm, facts, words)}${listed.map((text) => ` ${text}.`).join('')}${unstable(arm)}`,
    short: `Confirmed: ${arm.name} ${words.change(difference)}`,
    next: step(facts, { action: 'report', text: 'write the report, or try another data set', arm: arm.index }),
    arm: arm.index,
  };
}

const STATE_WORDS = {
  contradicted: 'Contradicted',
  'ruled out': 'Ruled out',
  'not confirmed': 'Not confirmed',
  undecided: 'Undecided',
} as const;

export function notConfirmed(question: Question, words: Words): Decision | null {
  const { facts, confirmations, smallestEffect } = question;
  const found = confirmations.filter(({ state }) => state !== 'pending');
  const last = found.at(-1);
  if (last === undefined) return null;
  const state = last.state as keyof typeof STATE_WORDS;
  const arm = facts.arms[last.arm]!;
  const { difference, p } = last;
  const test = p === null ? 'no p' : `p = ${toPValue(p, floorOf(last))}`;
  const numbers =
    difference === null
      ? 'no pair is complete'
      : `${words.change(difference)}, ${test}, ${last.complete} fresh seeds, ${partOf(last)}`;
  const own =
    arm.change === null ? '' : ` The sweep’s ${words.change(plain(arm))} was the best of ${facts.family.length}.`;
  const more =
    state === 'contradicted'
      ? ` It is ${words.direction(difference!.mean)}.`
      : state === 'ruled out'
        ? ` Smaller than ${words.given(smallestEffect!)}.`
        : '';
  const tried = new Set(confirmations.map((each) => each.arm));
  const other = bestOf(
    facts.better.filter(({ index }) => !tried.has(index)),
    facts.metric.goal,
  );
  const isOver = state === 'ruled out' || state === 'contradicted';
  const attempt = last.sweepIds.length + 1;
  return {
    case: 'notConfirmed',
    sentence: `${STATE_WORDS[state]}: ${arm.name} ${numbers}.${more}${own}${unstable(arm)}`,
    short: `${STATE_WORDS[state]}: ${arm.name}${difference === null ? '' : ` ${words.change(difference)}`}`,
    next: !isOver
      ? step(facts, {
          action: 'confirm',
          text: `confirm ${arm.name} on more seeds (attempt ${attempt}: p × ${attempt})`,
          arm: arm.index,
          seeds: 2 * last.planned,
          again: true,
          runs: 4 * last.planned,
        })
      : other !== null
        ? confirmStep(facts, other)
        : reportStep(facts),
    arm: arm.index,
  };
}

/** The smallest p that so many fresh seeds and attempts allow. */
function floorOf({ complete, sweepIds }: Confirmation): number {
  return sweepIds.length * smallestP(complete, 1).maxT;
}

function inSweep(arm: JudgedArm, { family }: Facts, words: Words): string {
  return arm.change === null ? '' : ` (In the sweep ${words.change(plain(arm))}, best of ${family.length}.)`;
}

function list(title: string, confirmations: readonly Confirmation[], { arms }: Facts): string[] {
  return confirmations.length === 0
    ? []
    : [`${capital(title)}: ${confirmations.map(({ arm }) => arms[arm]!.name).join(', ')}`];
}

function partOf({ part }: Confirmation): string {
  return part === 'test' ? 'test part' : 'validation part: the images are those on which the arm was chosen';
}
