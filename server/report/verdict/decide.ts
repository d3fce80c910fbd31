import { confirmed, notConfirmed } from './rows-confirmed.ts';
import { bothWays, excluded, notShown, onlyWorse, overallOnly, someBetter } from './rows-tested.ts';
import { noRun, unfinished } from './rows-unfinished.ts';
import { dead, noControl, noPair, notComparable, oneSeed, tooFewSeeds } from './rows-untestable.ts';
import type { Decision, Question, Row } from './decision.ts';
import { makeWords } from './words.ts';

/** The table of sentences, in its order: the first row that fits decides. */
const ROWS: Row[] = [
  noRun,
  unfinished,
  noControl,
  noPair,
  dead,
  oneSeed,
  tooFewSeeds,
  notComparable,
  confirmed,
  notConfirmed,
  bothWays,
  someBetter,
  onlyWorse,
  overallOnly,
  excluded,
  notShown,
];

export function decide(question: Question): Decision {
  const words = makeWords(question.facts.metric);
  for (const row of ROWS) {
    const decision = row(question, words);
    if (decision !== null) return decision;
  }
  throw new Error('No row of the table of sentences fits');
}
