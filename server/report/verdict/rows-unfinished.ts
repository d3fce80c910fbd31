import { plural } from '../number-format.ts';
import { hasEnded, isFinished, type SweepResults } from '../../sweep/results.ts';
import { summarisePairs, type PairedSummary } from '../statistics/paired-summary.ts';
import type { JudgedArm } from './compare-arms.ts';
import type { Decision, Question } from './decision.ts';
import type { Facts } from './facts.ts';
import { step } from './next-steps.ts';
import { count, retryStep } from './sentence-parts.ts';
import type { NextStep } from './verdict.ts';
import type { Words } from './words.ts';

export function noRun({ facts }: Question): Decision | null {
  const { runs } = facts.results;
  if (count(runs, 'complete') > 0) return null;
  const ended = runs.every(({ state }) => hasEnded(state));
  const sentence = `No answer yet: 0 of ${plannedRuns(facts.results)} runs are complete`;
  return {
    case: 'noRun',
    sentence: `${sentence}.`,
    short: 'No answer yet',
    next: ended ? retryStep(facts) : trainStep(facts),
    arm: null,
  };
}

export function unfinished({ facts }: Question, words: Words): Decision | null {
  const { results, asked } = facts;
  if (isFinished(results)) return null;
  const test = 'No test before the sweep is complete.';
  const ranked = asked.filter(({ differences }) => differences.size > 0);
  const seeds = results.seeds.filter((seed) => ranked.every(({ differences }) => differences.has(seed)));
  const best = ranked.length === 0 ? null : leading(ranked, seeds, facts);
  const so = `So far, ${best === null ? 0 : seeds.length} of ${results.seeds.length} seeds`;
  const change = best === null ? null : `${best.name} ${words.change(over(best, seeds))}`;
  return {
    case: 'unfinished',
    sentence: change === null ? `${so}: no pair is complete. ${test}` : `${so}: ${change}. ${test}`,
    short: change === null ? 'No pair yet' : `So far: ${change}`,
    next: trainStep(facts),
    arm: best?.index ?? null,
  };
}

function trainStep(facts: Facts): NextStep {
  const { results } = facts;
  const left = plannedRuns(results) - results.runs.filter(({ state }) => hasEnded(state)).length;
  if (results.state === 'running')
    return step(facts, { action: 'wait', text: `wait for ${plural(left, 'run')}`, runs: left });
  return step(facts, { action: 'train', text: `train the ${plural(left, 'run')} that are left`, runs: left });
}

function plannedRuns({ arms, seeds }: SweepResults): number {
  return arms.length * seeds.length;
}

/** The arm that leads over the seeds that all arms have; before there is one, over the seeds that each has. */
function leading(ranked: readonly JudgedArm[], seeds: readonly number[], { metric }: Facts): JudgedArm {
  const sign = metric.goal === 'maximize' ? 1 : -1;
  const meanOf = (arm: JudgedArm) => sign * over(arm, seeds).mean;
  return ranked.reduce((best, arm) => (meanOf(arm) > meanOf(best) ? arm : best));
}

/** The difference over some seeds; over all that there are where none is named. */
function over({ differences }: JudgedArm, seeds: readonly number[]): PairedSummary {
  return summarisePairs(seeds.length > 0 ? seeds.map((seed) => differences.get(seed)!) : [...differences.values()])!;
}
