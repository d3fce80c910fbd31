import { smallestP } from '../../sweep/plan/smallest-p.ts';
import { symbolOf } from '../../sweep/parameter-names.ts';
import { plural, toPValue } from '../number-format.ts';
import { isSignificant } from '../table/family.ts';
import type { JudgedArm } from './compare-arms.ts';
import type { Decision, Question } from './decision.ts';
import { againstBestWithout, bestOf, largestBound, largestOf, separatingFactor, type Facts } from './facts.ts';
import { confirmStep, seedsToConfirm, step } from './next-steps.ts';
import { capital, reportStep, unstable } from './sentence-parts.ts';
import type { Words } from './words.ts';

export function bothWays(question: Question, words: Words): Decision | null {
  const { facts } = question;
  const { better, worse, family, metric } = facts;
  if (better.length === 0 || worse.length === 0) return null;
  const best = bestOf(better, metric.goal)!;
  const worst = bestOf(worse, metric.goal === 'maximize' ? 'minimize' : 'maximize')!;
  const factor = separatingFactor(facts);
  const separates = factor === null ? '' : ` ${symbolOf(factor)} separates them.`;
  return withPending(question, words, best, {
    case: 'bothWays',
    sentence:
      `It depends: ${numberOf(better, family)} better ` +
      `(best ${best.name} ${words.change(best.change!)}), ${worse.length} worse ` +
      `(worst ${worst.name} ${words.change(worst.change!)}).${separates}${overallOf(facts, words)}`,
    short: `It depends: ${best.name} ${words.change(best.change!)}`,
    next: confirmStep(facts, best),
    arm: best.index,
  });
}

export function someBetter(question: Question, words: Words): Decision | null {
  const { facts } = question;
  const { better, family, metric } = facts;
  const best = bestOf(better, metric.goal);
  if (best === null) return null;
  const { pMaxT, n } = best.row.difference!;
  return withPending(question, words, best, {
    case: 'better',
    sentence:
      `${best.name} is ${words.direction(best.change!.mean)} in this sweep: ${words.change(best.change!)}, ` +
      `p = ${toPValue(pMaxT!, floorOf(best, facts))}, n = ${n}` +
      `${family.length === 1 ? '' : `; ${numberOf(better, family)}`}.` +
      `${bestOfSeveral(best, facts, words)} Not yet confirmed.${overallOf(facts, words)}`,
    short: `${best.name} is ${words.direction(best.change!.mean)}: ${words.change(best.change!)}, not yet confirmed`,
    next: confirmStep(facts, best),
    arm: best.index,
  });
}

export function onlyWorse(question: Question, words: Words): Decision | null {
  const { facts } = question;
  const { worse, family, metric } = facts;
  const worst = bestOf(worse, metric.goal === 'maximize' ? 'minimize' : 'maximize');
  if (worst === null) return null;
  return withPending(question, words, worst, {
    case: 'worse',
    sentence:
      `The phase hurts: ${numberOf(worse, family)} ` +
      `${words.direction(worst.change!.mean)}, worst ${worst.name} ${words.change(worst.change!)}; none better.` +
      overallOf(facts, words),
    short: `The phase hurts: ${worst.name} ${words.change(worst.change!)}`,
    next: step(facts, { action: 'clone', text: 'clone the sweep with a smaller β or a later N', arm: worst.index }),
    arm: worst.index,
  });
}

export function overallOnly(question: Question, words: Words): Decision | null {
  const { facts, smallestEffect } = question;
  const { overall, family } = facts;
  const largest = largestOf(family);
  if (largest === null || overall === null || overall.arms < 2 || !isSignificant(overall.p)) return null;
  const seeds = seedsToConfirm(facts, largest, smallestEffect);
  return withPending(question, words, largest, {
    case: 'overallOnly',
    sentence:
      `${overallOf(facts, words).trim().replace(/\.$/, '')}: ${words.direction(overall.mean)} overall, ` +
      `but no single arm stands out (` +
      `${largest.name} ${words.change(largest.change!)}, p = ${toPValue(largest.row.difference!.pMaxT!)}).`,
    short: `${capital(words.direction(overall.mean))} overall: ${words.change(overall)}`,
    next: seeds === null ? reportStep(facts) : confirmStep(facts, largest, seeds),
    arm: largest.index,
  });
}

