import { symbolOf } from '../../sweep/parameter-names.ts';
import { smallestP } from '../../sweep/plan/smallest-p.ts';
import { toPValue } from '../number-format.ts';
import { countToPromote } from './arms-to-promote.ts';
import type { Decision, Question } from './decision.ts';
import { bestOf, largestOf, type Facts } from './facts.ts';
import { seedsToExtend, step } from './next-steps.ts';
import { count, plain, retryStep } from './sentence-parts.ts';
import type { Words } from './words.ts';

export function noControl({ facts }: Question, words: Words): Decision | null {
  const { arms, metric } = facts;
  if (arms.some(({ arm }) => arm.control || arm.controlIndex !== null)) return null;
  const best = bestOf(
    arms.filter(({ row }) => row.mean !== null),
    metric.goal,
  );
  const mean = best === null ? '' : ` Best mean: ${best.name} ${words.value(best.row.mean!, best.row.sd)}.`;
  return {
    case: 'noControl',
    sentence: `No run is without the phase: nothing to compare.${mean}`,
    short: 'No control',
    next: step(facts, { action: 'addControl', text: 'add the ablation noIntra to the definition' }),
    arm: best?.index ?? null,
  };
}

export function noPair({ facts }: Question): Decision | null {
  if (facts.arms.some(({ differences, isOwnAblation }) => !isOwnAblation && differences.size > 0)) return null;
  const { runs } = facts.results;
  const most = mostly(facts);
  const where = most === null ? '' : `, mostly ${most.text}`;
  const causes = `${count(runs, 'diverged')} diverged, ${count(runs, 'failed')} failed${where}`;
  return {
    case: 'noPair',
    sentence: `No pair is complete: ${causes}.`,
    short: 'No pair is complete',
    next:
      most !== null && count(runs, 'diverged') >= count(runs, 'failed')
        ? step(facts, { action: 'clone', text: `clone the sweep without ${most.text}` })
        : retryStep(facts),
    arm: null,
  };
}

export function dead({ facts, readL2 }: Question): Decision | null {
  const compared = facts.arms.filter(({ change, isOwnAblation }) => change !== null && !isOwnAblation);
  if (compared.length === 0 || compared.some(({ isDead }) => !isDead)) return null;
  const epsilons = compared.map(({ arm }) => arm.epsilon);
  const l2 = readL2();
  const shown = l2 === null ? null : String(Number(l2.toPrecision(2)));
  const at = shown === null ? '' : `L2 at N ${shown}, `;
  const below = shown === null ? 'the L2 at N, which `cosweep probe` shows' : `${shown}, the 10 % quantile of L2 at N`;
  return {
    case: 'dead',
    sentence: `The phase never acted: Trunc was 0 in every run (${at}ε ${spanOf(epsilons)}).`,
    short: 'The phase never acted',
    next: step(facts, { action: 'clone', text: `clone the sweep with an earlier N, or with ε below ${below}` }),
    arm: null,
  };
}

export function oneSeed({ facts }: Question, words: Words): Decision | null {
  const { asked, results } = facts;
  if (results.seeds.length > 1) return null;
  const sorted = [...asked].sort((a, b) => a.change!.mean - b.change!.mean);
  const range = [sorted[0]!, sorted.at(-1)!].map((arm) => words.change(plain(arm)));
  const arms = asked.length === 1 ? '1 arm' : `${asked.length} arms`;
  const changes = asked.length === 1 ? `Δ ${range[0]}` : `Δ from ${range[0]} to ${range[1]}`;
  const best = countToPromote(asked.length);
  return {
    case: 'oneSeed',
    sentence: `One seed: ${arms}, ${changes}; nothing can be told from chance.`,
    short: 'One seed',
    next: step(facts, {
      action: 'promote',
      text: `train the best ${best === 1 ? 'arm' : `${best} arms`} on 12 fresh seeds`,
      seeds: 12,
      runs: 12 * (best + 1),
    }),
    arm: null,
  };
}

export function tooFewSeeds({ facts, smallestEffect }: Question, words: Words): Decision | null {
  const { asked, family, results } = facts;
  if (family.length > 0 || asked.some(({ row }) => row.difference!.untested === 'diverged')) return null;
  const living = asked.filter(({ isDead }) => !isDead);
  const largest = largestOf(living.length > 0 ? living : asked)!;
  const nonZero = Math.max(
    ...asked.map(({ differences }) => [...differences.values()].filter((value) => value !== 0).length),
  );
  const seeds = seedsToExtend(largest, smallestEffect);
  const floor = `no p can be under ${toPValue(smallestP(nonZero, 1).maxT)}`;
  const differ = nonZero < results.seeds.length ? `, at most ${nonZero} of them differ` : '';
  return {
    case: 'tooFewSeeds',
    sentence:
      `${results.seeds.length} seeds${nonZero === 0 ? ': no pair differs' : `${differ}: ${floor}`}. ` +
      `Largest: ${largest.name} ${words.change(largest.change!)}.`,
    short: `Too few seeds: ${largest.name} ${words.change(largest.change!)}`,
    next: step(facts, {
      action: 'extend',
      text: `train ${seeds} seeds`,
      arm: largest.index,
      seeds,
      runs: (seeds - results.seeds.length) * facts.arms.length,
    }),
    arm: largest.index,
  };
}

export function notComparable({ facts }: Question, _words: Words): Decision | null {
  const { asked, better, worse } = facts;
  if (better.length + worse.length > 0) return null;
  const largest = largestOf(asked);
  if (largest?.row.difference!.untested !== 'diverged') return null;
  const { bad, name } = largest;
  return {
    case: 'notComparable',
    sentence: `Not comparable: ${name} failed on ${bad.arm} of ${bad.planned}, its control on ${bad.control}.`,
    short: 'Not comparable',
    next: step(facts, { action: 'clone', text: 'clone the sweep with a lower learning rate', arm: largest.index }),
    arm: largest.index,
  };
}

/** The level of a parameter that most of the runs that did not end well share, where it is more than half of them. */
function mostly({ arms, results }: Facts): { text: string } | null {
  const failed = results.runs.filter(({ state }) => state === 'diverged' || state === 'failed');
  const factors = Object.keys(arms[0]?.setting ?? {});
  const levels = factors.flatMap((factor) => {
    const values = [...new Set(arms.map(({ setting }) => setting[factor]).filter((value) => value != null))];
    return values.map((value) => {
      const has = (arm: number) => arms[arm]!.setting[factor] === value;
      return {
        text: `${symbolOf(factor)} = ${value}`,
        failed: failed.filter(({ arm }) => has(arm)).length,
        all: results.runs.filter(({ arm }) => has(arm)).length,
      };
    });
  });
  const best = levels
    .filter((level) => level.failed > failed.length / 2 && level.all < results.runs.length)
    .sort((a, b) => b.failed / b.all - a.failed / a.all || b.failed - a.failed)[0];
  return best ?? null;
}

function spanOf(values: readonly number[]): string {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return low === high ? String(low) : `${low} to ${high}`;
}