export function excluded(question: Question, words: Words): Decision | null {
  const { facts, smallestEffect } = question;
  const bound = largestBound(facts.family);
  if (smallestEffect === null || bound === null || bound >= smallestEffect) return null;
  const largest = largestOf(facts.family)!;
  return withPending(question, words, largest, {
    case: 'excluded',
    sentence: `No arm changes ${facts.metric.name} by ${words.given(smallestEffect)} or more.`,
    short: `No change of ${words.given(smallestEffect)} or more`,
    next: reportStep(facts),
    arm: largest.index,
  });
}

export function notShown(question: Question, words: Words): Decision {
  const { facts, smallestEffect } = question;
  const { family, asked } = facts;
  const largest = (largestOf(family) ?? largestOf(asked))!;
  const bound = largestBound(family);
  const excludes =
    bound === null ? '' : `; changes larger than ${words.size(bound, largest.change!)} are excluded for every arm`;
  const seeds = seedsToConfirm(facts, largest, smallestEffect);
  return withPending(question, words, largest, {
    case: 'notShown',
    sentence:
      `Not shown: no arm differs from its control${excludes}. ` +
      `Largest: ${largest.name} ${words.change(largest.change!)}.${overallOf(facts, words)}`,
    short: `Not shown: largest ${largest.name} ${words.change(largest.change!)}`,
    next:
      seeds === null
        ? step(facts, {
            action: 'end',
            text:
              bound === null
                ? 'end here'
                : `end here: changes larger than ${words.size(bound, largest.change!)} are excluded`,
          })
        : confirmStep(facts, largest, seeds),
    arm: largest.index,
  });
}

/** What rows 9 to 14 add: the best run without the phase, runs that failed, and a confirmation that is on its way. */
function withPending({ facts, confirmations }: Question, words: Words, arm: JudgedArm, decision: Decision): Decision {
  const pending = confirmations.find(({ state }) => state === 'pending');
  const confirmation =
    pending === undefined
      ? ''
      : ` Confirmation of ${facts.arms[pending.arm]!.name}: ${pending.complete} of ${pending.planned}.`;
  return {
    ...decision,
    sentence: `${decision.sentence}${againstBest(arm, facts, words)}${unstable(arm)}${confirmation}`,
    next:
      pending === undefined
        ? decision.next
        : step(facts, { action: 'wait', text: 'wait for the confirmation', arm: pending.arm }),
  };
}

function againstBest(arm: JudgedArm, facts: Facts, words: Words): string {
  const against = againstBestWithout(arm, facts);
  if (against === null || against.best.index === arm.arm.controlIndex) return '';
  const { best, summary } = against;
  const sentence = ` Against the best run without the phase (${best.name}): ${words.change(summary)}.`;
  const isBehind = words.direction(summary.mean) === 'worse' && words.direction(arm.change!.mean) === 'better';
  return isBehind ? `${sentence} Better than its own control, but not the best setting: ${best.name} is.` : sentence;
}

function overallOf({ overall, metric }: Facts, words: Words): string {
  if (overall === null || overall.arms === 1) return ''; // that one has its own words
  const why = overall.n < 6 ? 'too small' : 'of which too few differ';
  const test =
    overall.p === null ? `n = ${overall.n}, ${why} for a test` : `p = ${toPValue(overall.p)}, n = ${overall.n}`;
  const change = words.change(overall).replace(` in ${metric.name}`, '');
  return ` Over ${plural(overall.arms, 'arm')} the phase changes ${metric.name} by ${change} (${test}).`;
}

function bestOfSeveral(best: JudgedArm, { family, chosen }: Facts, words: Words): string {
  if (family.length < 2 || chosen === null) return '';
  return ` Best of ${family.length}: about ${words.about(chosen, best.change!)} when chosen on the other seeds.`;
}

/** The smallest p that the seeds of an arm, and the looks at them, allow. */
function floorOf({ differences }: JudgedArm, { results: { looks } }: Facts): number {
  return looks * smallestP([...differences.values()].filter((value) => value !== 0).length, 1).maxT;
}

/** `2 of 3 arms are`, `the arm is` */
function numberOf(some: readonly JudgedArm[], family: readonly JudgedArm[]): string {
  if (family.length === 1) return 'the arm is';
  return `${some.length} of ${plural(family.length, 'arm')} ${some.length === 1 ? 'is' : 'are'}`;
}
